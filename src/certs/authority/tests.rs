use jiff::{SignedDuration, Timestamp};
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::ParsedCertificate;

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-03-01T12:00:00Z")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Verifies a leaf as a client would, at a moment and for a name.
fn verify(ca: &Authority, leaf: &Leaf, now: Timestamp, name: &str) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(ca.certificate().clone()).unwrap();
    let parsed = ParsedCertificate::try_from(&leaf.certificate)?;
    let now = UnixTime::since_unix_epoch(now.duration_since(Timestamp::UNIX_EPOCH).unsigned_abs());
    let algorithms = crate::crypto::provider().signature_verification_algorithms;
    verify_server_cert_signed_by_trust_anchor(&parsed, &roots, &[], now, algorithms.all)?;
    verify_server_name(&parsed, &ServerName::try_from(name).unwrap())
}

#[test]
fn a_leaf_is_good_for_its_names_while_it_lives() {
    let ca = Authority::make(noon(), HOUR * 10).unwrap();
    let both = names(&["stickler.stickler.svc", "127.0.0.1"]);
    let leaf = ca.sign(&both, Usage::Server, noon(), HOUR).unwrap();
    for (now, name, good) in [
        ("2026-03-01T12:00:00Z", "stickler.stickler.svc", true),
        ("2026-03-01T12:59:59Z", "127.0.0.1", true),
        // A caller whose clock is behind.
        ("2026-03-01T11:50:00Z", "127.0.0.1", true),
        ("2026-03-01T11:49:59Z", "127.0.0.1", false),
        ("2026-03-01T13:00:01Z", "127.0.0.1", false),
        ("2026-03-01T12:00:00Z", "other.stickler.svc", false),
        ("2026-03-01T12:00:00Z", "127.0.0.2", false),
    ] {
        let verified = verify(&ca, &leaf, at(now), name);
        assert_eq!(verified.is_ok(), good, "{now} {name}: {verified:?}");
    }
}

#[test]
fn another_ca_does_not_vouch() {
    let [ca, other] = [(); 2].map(|()| Authority::make(noon(), HOUR).unwrap());
    let leaf = ca
        .sign(&names(&["a"]), Usage::Server, noon(), HOUR)
        .unwrap();
    assert!(verify(&ca, &leaf, noon(), "a").is_ok());
    assert!(verify(&other, &leaf, noon(), "a").is_err());
}

#[test]
fn a_leaf_for_a_client_is_none_for_a_server() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    let leaf = ca
        .sign(&names(&["a"]), Usage::Client, noon(), HOUR)
        .unwrap();
    assert!(verify(&ca, &leaf, noon(), "a").is_err());
}

#[test]
fn a_leaf_never_outlives_its_ca() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    let leaf = ca
        .sign(&names(&["a"]), Usage::Server, noon(), HOUR * 5)
        .unwrap();
    assert_eq!(leaf.not_after, ca.facts().not_after);
}

#[test]
fn facts_say_what_was_asked_for() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    assert!(ca.facts().ca);
    assert_eq!(ca.facts().subject, "CN=stickler CA 2026-03-01T12:00:00Z");
    let asked = names(&["stickler.stickler.svc", "127.0.0.1", "::1"]);
    let leaf = ca.sign(&asked, Usage::Server, noon(), HOUR).unwrap();
    let facts = Facts::read(&leaf.certificate).unwrap();
    assert_eq!(facts.names, asked);
    assert_eq!(facts.subject, "CN=stickler.stickler.svc");
    assert_eq!(facts.issuer, ca.facts().subject);
    assert_eq!(facts.not_before, at("2026-03-01T11:50:00Z"));
    assert_eq!(facts.not_after, at("2026-03-01T13:00:00Z"));
    assert!(!facts.ca);
}

#[test]
fn a_ca_survives_its_pem() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    let pem = crate::certs::pem::certificates([ca.certificate()]);
    let read = Authority::from_pem(pem.as_bytes(), &ca.key_pem()).unwrap();
    let leaf = read
        .sign(&names(&["a"]), Usage::Server, noon(), HOUR)
        .unwrap();
    assert!(verify(&ca, &leaf, noon(), "a").is_ok());
}

#[test]
fn what_is_no_ca_is_refused() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    let other = Authority::make(noon(), HOUR).unwrap();
    let leaf = ca
        .sign(&names(&["a"]), Usage::Server, noon(), HOUR)
        .unwrap();
    let pem = |der| crate::certs::pem::certificates([der]);
    let key = ca.key_pem();
    for (certificate, key, why) in [
        ("", key.as_str(), "the certificate is not readable"),
        (
            &pem(&leaf.certificate),
            &leaf.key.pem(),
            "the certificate is not that of a CA",
        ),
        (&pem(ca.certificate()), "no key", "the key is not readable"),
        (
            &pem(other.certificate()),
            &key,
            "the key does not belong to the certificate",
        ),
    ] {
        let refused = Authority::from_pem(certificate.as_bytes(), key).unwrap_err();
        assert!(refused.to_string().starts_with(why), "{refused}");
    }
}

#[test]
fn a_leaf_never_begins_before_its_ca() {
    let ca = Authority::make(noon(), HOUR).unwrap();
    let earlier = noon() - HOUR / 12;
    let leaf = ca
        .sign(&names(&["a"]), Usage::Server, earlier, HOUR)
        .unwrap();
    assert_eq!(leaf.not_before, ca.facts().not_before);
}

#[test]
fn a_ca_signs_leaves_alone_and_a_leaf_names_its_key() {
    use x509_parser::extensions::ParsedExtension;
    use x509_parser::prelude::{FromDer as _, X509Certificate};
    let ca = Authority::make(noon(), HOUR).unwrap();
    let leaf = ca
        .sign(&names(&["a"]), Usage::Server, noon(), HOUR)
        .unwrap();
    let (_, own) = X509Certificate::from_der(ca.certificate()).unwrap();
    let constraints = own.basic_constraints().unwrap().unwrap().value;
    assert!(constraints.ca);
    assert_eq!(constraints.path_len_constraint, Some(0));
    let usage = own.key_usage().unwrap().unwrap().value;
    assert!(usage.key_cert_sign() && usage.crl_sign() && !usage.digital_signature());
    let key = own
        .extensions()
        .iter()
        .find_map(|it| match it.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(key) => Some(key.0),
            _ => None,
        });
    let (_, signed) = X509Certificate::from_der(&leaf.certificate).unwrap();
    let named = signed
        .extensions()
        .iter()
        .find_map(|it| match it.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(named) => named.key_identifier.as_ref(),
            _ => None,
        });
    assert!(key.is_some());
    assert_eq!(named.map(|named| named.0), key);
    let usage = signed.key_usage().unwrap().unwrap().value;
    assert!(usage.digital_signature() && !usage.key_cert_sign());
}
