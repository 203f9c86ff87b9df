//! What the operator says, and when a request came.

use std::sync::Arc;

use jiff::Timestamp;

use super::review::Request;
use crate::policy::{Effective, Exemption, Policies, RequestInfo};

/// The terms of one answer: taken once, so that a policy that is reloaded
/// meanwhile changes nothing halfway.
#[derive(Debug, Clone, Default)]
pub struct RequestPolicy {
    /// The operator's policy.
    pub policies: Arc<Policies>,
    /// The moment, which ends exemptions.
    pub now: Timestamp,
}

/// What is in force for one request.
pub(super) struct ResolvedPolicy<'t> {
    pub(super) effective: &'t Effective,
    pub(super) exemptions: Vec<&'t Exemption>,
}

impl RequestPolicy {
    /// The policy of one answer that is given now.
    #[must_use]
    pub fn now(policies: Arc<Policies>) -> Self {
        Self {
            policies,
            now: Timestamp::now(),
        }
    }

    /// What is in force for `request`. Without one, as where it cannot be
    /// read, no namespace is known, and only what is set for all counts.
    pub(super) fn for_request(&self, request: Option<&Request<'_>>) -> ResolvedPolicy<'_> {
        let info = RequestInfo {
            namespace: request.and_then(|it| it.namespace.as_deref()),
            name: request.and_then(|it| it.name.as_deref()),
            user: request.and_then(|it| it.user.name.as_deref()),
            now: self.now,
        };
        ResolvedPolicy {
            effective: self.policies.for_namespace(info.namespace),
            exemptions: self.policies.exemptions_for(&info),
        }
    }
}
