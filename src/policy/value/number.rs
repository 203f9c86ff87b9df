//! Values that are counted: versions, times, days.

use jiff::civil::Date;
use schemars::{Schema, json_schema};

use super::super::reader::{self, Reading};
use super::{Value, show_text};
use crate::lint::read::nginx::Expires;
use crate::lint::text::quote;
use crate::yaml::Node;

/// A version of the controller, `(major, minor)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Version(pub(in super::super) (u32, u32));

impl Version {
    /// The versions that can be told apart: those from before 5.4, which do
    /// not read the `nginx.org` key, and those from then on, whose reading the
    /// predictions were run on (its main branch after 5.5.4).
    const MODELLED: [&'static str; 15] = [
        "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "4.0", "5.0", "5.1", "5.2", "5.3",
        "5.4", "5.5",
    ];

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.splitn(3, '.');
        let (major, minor) = (numbers.next()?, numbers.next()?);
        let patch = numbers.next().unwrap_or("0");
        let known = Self::MODELLED.contains(&format!("{major}.{minor}").as_str());
        patch.parse::<u32>().ok().filter(|_| known)?;
        Some(Self((major.parse().ok()?, minor.parse().ok()?)))
    }
}

impl Value for Version {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "version", reading)?;
        let version = Self::parse(text);
        if version.is_none() {
            let message = format!("{} is no version that stickler models", quote(text));
            let help = format!(
                "modelled are {}; leave it out for any other",
                Self::MODELLED.join(", ")
            );
            reading.error_with_help(node, message, help);
        }
        version
    }

    fn schema() -> Schema {
        let minors = Self::MODELLED.map(|version| version.replace('.', r"\."));
        let pattern = format!(r"^({})(\.[0-9]+)?$", minors.join("|"));
        json_schema!({ "anyOf": [
            { "type": "string", "pattern": pattern },
            { "enum": Self::MODELLED.map(|version| version.parse::<f64>().unwrap_or_default()) },
        ]})
    }

    fn show(&self) -> String {
        let Self((major, minor)) = self;
        format!("\"{major}.{minor}\"")
    }
}

/// A cookie's life in seconds, written as nginx reads `expires=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Life {
    /// As it was written.
    pub(in super::super) text: String,
    /// In seconds; `max` is what nginx makes of it.
    pub(in super::super) seconds: u64,
}

impl Value for Life {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "time", reading)?;
        let seconds = Expires::parse(text).ok().map(Expires::max_age);
        if seconds.is_none() {
            let message = format!("{} is not a time that nginx reads", quote(text));
            let help = "write it as in 'expires=', such as 90s, 30m, 12h, '1d 12h', 30d or max";
            reading.error_with_help(node, message, help);
        }
        Some(Self {
            text: text.to_owned(),
            seconds: seconds?,
        })
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string", "minLength": 1 },
            { "type": "integer", "minimum": 0 },
        ]})
    }

    fn show(&self) -> String {
        if self.text.chars().all(|c| c.is_ascii_alphanumeric()) {
            return self.text.clone();
        }
        show_text(&self.text)
    }
}

/// A day of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Day(pub(in super::super) Date);

impl Value for Day {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "date", reading)?;
        let is_plain = text.len() == "2027-01-31".len();
        let date = text.parse::<Date>().ok().filter(|_| is_plain);
        if date.is_none() {
            let message = format!("{} is not a date", quote(text));
            let help = "write it as year-month-day, such as 2027-01-31";
            reading.error_with_help(node, message, help);
        }
        date.map(Self)
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}
