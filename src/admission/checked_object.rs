//! From a request to what is denied and what is warned of.

use std::borrow::Cow;
use std::cell::LazyCell;

use super::decision::{Decision, decide};
use super::message::Named;
use super::ratchet::Before;
use super::request_policy::ResolvedPolicy;
use super::response::{AuditAnnotations, Cause, Details, Outcome, Response, Status};
use super::review::Request;
use super::{Mode, Operation, cut_name};
use crate::ingress::{Ingress, is_ingress};
use crate::lint::{self, Diagnostic, FieldPath, Place, Rule, Subject};

/// No denial has more causes: an answer stays small whatever it answers.
const MOST_CAUSES: usize = 100;

/// What there is to say about an object.
#[derive(Default)]
pub(super) struct CheckedObject<'a> {
    object: Ingress<'a>,
    /// `None` for what stickler does not check.
    mode: Option<Mode>,
    decision: Decision,
}

impl<'a> CheckedObject<'a> {
    /// Checks the object of `request`.
    pub(super) fn of(request: &mut Request<'a>, resolved: &ResolvedPolicy<'_>) -> Self {
        match request.operation() {
            Operation::Delete | Operation::Connect => return Self::default(),
            Operation::Create | Operation::Update => {}
            Operation::Unknown => {
                let words = "CREATE, UPDATE, DELETE and CONNECT";
                let message = format!("request.operation is none of {words}");
                return Self::unreadable(&message, resolved).named(request);
            }
        }
        if request.is_of_other_subresource() || request.is_of_another_kind() {
            return Self::default();
        }
        Self::of_object(request, resolved).unwrap_or_else(|message| {
            let unreadable = Self::unreadable(&message, resolved);
            unreadable.named(request)
        })
    }

    fn of_object(request: &mut Request<'a>, resolved: &ResolvedPolicy<'_>) -> Result<Self, String> {
        let given = request.object.take();
        let object = given
            .ok_or("request.object is null: there is nothing to check")?
            .or_else(|json| Ingress::from_json(json.get()))
            .map_err(|error| error.to_string())?;
        let request = &*request;
        if request.kind.is_none() && !object.is_ingress() {
            return Ok(Self::default());
        }
        let found = lint::check_without_fixes(&object.subject, &resolved.effective.lint);
        let ours = !object.subject.annotations.is_empty();
        // The old object is read only where there is something to compare.
        let before = LazyCell::new(|| Before::of(request, &object, resolved.effective));
        let had = |it: &Diagnostic| {
            before
                .as_ref()
                .is_some_and(|old| old.had(it, &object.subject))
        };
        let decision = decide(found, resolved, had);
        let checked = Self {
            object,
            mode: ours.then_some(resolved.effective.mode),
            decision,
        };
        Ok(checked.named(request))
    }

    /// The check of what cannot be read as an Ingress.
    pub(super) fn unreadable(message: &str, resolved: &ResolvedPolicy<'_>) -> Self {
        let place = Place::field(FieldPath::default());
        let found = vec![Diagnostic::new(Rule::UnreadableIngress, place, message)];
        Self {
            mode: Some(resolved.effective.mode),
            decision: decide(found, resolved, |_| false),
            ..Self::default()
        }
    }

    /// The same, with the request's names where the object has none, as far as
    /// names are answered.
    fn named(mut self, request: &Request<'a>) -> Self {
        let Subject {
            name, namespace, ..
        } = &mut self.object.subject;
        let cut = |own: Option<Cow<'a, str>>, requested: &Option<Cow<'a, str>>| {
            own.or_else(|| requested.clone()).map(cut_name)
        };
        *name = cut(name.take(), &request.name);
        *namespace = cut(namespace.take(), &request.namespace);
        self.object.generate_name = self.object.generate_name.map(cut_name);
        self
    }

    /// The rules that found something, each once.
    pub(super) fn rules(&self) -> Vec<Rule> {
        self.decision.violations.clone()
    }

    /// What the API server receives.
    pub(super) fn response<'u>(&'u self, uid: &'u str) -> Response<'u> {
        let Decision { deny, warn, .. } = &self.decision;
        let quiet = deny.is_empty() && warn.is_empty();
        let generate_name = self.object.generate_name.as_deref();
        let named = (!quiet).then(|| Named::new(&self.object.subject, generate_name));
        let named = named.as_ref();
        let status = match named.filter(|_| !deny.is_empty()) {
            Some(named) => Outcome::Refused(self.status(named, deny)),
            None => Outcome::Allowed { code: 200 },
        };
        Response {
            uid,
            allowed: deny.is_empty(),
            status,
            warnings: named.map(|it| it.warnings(warn)).unwrap_or_default(),
            audit_annotations: self.audit_annotations(),
        }
    }

    fn status<'u>(&'u self, named: &Named<'_>, denying: &[Diagnostic]) -> Status<'u> {
        let cause = |diagnostic: &Diagnostic| Cause {
            reason: "FieldValueInvalid",
            message: named.cause(diagnostic),
            field: diagnostic.place.field.to_string(),
        };
        let details = Details {
            name: self.object.subject.name.as_deref(),
            group: "networking.k8s.io",
            kind: "ingresses",
            causes: denying.iter().take(MOST_CAUSES).map(cause).collect(),
        };
        // Never 422 and `Invalid`: kubectl would print the causes alone, and
        // `kubectl apply --force` would delete and re-create the live object.
        Status {
            status: "Failure",
            message: named.denial(denying),
            reason: "Forbidden",
            details: Some(details),
            code: 403,
        }
    }

    fn audit_annotations(&self) -> AuditAnnotations {
        let Decision {
            violations, exempt, ..
        } = &self.decision;
        let ids: Vec<_> = violations.iter().map(|rule| rule.id()).collect();
        let exempt = exempt.iter().map(|(rule, why)| format!("{rule} ({why})"));
        let exempt: Vec<_> = exempt.collect();
        AuditAnnotations {
            violations: Some(ids.join(",")).filter(|ids| !ids.is_empty()),
            mode: self.mode.map(Mode::as_str),
            exempt: Some(exempt.join(", ")).filter(|text| !text.is_empty()),
        }
    }
}

impl Request<'_> {
    /// What is done to the object.
    pub(super) fn operation(&self) -> Operation {
        match self.operation.as_deref() {
            Some("CREATE") => Operation::Create,
            Some("UPDATE") => Operation::Update,
            Some("DELETE") => Operation::Delete,
            Some("CONNECT") => Operation::Connect,
            _ => Operation::Unknown,
        }
    }

    /// Whether the request is for a subresource that cannot write annotations.
    ///
    /// `status` can: the API server keeps the stored spec there, but takes the
    /// metadata of the request (`ingressStatusStrategy.PrepareForUpdate` in
    /// `k8s.io/kubernetes/pkg/registry/networking/ingress/strategy.go`).
    fn is_of_other_subresource(&self) -> bool {
        self.sub_resource
            .as_deref()
            .is_some_and(|name| name != "status")
    }

    /// Whether `request.kind` names something else than an Ingress.
    fn is_of_another_kind(&self) -> bool {
        self.kind.as_ref().is_some_and(|it| {
            let ours = matches!(&*it.group, "networking.k8s.io" | "extensions");
            it.kind != "Ingress" || !ours
        })
    }
}

impl Ingress<'_> {
    fn is_ingress(&self) -> bool {
        let names = self.api_version.as_deref().zip(self.kind.as_deref());
        names.is_some_and(|(api_version, kind)| is_ingress(api_version, kind))
    }
}
