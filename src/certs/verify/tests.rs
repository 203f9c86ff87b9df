//! Each verdict was read in Go's `verify.go`; tests/cluster has the API server
//! itself decide the ones that matter.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::*;

const NAME: &str = "stickler.stickler.svc";

fn now() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

/// The same moment, as certificates have it.
fn noon() -> time::OffsetDateTime {
    date_time_ymd(2026, 11, 26) + std::time::Duration::from_secs(12 * 3600)
}

type Change = fn(&mut CertificateParams);
type Root = CertifiedIssuer<'static, KeyPair>;

fn params(common_name: &str, change: Change) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    change(&mut params);
    params
}

fn ca(common_name: &str, change: Change) -> Root {
    let mut params = params(common_name, |_| {});
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn named(params: &mut CertificateParams) {
    let name = rcgen::string::Ia5String::try_from(NAME).unwrap();
    params.subject_alt_names = vec![rcgen::SanType::DnsName(name)];
}

/// A certificate for our name with changes, signed by `ca`.
fn leaf(ca: &Issuer<'_, KeyPair>, change: Change) -> CertificateDer<'static> {
    let mut params = params("leaf", named);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    params.signed_by(&key, ca).unwrap().der().clone()
}

fn verify(sent: &[CertificateDer<'_>], authorities: &[CertificateDer<'_>]) -> String {
    let names = [NAME.to_owned()];
    let chain = Chain {
        sent,
        authorities: Some(authorities),
        names: &names,
    };
    match chain.verify(now()) {
        Ok(()) => "accepted".to_owned(),
        Err(rejected) => rejected.to_string(),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_certificate_of_a_ca() {
    const ACCEPTED: &str = "accepted";
    let cases: [(&str, Change, Change, &str); 19] = [
        ("plain", |_| {}, |_| {}, ACCEPTED),
        (
            "a CA itself",
            |_| {},
            |it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            ACCEPTED,
        ),
        (
            "for servers",
            |_| {},
            |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth],
            ACCEPTED,
        ),
        (
            "for any use",
            |_| {},
            |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any],
            ACCEPTED,
        ),
        (
            "for clients",
            |_| {},
            |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            "the certificate's extended key usage does not include server authentication",
        ),
        (
            "a common name alone",
            |_| {},
            |it| {
                it.subject_alt_names.clear();
                it.distinguished_name.push(DnType::CommonName, NAME);
            },
            "the certificate has no subject alternative name, and the API server ignores the \
             common name 'CN=stickler.stickler.svc'",
        ),
        (
            "another Service's",
            |_| {},
            |it| {
                let name = rcgen::string::Ia5String::try_from("other.stickler.svc").unwrap();
                it.subject_alt_names = vec![rcgen::SanType::DnsName(name)];
            },
            "the certificate is not valid for 'stickler.stickler.svc'; its names are other.stickler.svc",
        ),
        (
            "a wildcard",
            |_| {},
            |it| {
                let name = rcgen::string::Ia5String::try_from("*.stickler.svc").unwrap();
                it.subject_alt_names = vec![rcgen::SanType::DnsName(name)];
            },
            ACCEPTED,
        ),
        (
            "expired",
            |_| {},
            |it| it.not_after = date_time_ymd(2026, 2, 1),
            "the certificate expired at 2026-02-01T00:00:00Z",
        ),
        (
            "in its first second",
            |_| {},
            |it| it.not_before = noon(),
            ACCEPTED,
        ),
        (
            "in its last second",
            |_| {},
            |it| it.not_after = noon(),
            ACCEPTED,
        ),
        (
            "not valid yet",
            |_| {},
            |it| it.not_before = date_time_ymd(2026, 12, 1),
            "the certificate is not valid before 2026-12-01T00:00:00Z",
        ),
        (
            "an expired CA",
            |it| it.not_after = date_time_ymd(2026, 2, 1),
            |_| {},
            "no valid CA that callers trust signed the certificate of 'CN=ca': the CA has expired",
        ),
        (
            "a CA that is not valid yet",
            |it| it.not_before = date_time_ymd(2026, 12, 1),
            |_| {},
            "no valid CA that callers trust signed the certificate of 'CN=ca': the CA is not valid yet",
        ),
        (
            "a CA in its first second",
            |it| it.not_before = noon(),
            |_| {},
            ACCEPTED,
        ),
        (
            "a CA in its last second",
            |it| it.not_after = noon(),
            |_| {},
            ACCEPTED,
        ),
        (
            "a CA that may not sign",
            |it| it.key_usages = vec![KeyUsagePurpose::DigitalSignature],
            |_| {},
            "no valid CA that callers trust signed the certificate of 'CN=ca': \
             the certificate of that name is not that of a CA",
        ),
        (
            "a CA that is none",
            |it| it.is_ca = IsCa::ExplicitNoCa,
            |_| {},
            "no valid CA that callers trust signed the certificate of 'CN=ca': \
             the certificate of that name is not that of a CA",
        ),
        (
            "a CA for clients",
            |it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            |_| {},
            "no valid CA that callers trust signed the certificate of 'CN=ca': \
             the CA's extended key usage does not include server authentication",
        ),
    ];
    for (what, of_ca, of_leaf, expected) in cases {
        let ca = ca("ca", of_ca);
        let leaf = leaf(&ca, of_leaf);
        assert_eq!(verify(&[leaf], &[ca.der().clone()]), expected, "{what}");
    }
}

#[test]
fn a_certificate_that_callers_trust_itself() {
    for (what, change) in [
        (
            "a CA",
            (|it| it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)) as Change,
        ),
        ("not a CA", |_| {}),
    ] {
        let mut params = params("self", named);
        change(&mut params);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let der = certificate.der().clone();
        assert_eq!(
            verify(std::slice::from_ref(&der), std::slice::from_ref(&der)),
            "accepted",
            "{what}"
        );
    }
    let other = leaf(&ca("ca", |_| {}), |_| {});
    assert_eq!(
        verify(std::slice::from_ref(&other), std::slice::from_ref(&other)),
        "accepted",
        "signed by another"
    );
}

#[test]
fn a_ca_between() {
    let root = ca("root", |_| {});
    let under = |issuer: &Root, change: Change| {
        let mut params = params("between", |_| {});
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
    };
    let between = under(&root, |_| {});
    let chain = [leaf(&between, |_| {}), between.der().clone()];
    let roots = [root.der().clone()];
    assert_eq!(verify(&chain, &roots), "accepted");
    assert_eq!(
        verify(&chain, &chain[1..]),
        "accepted",
        "it is trusted itself"
    );
    assert_eq!(
        verify(&chain[..1], &roots),
        "no valid CA that callers trust signed the certificate of 'CN=between': \
         none of them has that name"
    );
    for (what, change) in [
        (
            "expired",
            (|it| it.not_after = date_time_ymd(2026, 2, 1)) as Change,
        ),
        ("not a CA", |it| it.is_ca = IsCa::ExplicitNoCa),
    ] {
        let between = under(&root, change);
        let chain = [leaf(&between, |_| {}), between.der().clone()];
        assert_ne!(verify(&chain, &roots), "accepted", "{what}");
    }
    let short = ca("root", |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let between = under(&short, |_| {});
    let chain = [leaf(&between, |_| {}), between.der().clone()];
    assert_ne!(
        verify(&chain, &[short.der().clone()]),
        "accepted",
        "path length"
    );
}

#[test]
fn of_several_cas_the_one_that_signed_must_be_valid() {
    let (old, new) = (
        ca("ca", |it| it.not_after = date_time_ymd(2026, 2, 1)),
        ca("ca", |_| {}),
    );
    let bundle = [
        old.der().clone(),
        new.der().clone(),
        b"no certificate".to_vec().into(),
    ];
    assert_eq!(verify(&[leaf(&new, |_| {})], &bundle), "accepted");
    assert_ne!(verify(&[leaf(&old, |_| {})], &bundle), "accepted");
    let stranger = ca("ca", |_| {});
    assert_eq!(
        verify(&[leaf(&stranger, |_| {})], &bundle),
        "no valid CA that callers trust signed the certificate of 'CN=ca': \
         the CA of that name has another key"
    );
}

#[test]
fn the_first_and_the_last_moment_count() {
    let ca = ca("ca", |_| {});
    let sent = [leaf(&ca, |_| {})];
    let chain = Chain {
        sent: &sent,
        authorities: None,
        names: &[],
    };
    for (moment, accepted) in [
        ("2025-12-31T23:59:59Z", false),
        ("2026-01-01T00:00:00Z", true),
        ("2027-01-01T00:00:00Z", true),
        ("2027-01-01T00:00:01Z", false),
    ] {
        let verified = chain.verify(moment.parse().unwrap());
        assert_eq!(verified.is_ok(), accepted, "{moment}");
    }
}

#[test]
fn a_reason_is_that_of_the_ca_of_that_name() {
    let other = ca("other", |_| {});
    let stranger = ca("ca", |_| {});
    assert_eq!(
        verify(&[leaf(&stranger, |_| {})], &[other.der().clone()]),
        "no valid CA that callers trust signed the certificate of 'CN=ca': \
         none of them has that name"
    );
}

#[test]
fn without_cas_or_names_the_rest_is_verified() {
    let ca = ca("ca", |_| {});
    let sent = [leaf(&ca, |_| {})];
    let expired = [leaf(&ca, |it| it.not_after = date_time_ymd(2026, 2, 1))];
    let unnamed = [leaf(&ca, |it| it.subject_alt_names.clear())];
    let verify = |sent| {
        let chain = Chain {
            sent,
            authorities: None,
            names: &[],
        };
        chain.verify(now())
    };
    assert_eq!(verify(&sent), Ok(()));
    assert!(matches!(verify(&expired), Err(Rejected::Expired(_))));
    assert!(matches!(verify(&unnamed), Err(Rejected::NoNames(_))));
    assert!(matches!(verify(&[]), Err(Rejected::Unreadable(_))));
}

/// A ring of CAs that sign each other must not be followed for ever.
#[test]
fn a_ring_of_cas_ends() {
    let key = || KeyPair::generate().unwrap();
    let (first, second) = (key(), key());
    let mut params = params("ring", |_| {});
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuers = [&first, &second].map(|key| Issuer::new(params.clone(), key));
    let ring = [
        params.signed_by(&first, &issuers[1]).unwrap().der().clone(),
        params
            .signed_by(&second, &issuers[0])
            .unwrap()
            .der()
            .clone(),
    ];
    let mut leaf_params = self::params("leaf", named);
    leaf_params.not_after = date_time_ymd(2026, 12, 1);
    let leaf = leaf_params.signed_by(&key(), &issuers[0]).unwrap();
    let sent = [&[leaf.der().clone()][..], &ring, &ring].concat();
    assert_ne!(
        verify(&sent, &[ca("ring", |_| {}).der().clone()]),
        "accepted"
    );
}
