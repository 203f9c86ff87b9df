//! Pure: the Secret, the `caBundle` and the time in, the next step out.
//!
//! A CA is published before anything is signed with it, and stays published
//! until nothing that it signed is good any more:
//!
//! ```text
//!              a third of its life is left        it was published long enough
//! [current] ───────────────────────────▶ [current, next] ──────────────▶ [current, old]
//!     ▲                                                                        │
//!     └────────────────────────────────────────────────────────────────────────┘
//!                             a leaf's life has passed
//! ```
//!
//! Each step is one write of one object, and is refused by the API server when
//! another replica was faster; then everything is read and planned again. So
//! replicas agree without electing one of them.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

use super::Lifetimes;
use super::clock::MAX_SKEW;

/// A CA's certificate, and what the plan needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ca {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
}

/// The CAs in the Secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredCas {
    /// The one that leaves are signed with.
    pub current: Option<Ca>,
    /// The one that takes over.
    pub next: Option<Next>,
    /// The one that signed before: its leaves may still be around.
    pub old: Option<Old>,
    /// Whether there is anything that cannot be used.
    pub damaged: bool,
}

/// A CA that is about to take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The CA.
    pub ca: Ca,
    /// Since when the `caBundle` has been seen to hold it.
    pub published: Option<Timestamp>,
}

/// A CA that signs no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// The CA.
    pub ca: Ca,
    /// When the last leaf that it signed has expired.
    pub until: Timestamp,
}

/// The `caBundle` of our ValidatingWebhookConfiguration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaBundle {
    /// There is no such configuration: the API server does not call stickler.
    Absent,
    /// What each of its webhooks trusts; what is not readable is `None`.
    Of(Vec<Option<Vec<CertificateDer<'static>>>>),
}

/// The next step. All but `Publish` write the Secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Make a CA: there is none that could sign.
    Create,
    /// Make the CA that takes over.
    Prepare,
    /// Write the CAs of the Secret into the `caBundle`.
    Publish,
    /// Note that the next CA has been published from now on.
    Note,
    /// The next CA takes over.
    Switch,
    /// Forget the old CA: nothing that it signed is good any more.
    Forget,
    /// Clear away what is in the Secret and cannot be used.
    Clear,
}

impl Step {
    /// One word, for log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Prepare => "prepare",
            Self::Publish => "publish",
            Self::Note => "note",
            Self::Switch => "switch",
            Self::Forget => "forget",
            Self::Clear => "clear",
        }
    }

    /// What the step did, in a sentence.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Create => "made a CA",
            Self::Prepare => "made the CA that takes over",
            Self::Publish => "wrote the CAs into the caBundle",
            Self::Note => "the CA that takes over is published",
            Self::Switch => "the next CA has taken over",
            Self::Forget => "forgot the old CA",
            Self::Clear => "cleared the Secret of what cannot be used",
        }
    }
}

/// The next step, or `None` when everything is as it should be.
#[must_use]
pub fn plan(
    stored: &StoredCas,
    bundle: &CaBundle,
    now: Timestamp,
    lifetimes: Lifetimes,
) -> Option<Step> {
    let Some(current) = stored.current.as_ref().filter(|ca| ca.is_valid(now)) else {
        let next = stored.next.as_ref().filter(|next| next.ca.is_valid(now));
        return Some(next.map_or(Step::Create, |_| Step::Switch));
    };
    let next = stored.next.as_ref();
    if stored.damaged || next.is_some_and(|next| !next.ca.is_valid(now)) {
        return Some(Step::Clear);
    }
    if stored.old.as_ref().is_some_and(|old| old.is_over(now)) {
        return Some(Step::Forget);
    }
    if next.is_none() && current.not_after.duration_since(now) <= lifetimes.ca_margin() {
        return Some(Step::Prepare);
    }
    if !bundle.trusts_exactly(&stored.trusted()) {
        return Some(Step::Publish);
    }
    match next?.published {
        None => Some(Step::Note),
        // Written by a clock that was ahead: count from now.
        Some(published) if published.duration_since(now) > 2 * MAX_SKEW => Some(Step::Note),
        // One rotation after the other: the Secret remembers one old CA.
        Some(_) if stored.old.is_some() => None,
        Some(published) if now.duration_since(published) >= lifetimes.settling() => {
            Some(Step::Switch)
        }
        Some(_) => None,
    }
}

/// When a leaf was signed, by whom, and until when it is good.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The CA's certificate.
    pub by: &'a CertificateDer<'static>,
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
}

/// Whether a leaf is to be signed with `current`, now that `leaf` is there.
///
/// Not when a new one would expire no later: otherwise each pass would sign one
/// while the CA is about to expire.
#[must_use]
pub fn leaf_is_due(
    leaf: Option<Signed<'_>>,
    current: &Ca,
    now: Timestamp,
    lifetimes: Lifetimes,
) -> bool {
    let Some(leaf) = leaf else { return true };
    let aged = leaf.not_after.duration_since(now) <= lifetimes.leaf_margin();
    let later = (now + lifetimes.leaf).min(current.not_after) > leaf.not_after;
    *leaf.by != current.certificate || now < leaf.not_before || (aged && later)
}

impl Ca {
    /// Whether callers accept it at `now`. One that begins later was made by a
    /// clock that was ahead.
    pub(super) fn is_valid(&self, now: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

impl Old {
    fn is_over(&self, now: Timestamp) -> bool {
        now >= self.until || !self.ca.is_valid(now)
    }
}

impl StoredCas {
    /// The CAs that callers are to trust, the current one first.
    #[must_use]
    pub fn trusted(&self) -> Vec<CertificateDer<'static>> {
        let next = self.next.as_ref().map(|next| &next.ca);
        let old = self.old.as_ref().map(|old| &old.ca);
        let all = self.current.iter().chain(next).chain(old);
        all.map(|ca| ca.certificate.clone()).collect()
    }
}

impl CaBundle {
    /// Whether every webhook trusts these CAs and no other, in any order.
    fn trusts_exactly(&self, wanted: &[CertificateDer<'static>]) -> bool {
        let exact = |trusted: &[CertificateDer<'_>]| {
            trusted.len() == wanted.len() && wanted.iter().all(|ca| trusted.contains(ca))
        };
        match self {
            Self::Absent => true,
            Self::Of(webhooks) => webhooks
                .iter()
                .all(|trusted| trusted.as_deref().is_some_and(exact)),
        }
    }

    /// The CAs that every webhook trusts; `None` where the API server does not call stickler.
    #[must_use]
    pub fn trusted_by_all(&self) -> Option<Vec<CertificateDer<'static>>> {
        let Self::Of(webhooks) = self else {
            return None;
        };
        let (first, others) = webhooks.split_first()?;
        let by_others = |ca: &CertificateDer<'_>| {
            let mut others = others.iter();
            others.all(|trusted| trusted.iter().flatten().any(|other| other == ca))
        };
        let first = first.iter().flatten();
        Some(first.filter(|ca| by_others(ca)).cloned().collect())
    }
}

#[cfg(test)]
mod tests;
