//! The keys that a policy sets, for all namespaces or for some.
//!
//! One table for the reader, the schema, the overlay and `policy show`: the
//! macro below turns it into types. A doc comment here is what the schema says.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::fault::suggest;
use super::reader::{self, Reading, Seen};
use super::value::{
    Classes, Domains, Life, NamePattern, RuleSeverity, SameSites, Value, Version, rule_id,
};
use super::{Mode, OnUpdate};
use crate::lint::policy::{Edition, TlsTermination};
use crate::lint::text::quote;
use crate::lint::{CATALOGUE, Rule};
use crate::yaml::Node;
use crate::yaml::Position;

/// What a key may hold: a value, a mapping of further keys, a list of such.
pub(super) trait Field {
    /// Reads what the file has under the key.
    fn read(&mut self, node: &Node<'_>, reading: &mut Reading<'_>);

    /// Takes from `base` what is not set here.
    fn inherit(&mut self, _base: &Self) {}

    /// Every value with the path of its keys, set or not.
    fn lines(&self, _path: &str, _out: &mut Vec<Line>) {}
}

/// A mapping of known keys.
pub(super) trait Part: Default {
    /// Its keys.
    fn keys() -> Vec<&'static str>;

    /// Reads what the file has under `key`; `false` where the key is unknown.
    fn read_key(&mut self, key: &str, node: &Node<'_>, reading: &mut Reading<'_>) -> bool;
}

/// One value of a policy, for `policy show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its keys, joined by dots.
    pub path: String,
    /// The value as the file could write it; `None` where nothing sets it.
    pub value: Option<String>,
    /// Where it was set; `None` for a default.
    pub position: Option<Position>,
}

/// A value and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf<T> {
    /// `None` also where the file has something else than a value.
    value: Option<T>,
    /// `None` where no file sets it.
    position: Option<Position>,
}

impl<T> Leaf<T> {
    /// A value that no file sets.
    pub(super) fn default_of(value: T) -> Self {
        Self {
            value: Some(value),
            position: None,
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Where the file sets it, well or badly.
    pub(super) fn position(&self) -> Option<Position> {
        self.position
    }
}

impl<T> Default for Leaf<T> {
    fn default() -> Self {
        Self {
            value: None,
            position: None,
        }
    }
}

impl<T: Value> Field for Leaf<T> {
    fn read(&mut self, node: &Node<'_>, reading: &mut Reading<'_>) {
        if !node.is_null() {
            self.position = Some(reading.position(node));
            self.value = T::read(node, reading);
        }
    }

    fn inherit(&mut self, base: &Self) {
        if self.value.is_none() {
            self.clone_from(base);
        }
    }

    fn lines(&self, path: &str, out: &mut Vec<Line>) {
        out.push(Line {
            path: path.to_owned(),
            value: self.get().map(Value::show),
            position: self.position(),
        });
    }
}

impl<T: Value> JsonSchema for Leaf<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Leaf".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema()
    }
}

/// Reads a mapping of known keys; a key without a value says nothing.
pub(super) fn read_part<P: Part>(part: &mut P, node: &Node<'_>, reading: &mut Reading<'_>) {
    let mut seen = Seen::default();
    for (key, name, value) in reader::mapping(node, reading) {
        seen.note(name, key, reading);
        if !part.read_key(name, value, reading) {
            let message = format!("unknown key {}", quote(name));
            reading.error_with_help(key, message, suggest(name, &P::keys()));
        }
    }
}

