use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use jiff::SignedDuration;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;

use super::*;
use crate::certs::{Authority, Leaf, Usage, pem};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// Files in a folder: a CA good for ten hours, and leaves good for one.
struct Folder(TempDir, Authority);

impl Folder {
    fn new() -> Self {
        let ca = Authority::make(noon(), HOUR * 10).unwrap();
        let folder = Self(TempDir::new().unwrap(), ca);
        folder.write("ca.crt", &pem::certificates([folder.1.certificate()]));
        folder.leaf("tls", Usage::Server);
        folder.leaf("client", Usage::Client);
        folder
    }

    fn leaf(&self, name: &str, usage: Usage) -> Leaf {
        let names = ["stickler.stickler.svc".to_owned()];
        let leaf = self.1.sign(&names, usage, noon(), HOUR).unwrap();
        let certificate = pem::certificates([&leaf.certificate]);
        self.write(&format!("{name}.crt"), &certificate);
        self.write(&format!("{name}.key"), &leaf.key.pem());
        leaf
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o640)).unwrap();
    }

    fn read(&self, name: &str) -> Result<File, Unreadable> {
        File::read(&self.0.path().join(name))
    }

    /// The problems of some of the files, without the folder's name.
    fn problems(&self, files: &[&str], name: Option<&str>, now: Timestamp) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|file| self.read(file).unwrap()).collect();
        let name = name.map(|name| ServerName::try_from(name).unwrap());
        let report = inspect(&files, name.as_ref(), now);
        let folder = format!("{}/", self.0.path().display());
        let problems = report.problems.into_iter();
        problems
            .map(|problem| problem.replace(&folder, ""))
            .collect()
    }
}

#[test]
fn a_good_set_is_without_problems() {
    let folder = Folder::new();
    for files in [
        &["ca.crt", "tls.crt", "tls.key", "client.crt", "client.key"][..],
        &["ca.crt"],
        &["tls.crt"],
        &["tls.key"],
    ] {
        let name = Some("stickler.stickler.svc");
        assert_eq!(folder.problems(files, name, noon()), [""; 0], "{files:?}");
    }
}

#[test]
fn time_is_up_for_a_leaf_and_for_a_ca_apart() {
    let folder = Folder::new();
    let files = ["ca.crt", "tls.crt"];
    let leaf = "tls.crt: 'CN=stickler.stickler.svc' expired at 2026-03-01T13:00:00Z";
    let ca = "ca.crt: 'CN=stickler CA 2026-03-01T12:00:00Z' expired at 2026-03-01T22:00:00Z";
    let early = [
        "ca.crt: 'CN=stickler CA 2026-03-01T12:00:00Z' is not valid before 2026-03-01T11:50:00Z",
        "tls.crt: 'CN=stickler.stickler.svc' is not valid before 2026-03-01T11:50:00Z",
    ];
    let problems = |hours| folder.problems(&files, None, noon() + HOUR * hours);
    assert_eq!(problems(1), [""; 0]);
    assert_eq!(problems(2), [leaf]);
    assert_eq!(problems(11), [ca, leaf]);
    assert_eq!(problems(-1), early);
    let first = noon() - HOUR / 6;
    assert_eq!(folder.problems(&files, None, first), [""; 0]);
}

#[test]
fn what_does_not_belong_together_is_reported() {
    let folder = Folder::new();
    let other = Folder::new();
    fs::copy(
        other.0.path().join("tls.key"),
        folder.0.path().join("other.key"),
    )
    .unwrap();
    fs::copy(
        other.0.path().join("ca.crt"),
        folder.0.path().join("other-ca.crt"),
    )
    .unwrap();
    assert_eq!(
        folder.problems(&["tls.crt", "other.key"], None, noon()),
        ["other.key: the private key belongs to none of the certificates"]
    );
    for (leaf, error) in [("tls.crt", "BadSignature"), ("client.crt", "BadSignature")] {
        assert_eq!(
            folder.problems(&["other-ca.crt", leaf], None, noon()),
            [format!(
                "{leaf}: no CA among the files vouches for 'CN=stickler.stickler.svc': \
                 invalid peer certificate: {error}"
            )]
        );
    }
    assert_eq!(
        folder.problems(&["tls.crt", "client.crt"], Some("other.svc"), noon()),
        [
            "tls.crt: 'CN=stickler.stickler.svc' is not for 'other.svc' (names: stickler.stickler.svc)"
        ]
    );
}

