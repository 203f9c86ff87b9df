//! Values that are counted: releases, times, days.

use jiff::civil::Date;
use schemars::{Schema, json_schema};

use super::super::reader::{self, Reading};
use super::{Value, show_text};
use crate::lint::Severity;
use crate::lint::read::nginx::Expires;
use crate::lint::release::Release;
use crate::lint::text::quote;
use crate::yaml::Node;

/// A release of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Version(pub(in super::super) Release);

impl Value for Version {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "version", reading)?;
        match text.parse::<Release>() {
            Ok(release) => {
                if release.is_newer_than_modelled() {
                    let message = format!("{release} is newer than stickler knows");
                    let help = format!("it is read as {}", release.modelled_as());
                    let spot = reading.position(node);
                    reading.note(Severity::Warning, spot, message, Some(help));
                }
                Some(Self(release))
            }
            Err(error) => {
                let message = format!("{} {error}", quote(text));
                let help = format!("the releases are {}", Release::known());
                reading.error_with_help(node, message, help);
                None
            }
        }
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string", "pattern": r"^(v?[0-9]+\.[0-9]+(\.[0-9]+)?|[0-9]{4}-lts(-r[0-9]+)?)$" },
            { "type": "number", "minimum": 1 },
        ]})
    }

    fn show(&self) -> String {
        format!("\"{}\"", self.0)
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