/// Turns a table of keys into a type that is read, overlaid and shown.
macro_rules! part {
    (
        $(#[$doc:meta])*
        $name:ident $(: $flat:ident)? {
            $($(#[$field_doc:meta])* $key:literal $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Default, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(super) struct $name {
            $($(#[$field_doc])*
            #[schemars(rename = $key, default)]
            pub(super) $field: $type,)+
            $(/// The keys that may stand here too.
            #[schemars(flatten)]
            pub(super) settings: $flat,)?
        }

        impl $crate::policy::settings::Part for $name {
            fn keys() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "only some tables share the keys of another")]
                let mut keys = vec![$($key),+];
                $(keys.extend(<$flat>::keys());)?
                keys
            }

            fn read_key(&mut self, key: &str, node: &Node<'_>, reading: &mut Reading<'_>) -> bool {
                match key {
                    $($key => self.$field.read(node, reading),)+
                    _ => {
                        $(return <$flat>::read_key(&mut self.settings, key, node, reading);)?
                        #[allow(unreachable_code, reason = "as above")]
                        return false;
                    }
                }
                true
            }
        }

        impl $crate::policy::settings::Field for $name {
            fn read(&mut self, node: &Node<'_>, reading: &mut Reading<'_>) {
                $crate::policy::settings::read_part(self, node, reading);
            }

            fn inherit(&mut self, base: &Self) {
                $(self.$field.inherit(&base.$field);)+
                $(<$flat>::inherit(&mut self.settings, &base.settings);)?
            }

            fn lines(&self, path: &str, out: &mut Vec<Line>) {
                let dot = if path.is_empty() { "" } else { "." };
                $(self.$field.lines(&format!("{path}{dot}{}", $key), out);)+
                $(<$flat>::lines(&self.settings, path, out);)?
            }
        }
    };
}
pub(super) use part;

part! {
    /// What is in force, for all namespaces or for some.
    Settings {
        /// How findings are handled: `enforce` denies errors and warns of
        /// warnings, `warn` only warns, `audit` only writes audit annotations.
        /// `enforce` where it is left out.
        "mode" mode: Leaf<Mode>,
        /// The controller that reads the Ingresses.
        "controller" controller: Controller,
        /// The classes that are the controller's, compared exactly: the
        /// annotation `kubernetes.io/ingress.class` if it is not empty, else
        /// `spec.ingressClassName`. Where it is left out, any Ingress that
        /// carries one of the two keys is checked.
        "ingressClasses" ingress_classes: Leaf<Classes>,
        /// Where TLS is terminated: with `ingress`, hosts in `spec.tls` are
        /// reached over TLS; with `upstream`, every host is.
        "tls" tls: Leaf<TlsTermination>,
        /// What each cookie must have.
        "require" require: Require,
        /// Bounds on the life of cookies that have `expires=`.
        "limits" limits: Limits,
        /// What cookies may be called and where they may go.
        "cookies" cookies: Cookies,
        /// The severity of single rules. Rules with consequence
        /// `rejects-ingress`, `breaks-reload` or `unsafe` cannot be turned off.
        "rules" rules: Rules,
        /// How an update of an Ingress that was bad before is checked:
        /// `ratchet` only warns of what the old object had too, `strict`
        /// checks every update like a new object.
        "onUpdate" on_update: Leaf<OnUpdate>,
    }
}

part! {
    /// The controller that reads the Ingresses.
    Controller {
        /// `oss` makes the key `nginx.com/sticky-cookie-services` an error, as
        /// that edition rejects the whole Ingress for it.
        "edition" edition: Leaf<Edition>,
        /// The release: `"5.5"`, `"5.5.4"`, `2026-lts`, `2026-lts-r4`. Without
        /// it 2.3 to 5.6 are checked, and what only some of them do is a warning.
        "version" version: Leaf<Version>,
        /// Whether the controller runs with `-enable-config-safety` (from 5.4):
        /// what nginx refuses then harms only its own Ingress.
        "configSafety" config_safety: Leaf<bool>,
    }
}

part! {
    /// What each cookie must have.
    Require {
        /// The parameter `secure` (rule `require-secure`).
        "secure" secure: Leaf<bool>,
        /// The parameter `httponly` (rule `require-httponly`).
        "httpOnly" http_only: Leaf<bool>,
        /// The parameter `samesite=` with this value, or with one of these
        /// (rule `require-samesite`).
        "sameSite" same_site: Leaf<SameSites>,
        /// The parameter `path=` (rule `require-path`).
        "path" path: Leaf<bool>,
        /// The parameter `expires=` (rule `require-expires`).
        "expires" expires: Leaf<bool>,
    }
}

part! {
    /// Bounds on the life of cookies that have `expires=`, as nginx writes
    /// times: `90s`, `30m`, `1d 12h`, `30d`, `max`. A bare number is seconds.
    Limits {
        /// The longest life (rule `max-expires`).
        "maxExpires" max_expires: Leaf<Life>,
        /// The shortest life (rule `min-expires`).
        "minExpires" min_expires: Leaf<Life>,
    }
}

part! {
    /// What cookies may be called and where they may go.
    Cookies {
        /// A glob that each cookie's name must fit (rule `cookie-name-pattern`).
        "namePattern" name_pattern: Leaf<NamePattern>,
        /// Globs of the domains that `domain=` may name, without regard to
        /// case or a leading dot (rule `forbidden-domain`). `example.com` is
        /// that name alone, `*.example.com` what lies below. An empty list
        /// forbids `domain=`.
        "allowedDomains" allowed_domains: Leaf<Domains>,
    }
}

/// The severity of single rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rules(pub(super) BTreeMap<Rule, Leaf<RuleSeverity>>);

impl Field for Rules {
    fn read(&mut self, node: &Node<'_>, reading: &mut Reading<'_>) {
        let mut seen = Seen::default();
        for (key, name, value) in reader::mapping(node, reading) {
            seen.note(name, key, reading);
            let mut leaf = Leaf::default();
            leaf.read(value, reading);
            if let Some(rule) = rule_id(name, key, reading) {
                self.0.insert(rule, leaf);
            }
        }
    }

    fn inherit(&mut self, base: &Self) {
        for (rule, leaf) in &base.0 {
            self.0.entry(*rule).or_default().inherit(leaf);
        }
    }

    fn lines(&self, path: &str, out: &mut Vec<Line>) {
        for (rule, leaf) in &self.0 {
            leaf.lines(&format!("{path}.{rule}"), out);
        }
    }
}

impl JsonSchema for Rules {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rules = CATALOGUE.iter().map(|entry| {
            let mut schema = RuleSeverity::schema();
            if super::has_floor(entry.rule) {
                schema = json_schema!({ "enum": ["error", "warning"] });
            }
            schema.insert("description".into(), entry.summary.into());
            (entry.id.to_owned(), schema.to_value())
        });
        let rules: serde_json::Map<_, _> = rules.collect();
        json_schema!({ "type": "object", "properties": rules, "additionalProperties": false })
    }
}
