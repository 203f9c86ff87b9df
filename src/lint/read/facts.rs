//! What the readers need as input, because no Ingress shows it: plain data.

use crate::lint::release::{Fact, Release};

/// What is known of the controller and of what is before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The controller that will read the Ingress.
    pub controller: Controller,
    /// The release that reads it.
    pub release: Release,
    /// Where TLS ends.
    pub tls: TlsTermination,
}

/// What the operator says of the controller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Controller {
    /// The edition, which decides whether `nginx.com/…` is read.
    pub edition: Edition,
    /// The release; `None` where it is not known.
    pub version: Option<Release>,
    /// Whether it runs with `-enable-config-safety`.
    pub config_safety: bool,
}

/// The controller's edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edition {
    /// Not known: nothing is reported about `nginx.com/…` keys.
    #[default]
    Unknown,
    /// Open source.
    Oss,
    /// With NGINX Plus.
    Plus,
}

/// Where TLS ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsTermination {
    /// At the controller: `spec.tls` lists the hosts.
    #[default]
    Ingress,
    /// Before the controller: every host is reached over TLS.
    Upstream,
}

impl Controller {
    /// Whether this controller reads the `nginx.org` key; taken for granted
    /// where the release is not known.
    #[must_use]
    pub fn reads_org_key(&self) -> bool {
        self.version
            .is_none_or(|release| Fact::OrgKey.holds(release))
    }
}

impl Facts {
    /// Whether something is true of this release.
    #[must_use]
    pub fn is(&self, fact: Fact) -> bool {
        fact.holds(self.release)
    }
}
