//! Bytes of an AdmissionReview in, bytes of its answer out.
//!
//! Pure: no socket, no clock, no HTTP. [`answer`] reads the envelope in one
//! pass and borrows from it, checks the object as `check` would, and writes
//! the answer. [`refuse`] is for what could not be checked.

use std::borrow::Cow;

use crate::ingress::Unreadable;
use crate::lint::Rule;
use crate::policy::Mode;

mod checked_object;
mod decision;
mod message;
mod partial;
mod ratchet;
mod request_policy;
mod response;
mod review;

use checked_object::CheckedObject;
pub use partial::closed;
pub use request_policy::RequestPolicy;
use response::{AuditAnnotations, Outcome, Response, Status};
use review::Review;

/// No uid is longer, in bytes. The API server sends UUIDs.
const LONGEST_UID: usize = 256;
/// No name of an object is longer, in bytes
/// (`k8s.io/apimachinery/pkg/util/validation`, `DNS1123SubdomainMaxLength`), so
/// no more of one is answered or logged.
const LONGEST_NAME: usize = 253;

/// The beginning of a name, as far as it is answered and logged.
fn cut_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let end = (0..=LONGEST_NAME)
        .rev()
        .find(|&end| name.is_char_boundary(end));
    let end = end.unwrap_or_default();
    Cow::Owned(name.get(..end).unwrap_or_default().to_owned())
}

/// An answer and what a log line and the metrics say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The bytes of an AdmissionReview.
    pub body: Vec<u8>,
    /// The request and its outcome.
    pub facts: Facts<'a>,
}

/// A request and its outcome, for logs and metrics; never whole objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// `request.uid`.
    pub uid: Cow<'a, str>,
    /// The object's namespace.
    pub namespace: Option<Cow<'a, str>>,
    /// The object's name.
    pub name: Option<Cow<'a, str>>,
    /// What is done to the object.
    pub operation: Operation,
    /// `request.userInfo.username`.
    pub user: Option<Cow<'a, str>>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// The outcome.
    pub verdict: Verdict,
    /// Why nothing was checked, where that is so.
    pub refusal: Option<Refusal>,
    /// What the policy does with errors.
    pub mode: Mode,
    /// The rules that found an error or a warning, each once.
    pub rules: Vec<Rule>,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// It is new.
    Create,
    /// It changes.
    Update,
    /// It goes: nothing to check.
    Delete,
    /// Someone connects to it: nothing to check.
    Connect,
    /// A word that the API does not have.
    Unknown,
}

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Allowed.
    Allow,
    /// Allowed, with warnings.
    Warn,
    /// Refused for what it is.
    Deny,
    /// Refused without a check.
    Fail,
}

/// Why there is no answer: reported with an HTTP status of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReview {
    /// The body is not JSON, or not an AdmissionReview.
    #[error("the body is not an AdmissionReview that can be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// Another kind, or an API version that is not supported.
    #[error("the body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1")]
    NotAReview,
    /// There is no one to answer.
    #[error("the AdmissionReview has no request.uid: an answer must echo it")]
    NoUid,
    /// An API server's has 36 bytes, and an answer echoes it.
    #[error("request.uid of the AdmissionReview is longer than {LONGEST_UID} bytes")]
    LongUid,
}

/// Why an object was refused without a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Too many requests at once.
    Busy,
    /// The time that the caller gave ran out.
    Late,
    /// Something broke.
    Panicked,
    /// The client has disconnected.
    HungUp,
}

