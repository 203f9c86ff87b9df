//! The answer as JSON: an AdmissionReview with a response and nothing else.

use serde::Serialize;

use super::review::Version;

/// `response`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    pub(super) uid: &'a str,
    pub(super) allowed: bool,
    pub(super) status: Outcome<'a>,
    #[serde(skip_serializing_if = "AuditAnnotations::is_empty")]
    pub(super) audit_annotations: AuditAnnotations,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
}

/// What lands in the API server's audit log, under the webhook's name.
#[derive(Default, Serialize)]
pub(super) struct AuditAnnotations {
    /// Rules, joined by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) violations: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<&'static str>,
    /// Why some of them did not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exempt: Option<String>,
}

/// `status`, which is optional in the API but not for every reader of it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Outcome<'a> {
    Allowed { code: u16 },
    Refused(Status<'a>),
}

/// A `meta/v1` Status.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the API calls them so")]
pub(super) struct Status<'a> {
    pub(super) status: &'static str,
    pub(super) message: String,
    pub(super) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Details<'a>>,
    pub(super) code: u16,
}

/// A Status' `details`.
#[derive(Serialize)]
pub(super) struct Details<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    pub(super) causes: Vec<Cause>,
}

/// One of a Status' causes.
#[derive(Serialize)]
pub(super) struct Cause {
    pub(super) reason: &'static str,
    pub(super) message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) field: String,
}

impl AuditAnnotations {
    fn is_empty(&self) -> bool {
        self.violations.is_none() && self.mode.is_none() && self.exempt.is_none()
    }
}

impl Response<'_> {
    /// The bytes of the answer, in the API version that was asked in.
    pub(super) fn to_bytes(&self, version: Version) -> Vec<u8> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Envelope<'r> {
            kind: &'static str,
            api_version: &'static str,
            response: &'r Response<'r>,
        }
        let envelope = Envelope {
            kind: "AdmissionReview",
            api_version: version.as_str(),
            response: self,
        };
        let mut bytes = Vec::with_capacity(512);
        // Strings and numbers only, into memory: neither side can fail.
        let _ = serde_json::to_writer(&mut bytes, &envelope);
        bytes
    }
}
