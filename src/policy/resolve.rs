//! From what the file says to what is in force.

use globset::{Glob, GlobSetBuilder};

use super::exemption::Exemption;
use super::file::File;
use super::settings::{self, Field as _, Leaf, Settings};
use super::value::Words as _;
use super::{Effective, Mode, OnUpdate, Policies};
use crate::lint::policy as lint;
use crate::lint::policy::{Edition, TlsTermination};
use crate::lint::{Rule, Severity};

/// The policy that a file without faults describes.
pub(super) fn compile(name: &str, read: File) -> Policies {
    let mut policies = Policies {
        file: Some(name.to_owned()),
        base: effective(&read.settings),
        ..Policies::default()
    };
    let mut globs = GlobSetBuilder::new();
    for (index, (_, some)) in read.namespaces.0.iter().enumerate() {
        policies
            .overrides
            .push(effective(&over(&some.settings, &read.settings)));
        for pattern in some.matches.get().iter().flat_map(|patterns| &patterns.0) {
            // A pattern is a glob that has compiled before.
            if let Ok(glob) = Glob::new(pattern.as_str()) {
                globs.add(glob);
                policies.owners.push(index);
            }
        }
    }
    policies.globs = globs.build().unwrap_or_default();
    let exemptions = read.exemptions.0.iter();
    policies.exemptions = exemptions
        .map(|(spot, read)| Exemption::new(*spot, read))
        .collect();
    policies.read = read;
    policies
}

/// Settings over others: what the first do not set is the others'.
pub(super) fn over(some: &Settings, all: &Settings) -> Settings {
    let mut settings = some.clone();
    settings.inherit(all);
    settings
}

/// What is in force where the file has no setting.
pub(super) fn defaults() -> Settings {
    let no = || Leaf::default_of(false);
    Settings {
        mode: Leaf::default_of(Mode::default()),
        tls: Leaf::default_of(TlsTermination::default()),
        on_update: Leaf::default_of(OnUpdate::default()),
        controller: settings::Controller {
            edition: Leaf::default_of(Edition::default()),
            config_safety: no(),
            ..settings::Controller::default()
        },
        require: settings::Require {
            secure: no(),
            http_only: no(),
            path: no(),
            expires: no(),
            ..settings::Require::default()
        },
        ..Settings::default()
    }
}

fn effective(settings: &Settings) -> Effective {
    Effective {
        mode: value(&settings.mode),
        on_update: value(&settings.on_update),
        lint: lint::Policy {
            controller: lint::Controller {
                edition: value(&settings.controller.edition),
                version: settings.controller.version.get().map(|version| version.0),
                config_safety: value(&settings.controller.config_safety),
            },
            ingress_classes: settings
                .ingress_classes
                .get()
                .map(|classes| classes.0.clone()),
            tls: value(&settings.tls),
            require: require(&settings.require),
            limits: limits(&settings.limits),
            cookies: cookies(&settings.cookies),
            rules: rules(&settings.rules),
        },
    }
}

fn value<T: Copy + Default>(leaf: &Leaf<T>) -> T {
    leaf.get().copied().unwrap_or_default()
}

fn require(require: &settings::Require) -> lint::Require {
    let words = require.same_site.get().map(|sites| &sites.0);
    let words = words
        .into_iter()
        .flatten()
        .map(|site| site.word().to_owned());
    lint::Require {
        secure: value(&require.secure),
        http_only: value(&require.http_only),
        same_site: words.collect(),
        path: value(&require.path),
        expires: value(&require.expires),
    }
}

fn limits(limits: &settings::Limits) -> lint::Limits {
    lint::Limits {
        max_expires: limits.max_expires.get().map(|life| life.seconds),
        min_expires: limits.min_expires.get().map(|life| life.seconds),
    }
}

fn cookies(cookies: &settings::Cookies) -> lint::Cookies {
    lint::Cookies {
        name_pattern: cookies.name_pattern.get().map(|pattern| pattern.0.clone()),
        allowed_domains: cookies
            .allowed_domains
            .get()
            .map(|domains| domains.0.clone()),
    }
}

fn rules(rules: &settings::Rules) -> Vec<(Rule, Option<Severity>)> {
    let set = rules.0.iter();
    set.filter_map(|(rule, leaf)| leaf.get().map(|severity| (*rule, severity.0)))
        .collect()
}