#[test]
fn a_key_that_everybody_may_read() {
    let folder = Folder::new();
    let path = folder.0.path().join("tls.key");
    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(
        folder.problems(&["tls.crt", "tls.key"], None, noon()),
        ["tls.key: everybody on this machine may read the private key"]
    );
}

#[test]
fn what_is_no_pem_is_unreadable() {
    let folder = Folder::new();
    for (content, why) in [
        ("", "there is no certificate and no private key in it"),
        ("words", "there is no certificate and no private key in it"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "",
        ),
        ("-----BEGIN CERTIFICATE-----\nAAAA", ""),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "the private key: ",
        ),
    ] {
        folder.write("bad", content);
        let unreadable = folder.read("bad").unwrap_err();
        assert!(unreadable.why.starts_with(why), "{content:?}: {unreadable}");
    }
    assert!(folder.read("missing").is_err());
}

#[test]
fn json_names_the_kinds() {
    let folder = Folder::new();
    let files = ["ca.crt", "tls.crt", "tls.key"].map(|file| folder.read(file).unwrap());
    let report = serde_json::to_value(inspect(&files, None, noon())).unwrap();
    let found = &report["found"];
    assert_eq!(found[0]["kind"], "ca");
    assert_eq!(found[1]["kind"], "leaf");
    assert_eq!(found[1]["expiresInSeconds"], 3600);
    assert_eq!(found[2]["kind"], "key");
    assert_eq!(found[2]["belongsTo"], "CN=stickler.stickler.svc");
}

/// Certificates as openssl or cfssl may make them, from now until after `noon`.
fn params(name: &str, change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["stickler.stickler.svc".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    change(&mut params);
    params
}

#[test]
fn a_ca_between_vouches_with_the_one_above_it() {
    let folder = Folder::new();
    let is_ca = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    let key = || KeyPair::generate().unwrap();
    let root = CertifiedIssuer::self_signed(params("root", is_ca), key()).unwrap();
    let between = CertifiedIssuer::signed_by(params("between", is_ca), key(), &root).unwrap();
    let leaf = params("leaf", |_| {}).signed_by(&key(), &between).unwrap();
    for (name, pem) in [
        ("root", root.pem()),
        ("between", between.pem()),
        ("leaf", leaf.pem()),
    ] {
        folder.write(name, &pem);
    }
    let problems = |files: &[&str]| folder.problems(files, None, noon());
    assert_eq!(problems(&["root", "between", "leaf"]), [""; 0]);
    assert_eq!(
        problems(&["root", "leaf"]),
        ["leaf: no CA among the files vouches for 'CN=leaf': \
          invalid peer certificate: UnknownIssuer"]
    );
}

#[test]
fn a_leaf_for_every_use_is_one_for_servers() {
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
    let folder = Folder::new();
    for (usages, serves) in [
        (vec![], true),
        (vec![ServerAuth], true),
        (vec![ClientAuth, ServerAuth], true),
        (vec![Any], true),
        (vec![ClientAuth], false),
    ] {
        let leaf = params("leaf", |params| {
            params.extended_key_usages.clone_from(&usages);
        });
        let leaf = leaf.self_signed(&KeyPair::generate().unwrap()).unwrap();
        folder.write("leaf", &leaf.pem());
        // Only a server's certificate has to be for the name.
        let problems = folder.problems(&["leaf"], Some("other.svc"), noon());
        assert_eq!(
            problems.len(),
            usize::from(serves),
            "{usages:?}: {problems:?}"
        );
    }
}
