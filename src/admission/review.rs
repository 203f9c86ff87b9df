//! The envelope: an AdmissionReview's request, borrowed from its bytes.
//!
//! The shapes are those of `k8s.io/api/admission/v1` and `v1beta1`, which
//! differ in nothing that is read here.

use std::borrow::Cow;

use serde::de::{Deserialize, MapAccess};
use serde_json::value::RawValue;

use super::{BadReview, LONGEST_UID};
use crate::ingress::fields::{Fields, Object, Value};
use crate::ingress::{Ingress, Unreadable};
use crate::json;

/// A review that can be answered.
#[derive(Debug)]
pub(super) struct Review<'a> {
    pub(super) version: Version,
    pub(super) uid: Cow<'a, str>,
    /// The request, or why more than its uid could not be read.
    pub(super) request: Result<Request<'a>, Unreadable>,
}

/// The API version that a review came in, and that its answer goes out in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Version {
    #[default]
    V1,
    V1beta1,
}

/// `request`, as far as it decides anything or is logged.
#[derive(Debug, Default)]
pub(super) struct Request<'a> {
    pub(super) uid: Option<Cow<'a, str>>,
    pub(super) kind: Option<Kind<'a>>,
    pub(super) sub_resource: Option<Cow<'a, str>>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) namespace: Option<Cow<'a, str>>,
    pub(super) operation: Option<Cow<'a, str>>,
    pub(super) user: User<'a>,
    pub(super) object: Option<ObjectOrRaw<'a>>,
    pub(super) old_object: Option<&'a RawValue>,
    pub(super) dry_run: bool,
}

/// An object: read in the envelope's own pass where that is possible, else its
/// text, which is read again to report what is wrong with it.
pub(super) type ObjectOrRaw<'a> = Result<Ingress<'a>, &'a RawValue>;

/// `request.kind`: what the object was converted to, not what was sent.
#[derive(Debug, Default)]
pub(super) struct Kind<'a> {
    pub(super) group: Cow<'a, str>,
    pub(super) kind: Cow<'a, str>,
}

/// `request.userInfo`.
#[derive(Debug, Default)]
pub(super) struct User<'a> {
    pub(super) name: Option<Cow<'a, str>>,
}

impl<'a> Review<'a> {
    /// Reads an AdmissionReview, or at the least whom to answer.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, BadReview> {
        let whole = match str::from_utf8(body) {
            Ok(json) => Self::whole(json),
            Err(error) => Err(Unreadable::not_utf8(error.valid_up_to())),
        };
        match whole {
            Ok(Envelope { type_meta, request }) => {
                Self::of(&type_meta, request.uid.clone(), Ok(request))
            }
            Err(error) => {
                let rest = serde_json::from_slice(body);
                let Object(Envelope { type_meta, request }) = rest.map_err(|_| error.clone())?;
                let UidOnly { uid } = request;
                Self::of(&type_meta, uid, Err(error))
            }
        }
    }

    /// Reads all of it in one pass; only where the object is none that can be
    /// read, as a subresource's may be, in a second one that leaves it alone.
    fn whole(json: &'a str) -> Result<Envelope<'a, Request<'a>>, Unreadable> {
        if let Some(Object(read)) = json::read::<Object<Envelope<RequestWith<Ingress>>>>(json) {
            return Ok(read.given(Ok));
        }
        let Object(read) = Unreadable::or_read::<Object<Envelope<RequestWith<&RawValue>>>>(json)?;
        Ok(read.given(Err))
    }

    fn of(
        type_meta: &TypeMeta<'_>,
        uid: Option<Cow<'a, str>>,
        request: Result<Request<'a>, Unreadable>,
    ) -> Result<Self, BadReview> {
        let version = type_meta.version().ok_or(BadReview::NotAReview)?;
        let uid = uid.filter(|uid| !uid.is_empty()).ok_or(BadReview::NoUid)?;
        if uid.len() > LONGEST_UID {
            return Err(BadReview::LongUid);
        }
        Ok(Self {
            version,
            uid,
            request,
        })
    }
}

impl Version {
    /// `apiVersion` of the answer.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "admission.k8s.io/v1",
            Self::V1beta1 => "admission.k8s.io/v1beta1",
        }
    }
}

/// `apiVersion` and `kind`.
#[derive(Default)]
struct TypeMeta<'a> {
    api_version: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
}

impl TypeMeta<'_> {
    fn version(&self) -> Option<Version> {
        match (self.kind.as_deref()?, self.api_version.as_deref()?) {
            ("AdmissionReview", "admission.k8s.io/v1") => Some(Version::V1),
            ("AdmissionReview", "admission.k8s.io/v1beta1") => Some(Version::V1beta1),
            _ => None,
        }
    }
}

/// An AdmissionReview with as much of its request as `R` reads.
#[derive(Default)]
struct Envelope<'a, R> {
    type_meta: TypeMeta<'a>,
    request: R,
}

impl<'de, R: Fields<'de>> Fields<'de> for Envelope<'de, R> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "apiVersion" => self.type_meta.api_version = value.text()?,
            "kind" => self.type_meta.kind = value.text()?,
            "request" => self.request = value.object()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// A request with its object in one of two shapes.
struct RequestWith<'a, O> {
    request: Request<'a>,
    object: Option<O>,
}

impl<O> Default for RequestWith<'_, O> {
    fn default() -> Self {
        Self {
            request: Request::default(),
            object: None,
        }
    }
}

impl<'de, O: Deserialize<'de>> Fields<'de> for RequestWith<'de, O> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "object" => self.object = value.any()?,
            name => self.request.read(name, value)?,
        }
        Ok(())
    }
}

impl<'a, O> Envelope<'a, RequestWith<'a, O>> {
    fn given(self, give: fn(O) -> ObjectOrRaw<'a>) -> Envelope<'a, Request<'a>> {
        let RequestWith { request, object } = self.request;
        let object = object.map(give);
        Envelope {
            type_meta: self.type_meta,
            request: Request { object, ..request },
        }
    }
}

/// What is left of a request that makes no sense: whom to answer.
#[derive(Default)]
struct UidOnly<'a> {
    uid: Option<Cow<'a, str>>,
}

impl<'de> Fields<'de> for UidOnly<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "uid" => self.uid = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'de> Fields<'de> for Request<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "uid" => self.uid = value.text()?,
            "kind" => self.kind = value.object()?,
            "subResource" => self.sub_resource = value.text()?.filter(|text| !text.is_empty()),
            "name" => self.name = value.text()?.filter(|name| !name.is_empty()),
            "namespace" => self.namespace = value.text()?.filter(|name| !name.is_empty()),
            "operation" => self.operation = value.text()?,
            "userInfo" => self.user = value.object()?.unwrap_or_default(),
            "oldObject" => self.old_object = value.any()?,
            "dryRun" => self.dry_run = value.any()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'de> Fields<'de> for Kind<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "group" => self.group = value.text()?.unwrap_or_default(),
            "kind" => self.kind = value.text()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'de> Fields<'de> for User<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "username" => self.name = value.text()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}
