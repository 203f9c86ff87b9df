//! `spec`, in both spellings at once: which of them counts is known only
//! after `apiVersion`, which may come last.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::fields::{Fields, Value};
use crate::lint::Subject;
use crate::lint::subject::{ApiVersion, Backend, HostRule, PathRule, PathType, Port, TlsBlock};

/// `spec`.
#[derive(Default)]
pub(super) struct Spec<'a> {
    class_name: Option<Cow<'a, str>>,
    default_backend: Option<EitherBackend<'a>>,
    /// `defaultBackend` as the old versions call it.
    backend: Option<EitherBackend<'a>>,
    rules: Vec<Rule<'a>>,
    tls: Vec<Tls<'a>>,
}

impl<'de> Fields<'de> for Spec<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "ingressClassName" => self.class_name = value.text()?,
            "defaultBackend" => self.default_backend = value.object()?,
            "backend" => self.backend = value.object()?,
            "rules" => self.rules = value.objects()?,
            "tls" => self.tls = value.objects()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Spec<'a> {
    /// The subject's part that comes from `spec`.
    pub(super) fn into_subject(self, api_version: ApiVersion) -> Subject<'a> {
        let default_backend = match api_version {
            ApiVersion::V1 => self.default_backend,
            ApiVersion::V1beta1 => self.backend,
        };
        Subject {
            api_version,
            class_name: self.class_name,
            default_backend: default_backend.map(|backend| backend.pick(api_version)),
            rules: self
                .rules
                .into_iter()
                .map(|rule| rule.pick(api_version))
                .collect(),
            tls: self.tls.into_iter().map(|tls| tls.0).collect(),
            ..Subject::default()
        }
    }
}

/// An element of `rules`.
#[derive(Default)]
struct Rule<'a> {
    host: Option<Cow<'a, str>>,
    http: Option<Http<'a>>,
}

impl<'de> Fields<'de> for Rule<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "host" => self.host = value.text()?,
            "http" => self.http = value.object()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Rule<'a> {
    fn pick(self, api_version: ApiVersion) -> HostRule<'a> {
        let paths = |http: Http<'a>| {
            http.0
                .into_iter()
                .map(|path| path.pick(api_version))
                .collect()
        };
        HostRule {
            host: self.host,
            paths: self.http.map(paths),
        }
    }
}

/// `http`, which holds `paths` and nothing else.
#[derive(Default)]
struct Http<'a>(Vec<Path<'a>>);

impl<'de> Fields<'de> for Http<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "paths" => self.0 = value.objects()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// An element of `paths`.
#[derive(Default)]
#[expect(clippy::struct_field_names, reason = "the API calls them so")]
struct Path<'a> {
    path: Option<Cow<'a, str>>,
    path_type: Option<PathType>,
    backend: EitherBackend<'a>,
}

impl<'de> Fields<'de> for Path<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "path" => self.path = value.text()?,
            "pathType" => self.path_type = value.text()?.as_deref().map(path_type),
            "backend" => self.backend = value.object()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> Path<'a> {
    fn pick(self, api_version: ApiVersion) -> PathRule<'a> {
        PathRule {
            path: self.path,
            path_type: self.path_type.unwrap_or(match api_version {
                ApiVersion::V1 => PathType::Prefix,
                // The API server fills it in.
                ApiVersion::V1beta1 => PathType::ImplementationSpecific,
            }),
            backend: self.backend.pick(api_version),
        }
    }
}

/// To the controller a word that it does not know is like `Prefix`, and so is
/// none: a plain location, whose path may not be left out.
fn path_type(word: &str) -> PathType {
    match word {
        "Exact" => PathType::Exact,
        "ImplementationSpecific" => PathType::ImplementationSpecific,
        _ => PathType::Prefix,
    }
}

/// A backend in both spellings.
#[derive(Default)]
struct EitherBackend<'a> {
    service: Option<Service<'a>>,
    service_name: Option<Cow<'a, str>>,
    service_port: Option<Port<'a>>,
    resource: bool,
}

impl<'de> Fields<'de> for EitherBackend<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "service" => self.service = value.object()?,
            "serviceName" => self.service_name = value.text()?,
            "servicePort" => self.service_port = value.any::<IntOrString>()?.map(|port| port.0),
            "resource" => self.resource = value.present()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> EitherBackend<'a> {
    fn pick(self, api_version: ApiVersion) -> Backend<'a> {
        let (service, port) = match api_version {
            // A service without a name is one whose name is empty, as in Go.
            ApiVersion::V1 => self.service.map_or((None, None), |it| {
                (Some(it.name.unwrap_or_default()), it.port.0)
            }),
            // The API server's conversion makes a service of a name alone.
            ApiVersion::V1beta1 => (
                self.service_name.filter(|name| !name.is_empty()),
                self.service_port,
            ),
        };
        Backend {
            service,
            port,
            resource: self.resource,
        }
    }
}

/// `backend.service`.
#[derive(Default)]
struct Service<'a> {
    name: Option<Cow<'a, str>>,
    port: ServicePort<'a>,
}

impl<'de> Fields<'de> for Service<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "name" => self.name = value.text()?,
            "port" => self.port = value.object()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// `backend.service.port`: a name or a number.
#[derive(Default)]
struct ServicePort<'a>(Option<Port<'a>>);

impl<'de> Fields<'de> for ServicePort<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        let port = match name {
            "name" => value
                .text()?
                .filter(|name| !name.is_empty())
                .map(Port::Name),
            "number" => value.any::<WholeNumber>()?.map(|it| Port::Number(it.0)),
            _ => return value.skip(),
        };
        self.0 = port.or(self.0.take());
        Ok(())
    }
}

/// An element of `tls`.
#[derive(Default)]
struct Tls<'a>(TlsBlock<'a>);

impl<'de> Fields<'de> for Tls<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "hosts" => self.0.hosts = value.texts()?,
            "secretName" => self.0.has_secret = value.text()?.is_some_and(|it| !it.is_empty()),
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// A number without a fraction.
struct WholeNumber(i64);

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeNumberVisitor)
    }
}

struct WholeNumberVisitor;

impl Visitor<'_> for WholeNumberVisitor {
    type Value = WholeNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(WholeNumber(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// `servicePort`, a number or a name.
struct IntOrString<'a>(Port<'a>);

impl<'de> Deserialize<'de> for IntOrString<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntOrStringVisitor)
    }
}

struct IntOrStringVisitor;

impl<'de> Visitor<'de> for IntOrStringVisitor {
    type Value = IntOrString<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a string")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(IntOrString(Port::Number(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(IntOrString(Port::Name(Cow::Borrowed(name))))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(IntOrString(Port::Name(Cow::Owned(name.to_owned()))))
    }
}
