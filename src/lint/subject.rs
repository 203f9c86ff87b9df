//! What is checked: the part of an Ingress that the annotation depends on.

use std::borrow::Cow;

use super::meter;

/// The part of one Ingress that is checked, in the words of
/// `networking.k8s.io/v1` whatever its API version.
///
/// ```
/// use stickler::lint::Subject;
/// use stickler::lint::subject::Annotation;
///
/// let key = "nginx.org/sticky-cookie-services";
/// let value = "serviceName=tea-svc srv_id".into();
/// let annotations = vec![Annotation { key: key.into(), value }];
/// let subject = Subject { annotations, ..Subject::default() };
/// assert_eq!(subject.annotation(key), Some("serviceName=tea-svc srv_id"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subject<'a> {
    /// Whether only the value is known, and nothing of the Ingress around it:
    /// it comes from a patch, from values of a chart or from a template. What
    /// depends on backends, hosts, paths and TLS is then not reported.
    pub value_alone: bool,
    /// The spelling of the fields in the object itself.
    pub api_version: ApiVersion,
    /// `metadata.namespace`.
    pub namespace: Option<Cow<'a, str>>,
    /// `metadata.name`; an object that is made from `generateName` has none yet.
    pub name: Option<Cow<'a, str>>,
    /// The annotations for which [`super::read::keys::is_relevant`] holds, in
    /// the order of the text.
    pub annotations: Vec<Annotation<'a>>,
    /// `spec.ingressClassName`.
    pub class_name: Option<Cow<'a, str>>,
    /// `spec.defaultBackend`.
    pub default_backend: Option<Backend<'a>>,
    /// `spec.rules`.
    pub rules: Vec<HostRule<'a>>,
    /// `spec.tls`.
    pub tls: Vec<TlsBlock<'a>>,
}

/// The two spellings of an Ingress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApiVersion {
    /// `networking.k8s.io/v1`: `defaultBackend`, `backend.service.name`.
    #[default]
    V1,
    /// `networking.k8s.io/v1beta1` and `extensions/v1beta1`: `backend`,
    /// `backend.serviceName`.
    V1beta1,
}

/// One annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// The value.
    pub value: Cow<'a, str>,
}

/// One element of `spec.rules`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostRule<'a> {
    /// `host`; `None` where it is left out or null.
    pub host: Option<Cow<'a, str>>,
    /// `http.paths`; `None` where `http` is left out or null.
    pub paths: Option<Vec<PathRule<'a>>>,
}

/// One element of `spec.rules[].http.paths`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathRule<'a> {
    /// `path`; `None` where it is left out or null.
    pub path: Option<Cow<'a, str>>,
    /// `pathType`.
    pub path_type: PathType,
    /// `backend`.
    pub backend: Backend<'a>,
}

/// How a rule's path is compared with a request's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PathType {
    /// The whole path.
    Exact,
    /// The path or what lies below it, element by element; also where no type,
    /// or one we do not know, is given.
    Prefix,
    /// As the controller likes; also where the older API versions give no type.
    #[default]
    ImplementationSpecific,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backend<'a> {
    /// The service's name; `None` where the backend names no service.
    pub service: Option<Cow<'a, str>>,
    /// The service's port, as far as it distinguishes one backend from another.
    pub port: Option<Port<'a>>,
    /// Whether the backend names a resource.
    pub resource: bool,
}

/// A service's port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port<'a> {
    /// By number.
    Number(i64),
    /// By name.
    Name(Cow<'a, str>),
}

/// One element of `spec.tls`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsBlock<'a> {
    /// `hosts`.
    pub hosts: Vec<Cow<'a, str>>,
    /// Whether `secretName` names a secret.
    pub has_secret: bool,
}

impl<'a> Subject<'a> {
    /// The value of an annotation; the last one where a key is repeated.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        meter::spend(1 + self.annotations.len() / 8);
        let annotations = self.annotations.iter().rev();
        annotations
            .clone()
            .find(|annotation| annotation.key == key)
            .map(|annotation| annotation.value.as_ref())
    }

    /// Every path of every rule, with the rule it belongs to.
    pub fn paths(&self) -> impl Iterator<Item = (&HostRule<'a>, &PathRule<'a>)> {
        self.rules.iter().flat_map(|rule| {
            let paths = rule.paths.iter().flatten();
            paths.map(move |path| (rule, path))
        })
    }
}
