//! What was wrong before an update stays allowed, and nothing else does.

use super::Operation;
use super::review::Request;
use crate::ingress::Ingress;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::subject::TlsBlock;
use crate::lint::{self, Diagnostic, Subject};
use crate::policy::{Effective, OnUpdate};

/// The old object's diagnostics, and what they followed from.
pub(super) struct Before<'a> {
    subject: Subject<'a>,
    diagnostics: Vec<Diagnostic>,
    /// Whether backends, hosts, paths and TLS are the new object's.
    same_inputs: bool,
}

impl<'a> Before<'a> {
    /// The old object, where its errors excuse those of the `new` one.
    pub(super) fn of(
        request: &Request<'a>,
        new: &Ingress<'_>,
        in_force: &Effective,
    ) -> Option<Self> {
        // A status update changes no field but annotations, and a controller
        // that writes addresses cannot fix them: `strict` is not for it.
        let is_status = request.sub_resource.is_some();
        let strict = in_force.on_update == OnUpdate::Strict && !new.being_deleted && !is_status;
        if strict || request.operation() != Operation::Update {
            return None;
        }
        let old = Ingress::from_json(request.old_object?.get()).ok()?;
        let same_inputs = same_inputs(&old.subject, &new.subject);
        let diagnostics = lint::check(&old.subject, &in_force.lint);
        Some(Self {
            subject: old.subject,
            diagnostics,
            same_inputs,
        })
    }

    /// Whether `diagnostic` of `now` is an old one: the same words about the
    /// same value, given the same backends, hosts, paths and TLS.
    pub(super) fn had(&self, diagnostic: &Diagnostic, now: &Subject<'_>) -> bool {
        self.same_inputs && self.same_values(diagnostic, now) && self.found(diagnostic)
    }

    /// Whether the old object had the diagnostic: both lists are sorted.
    fn found(&self, diagnostic: &Diagnostic) -> bool {
        let order = diagnostic.order();
        let start = self.diagnostics.partition_point(|old| old.order() < order);
        let alike = self.diagnostics[start..].iter();
        let mut alike = alike.take_while(|old| old.order() == order);
        alike.any(|old| old == diagnostic)
    }

    /// A diagnostic of a field other than an annotation hangs on both values.
    fn same_values(&self, diagnostic: &Diagnostic, now: &Subject<'_>) -> bool {
        let same = |key: &str| self.subject.annotation(key) == now.annotation(key);
        match diagnostic.place.field.annotation_key() {
            Some(key) => same(key),
            None => same(ORG_KEY) && same(PLUS_KEY),
        }
    }
}

fn same_inputs(before: &Subject<'_>, now: &Subject<'_>) -> bool {
    before.rules == now.rules
        && before.default_backend == now.default_backend
        && same_hosts(&before.tls, &now.tls)
}

/// Blocks of TLS differ in their Secrets too, which nobody reads here.
fn same_hosts(before: &[TlsBlock<'_>], now: &[TlsBlock<'_>]) -> bool {
    let hosts = |blocks: &[TlsBlock<'_>]| {
        let hosts = blocks.iter().flat_map(|block| &block.hosts);
        let mut hosts: Vec<String> = hosts.map(ToString::to_string).collect();
        hosts.sort_unstable();
        hosts
    };
    before == now || hosts(before) == hosts(now)
}
