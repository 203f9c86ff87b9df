//! The Ingresses of a text, for who reads them and checks nothing.

use super::Source;
use super::object::Found;
use super::read::read;
use super::read_options::Context;
use super::read_options::Lists;
use super::readable::readable;
use crate::finding::ObjectRef;
use crate::lint::Subject;

/// Gives every Ingress of a text to `visit`, and every value of the annotation
/// that has no Ingress around it, in the order of the text.
///
/// What cannot be read is left out; [`check`](super::check()) reports it.
pub fn subjects(source: &Source, visit: &mut dyn FnMut(&Subject<'_>, &ObjectRef)) {
    let text = readable(&source.name, &source.text);
    Context::default().with_options(Lists::ByElement, |options| {
        read(&text, options, &mut |_, found| {
            if let Found::Subject(object) = found {
                visit(&object.subject, &object.name);
            }
        });
    });
}
