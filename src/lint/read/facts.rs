//! What the readers have to be told, because no Ingress shows it: plain data.

/// What is known of the controller and of what is before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The controller that will read the Ingress.
    pub controller: Controller,
    /// Where TLS ends.
    pub tls: TlsEnd,
}

/// The controller's make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Controller {
    /// The edition, which decides whether `nginx.com/…` is read.
    pub edition: Edition,
    /// `(major, minor)`; `None` where it is not known.
    pub version: Option<(u32, u32)>,
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
pub enum TlsEnd {
    /// At the controller: `spec.tls` lists the hosts.
    #[default]
    Ingress,
    /// Before the controller: every host is reached over TLS.
    Upstream,
}

/// The first version that reads the `nginx.org` key (NIC's release notes, 5.4.0).
pub const FIRST_WITH_ORG_KEY: (u32, u32) = (5, 4);

impl Controller {
    /// Whether this controller reads the `nginx.org` key; taken for granted
    /// where the version is not known.
    #[must_use]
    pub fn reads_org_key(&self) -> bool {
        self.version
            .is_none_or(|version| version >= FIRST_WITH_ORG_KEY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_org_key_came_with_5_4() {
        for (version, reads) in [(None, true), (Some((5, 3)), false), (Some((5, 4)), true)] {
            let controller = Controller {
                version,
                ..Controller::default()
            };
            assert_eq!(controller.reads_org_key(), reads);
        }
    }
}