/// The answer to an AdmissionReview under the operator's terms.
///
/// ```
/// use stickler::admission::{RequestPolicy, Verdict, answer};
///
/// let review = br#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
///     "request": {"uid": "1", "operation": "DELETE"}}"#;
/// let answer = answer(review, &RequestPolicy::default()).unwrap();
/// assert_ne!(answer.facts.verdict, Verdict::Deny);
/// ```
pub fn answer<'a>(body: &'a [u8], request_policy: &RequestPolicy) -> Result<Answer<'a>, BadReview> {
    let mut review = Review::read(body)?;
    let resolved = request_policy.for_request(review.request.as_ref().ok());
    let checked = match &mut review.request {
        Ok(request) => CheckedObject::of(request, &resolved),
        Err(error) => {
            let message = format!("the request cannot be read: {error}");
            CheckedObject::unreadable(&message, &resolved)
        }
    };
    let response = checked.response(&review.uid);
    let body = response.to_bytes(review.version);
    let verdict = match (response.allowed, response.warnings.is_empty()) {
        (false, _) => Verdict::Deny,
        (true, false) => Verdict::Warn,
        (true, true) => Verdict::Allow,
    };
    let facts = Facts {
        verdict,
        mode: resolved.effective.mode,
        rules: checked.rules(),
        ..Facts::asked(review)
    };
    Ok(Answer { body, facts })
}

/// The answer to an AdmissionReview that was not checked: the object is not
/// admitted, and the text says why.
pub fn refuse(body: &[u8], refusal: Refusal) -> Result<Answer<'_>, BadReview> {
    let review = Review::read(body)?;
    let response = Response {
        uid: &review.uid,
        allowed: false,
        status: Outcome::Refused(refusal.status()),
        audit_annotations: AuditAnnotations::default(),
        warnings: Vec::new(),
    };
    let body = response.to_bytes(review.version);
    let facts = Facts {
        refusal: Some(refusal),
        ..Facts::asked(review)
    };
    Ok(Answer { body, facts })
}

impl Answer<'_> {
    /// The same, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Answer<'static> {
        let (body, facts) = (self.body, self.facts.into_owned());
        Answer { body, facts }
    }
}

impl Facts<'_> {
    fn into_owned(self) -> Facts<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Facts {
            uid: own(self.uid),
            namespace: self.namespace.map(own),
            name: self.name.map(own),
            operation: self.operation,
            user: self.user.map(own),
            dry_run: self.dry_run,
            verdict: self.verdict,
            refusal: self.refusal,
            mode: self.mode,
            rules: self.rules,
        }
    }
}

impl<'a> Facts<'a> {
    /// The request, before it is checked.
    fn asked(review: Review<'a>) -> Self {
        let request = review.request.unwrap_or_default();
        Self {
            uid: review.uid,
            operation: request.operation(),
            namespace: request.namespace.map(cut_name),
            name: request.name.map(cut_name),
            user: request.user.name.map(cut_name),
            dry_run: request.dry_run,
            verdict: Verdict::Fail,
            refusal: None,
            mode: Mode::Enforce,
            rules: Vec::new(),
        }
    }
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Busy, Self::Late, Self::Panicked, Self::HungUp];

    /// The word that logs and metrics use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Late => "late",
            Self::Panicked => "panicked",
            Self::HungUp => "hung-up",
        }
    }

    /// 403 would mean that the object is wrong; 429 and 503 make clients
    /// try again at once.
    fn status(self) -> Status<'static> {
        let (message, reason, code) = match self {
            Self::Busy => (
                "stickler has too many requests in flight; the object was not checked and not admitted, try again",
                "InternalError",
                500,
            ),
            Self::Late => (
                "stickler ran out of time (its deadline is just below the webhook's timeoutSeconds); \
                 the object was not checked in time and not admitted, try again",
                "Timeout",
                504,
            ),
            Self::HungUp => ("the caller hung up", "InternalError", 500),
            Self::Panicked => (
                "stickler failed on this object, which is a defect of stickler; \
                 the object was not checked and not admitted; its log has the request's uid",
                "InternalError",
                500,
            ),
        };
        Status {
            status: "Failure",
            message: message.to_owned(),
            reason,
            details: None,
            code,
        }
    }
}

impl Operation {
    /// The word that logs and metrics use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Connect => "connect",
            Self::Unknown => "unknown",
        }
    }
}

impl Verdict {
    /// The word that logs and metrics use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
            Self::Fail => "fail",
        }
    }
}

#[cfg(test)]
mod tests;
