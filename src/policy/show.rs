//! What is in force in one namespace, and where each line comes from.

use std::fmt;

use jiff::Timestamp;

use super::settings::{Field as _, Line};
use super::{Policies, resolve};
use crate::lint::text::quote;
use crate::yaml::Position;

/// What is in force in one namespace: written out, it is a policy file of its
/// own, with the origin of each line as a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The file, as it was named; `None` where there is none.
    pub file: Option<String>,
    /// The namespace; `None` for an Ingress of no known one.
    pub namespace: Option<String>,
    /// The element of the file's `namespaces` that counts here: its index from
    /// 0 and its place.
    pub element: Option<(usize, Position)>,
    /// Every setting, set or not, in the order of the reference.
    pub settings: Vec<Line>,
    /// The exemptions that may be in force here: what each sets, and whether
    /// it has expired.
    pub exemptions: Vec<(Vec<Line>, bool)>,
}

impl Policies {
    /// What is in force in a namespace, for people.
    #[must_use]
    pub fn show(&self, namespace: Option<&str>, now: Timestamp) -> Shown {
        let mut settings = self.read.settings.clone();
        let index = namespace.and_then(|namespace| self.override_of(namespace));
        let element =
            index.and_then(|index| self.read.namespaces.0.get(index).map(|it| (index, it)));
        if let Some((_, (_, some))) = element {
            settings = resolve::over(&some.settings, &settings);
        }
        let mut lines = Vec::new();
        resolve::over(&settings, &resolve::defaults()).lines("", &mut lines);
        Shown {
            file: self.file.clone(),
            namespace: namespace.map(str::to_owned),
            element: element.map(|(index, (position, _))| (index, *position)),
            settings: lines,
            exemptions: self.shown_exemptions(namespace, now),
        }
    }

    fn shown_exemptions(&self, namespace: Option<&str>, now: Timestamp) -> Vec<(Vec<Line>, bool)> {
        let pairs = self.exemptions.iter().zip(&self.read.exemptions.0);
        let here = pairs.filter(|(exemption, _)| exemption.is_for_namespace(namespace));
        here.map(|(exemption, (_, read))| {
            let mut lines = Vec::new();
            read.lines("", &mut lines);
            lines.retain(|line| line.value.is_some());
            (lines, exemption.expired(now))
        })
        .collect()
    }
}

/// A line of the file that is drawn, and the comment behind it.
struct Drawn {
    text: String,
    origin: String,
}

impl Shown {
    fn heading(&self) -> String {
        let place = match &self.namespace {
            Some(namespace) => format!("in namespace {}", quote(namespace)),
            None => "where the namespace is not known".to_owned(),
        };
        let file = self.file.as_deref().unwrap_or("no policy file");
        match self.element {
            Some((index, position)) => {
                format!(
                    "# {place}: namespaces[{index}] ({file}:{position}) over what is set for all"
                )
            }
            None => format!("# {place}: what is set for all ({file})"),
        }
    }

    fn origin(&self, line: &Line) -> String {
        match (&self.file, line.position) {
            (Some(file), Some(position)) => format!("{file}:{position}"),
            _ => "default".to_owned(),
        }
    }

    fn drawn_settings(&self) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        let mut group = "";
        for line in &self.settings {
            let (above, key) = line.path.split_once('.').unwrap_or(("", &line.path));
            if above != group && !above.is_empty() {
                let text = format!("{above}:");
                drawn.push(Drawn {
                    text,
                    origin: String::new(),
                });
            }
            group = above;
            let indent = if above.is_empty() { "" } else { "  " };
            drawn.push(match &line.value {
                Some(value) => Drawn {
                    text: format!("{indent}{key}: {value}"),
                    origin: self.origin(line),
                },
                None => Drawn {
                    text: format!("{indent}# {key} is not set"),
                    origin: String::new(),
                },
            });
        }
        drawn
    }

    fn drawn_exemptions(&self) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        if !self.exemptions.is_empty() {
            let text = "exemptions:".to_owned();
            drawn.push(Drawn {
                text,
                origin: String::new(),
            });
        }
        for (lines, expired) in &self.exemptions {
            for (index, line) in lines.iter().enumerate() {
                let dash = if index == 0 { "  - " } else { "    " };
                let value = line.value.as_deref().unwrap_or_default();
                let over = if *expired && line.path == "until" {
                    " (expired)"
                } else {
                    ""
                };
                drawn.push(Drawn {
                    text: format!("{dash}{}: {value}", line.path),
                    origin: self.origin(line) + over,
                });
            }
        }
        drawn
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut drawn = self.drawn_settings();
        drawn.extend(self.drawn_exemptions());
        let lengths = drawn.iter().filter(|line| !line.origin.is_empty());
        let width = lengths
            .map(|line| line.text.chars().count())
            .max()
            .unwrap_or_default();
        writeln!(f, "{}", self.heading())?;
        for Drawn { text, origin } in &drawn {
            if origin.is_empty() {
                writeln!(f, "{text}")?;
            } else {
                writeln!(f, "{text:width$}  # {origin}")?;
            }
        }
        Ok(())
    }
}
