//! From a request to what is denied and what is warned of.

use super::message::Named;
use super::ratchet::Before;
use super::response::{AuditAnnotations, Cause, Details, Outcome, Response, Status};
use super::review::Request;
use super::{Mode, OnUpdate, Operation, Terms};
use crate::ingress::{Ingress, is_ingress};
use crate::lint::{self, Diagnostic, FieldPath, Place, Rule, Severity, Subject};

/// No denial has more causes: an answer stays small whatever it answers.
const MOST_CAUSES: usize = 100;

/// What there is to say about an object.
#[derive(Default)]
pub(super) struct Judgement<'a> {
    object: Ingress<'a>,
    /// `None` for what was not ours to judge.
    mode: Option<Mode>,
    /// Errors that deny, where the mode says so.
    problems: Vec<Diagnostic>,
    /// Warnings, and errors that were there before.
    warnings: Vec<Diagnostic>,
}

impl<'a> Judgement<'a> {
    /// Judges the object of `request`.
    pub(super) fn of(request: &Request<'a>, terms: &Terms) -> Self {
        match request.operation() {
            Operation::Delete | Operation::Connect => return Self::default(),
            Operation::Create | Operation::Update => {}
            Operation::Unknown => {
                let words = "CREATE, UPDATE, DELETE and CONNECT";
                let message = format!("request.operation is none of {words}");
                return Self::unreadable(&message, terms.mode).named(request);
            }
        }
        if request.sub_resource.is_some() || request.is_of_another_kind() {
            return Self::default();
        }
        Self::of_object(request, terms).unwrap_or_else(|message| {
            let unreadable = Self::unreadable(&message, terms.mode);
            unreadable.named(request)
        })
    }

    fn of_object(request: &Request<'a>, terms: &Terms) -> Result<Self, String> {
        let json = request
            .object
            .ok_or("request.object is null: there is nothing to judge")?;
        let object = Ingress::from_json(json.get()).map_err(|error| error.to_string())?;
        if request.kind.is_none() && !object.is_ingress() {
            return Ok(Self::default());
        }
        let found = lint::check(&object.subject, &terms.policy);
        let ours = !object.subject.annotations.is_empty();
        let mut judgement = Self {
            object,
            mode: ours.then_some(terms.mode),
            ..Self::default()
        };
        judgement.sort(found, request, terms);
        Ok(judgement.named(request))
    }

    /// Puts each diagnostic where it belongs. The old object is read only
    /// where there is something to compare.
    fn sort(&mut self, found: Vec<Diagnostic>, request: &Request<'a>, terms: &Terms) {
        let has_errors = found.iter().any(|it| it.severity == Severity::Error);
        let before = has_errors.then(|| self.before(request, terms)).flatten();
        for diagnostic in found {
            let was_there = |before: &Before| before.had(&diagnostic, &self.object.subject);
            match diagnostic.severity {
                Severity::Note => {}
                Severity::Error if !before.as_ref().is_some_and(was_there) => {
                    self.problems.push(diagnostic);
                }
                Severity::Error | Severity::Warning => self.warnings.push(diagnostic),
            }
        }
    }

    /// The old object, where its errors excuse the new one's.
    fn before(&self, request: &Request<'a>, terms: &Terms) -> Option<Before<'a>> {
        let strict = terms.on_update == OnUpdate::Strict && !self.object.being_deleted;
        if strict || request.operation() != Operation::Update {
            return None;
        }
        let old = Ingress::from_json(request.old_object?.get()).ok()?;
        let diagnostics = lint::check(&old.subject, &terms.policy);
        Some(Before {
            subject: old.subject,
            diagnostics,
        })
    }

    /// The judgement of what cannot be read as an Ingress.
    pub(super) fn unreadable(message: &str, mode: Mode) -> Self {
        let place = Place::field(FieldPath::default());
        Self {
            mode: Some(mode),
            problems: vec![Diagnostic::new(Rule::UnreadableIngress, place, message)],
            ..Self::default()
        }
    }

    /// The same, with the request's names where the object has none.
    fn named(mut self, request: &Request<'a>) -> Self {
        let Subject {
            name, namespace, ..
        } = &mut self.object.subject;
        *name = name.take().or_else(|| request.name.clone());
        *namespace = namespace.take().or_else(|| request.namespace.clone());
        self
    }

    /// The rules that found something, each once.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let found = self.problems.iter().chain(&self.warnings);
        let mut rules = Vec::new();
        for diagnostic in found {
            if !rules.contains(&diagnostic.rule) {
                rules.push(diagnostic.rule);
            }
        }
        rules
    }

    /// What the API server is told.
    pub(super) fn response<'u>(&'u self, uid: &'u str) -> Response<'u> {
        let (denying, warning) = self.shown();
        let quiet = denying.is_empty() && warning.is_empty();
        let generate_name = self.object.generate_name.as_deref();
        let named = (!quiet).then(|| Named::new(&self.object.subject, generate_name));
        let named = named.as_ref();
        let status = match named.filter(|_| !denying.is_empty()) {
            Some(named) => Outcome::Refused(self.status(named, &denying)),
            None => Outcome::Allowed { code: 200 },
        };
        Response {
            uid,
            allowed: denying.is_empty(),
            status,
            warnings: named.map(|it| it.warnings(&warning)).unwrap_or_default(),
            audit_annotations: self.audit_annotations(),
        }
    }

    /// What denies and what is warned of, in this mode.
    fn shown(&self) -> (Vec<&Diagnostic>, Vec<&Diagnostic>) {
        match self.mode {
            None | Some(Mode::Audit) => (Vec::new(), Vec::new()),
            Some(Mode::Enforce) => (
                self.problems.iter().collect(),
                self.warnings.iter().collect(),
            ),
            Some(Mode::Warn) => {
                let mut all: Vec<_> = self.problems.iter().chain(&self.warnings).collect();
                all.sort_by_key(|it| (&it.place.field, it.place.span));
                (Vec::new(), all)
            }
        }
    }

    fn status<'u>(&'u self, named: &Named<'_>, denying: &[&Diagnostic]) -> Status<'u> {
        let cause = |problem: &&Diagnostic| Cause {
            reason: "FieldValueInvalid",
            message: named.cause(problem),
            field: problem.place.field.to_string(),
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
        let ids: Vec<_> = self.rules().iter().map(|rule| rule.id()).collect();
        AuditAnnotations {
            violations: Some(ids.join(",")).filter(|ids| !ids.is_empty()),
            mode: self.mode.map(Mode::as_str),
            exempt: None,
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
