use std::os::unix::fs::symlink;
use std::path::Path;

use rcgen::{CertificateParams, KeyPair};

use super::*;

/// A certificate for `name` that ends in `year`, and its key, in PEM.
fn pair(name: &str, year: i32) -> (String, String) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn load((chain, key): &(String, String)) -> Result<CertifiedKeyPair, BadCertificate> {
    CertifiedKeyPair::from_pem(chain.as_bytes(), key.as_bytes(), Some(chain.as_bytes()))
}

#[test]
fn a_pair_knows_when_it_expires() {
    let pair = load(&pair("tea.example.com", 2090)).unwrap();
    assert_eq!(pair.not_after, 3_786_912_000);
    assert_eq!(pair.authority_not_after, Some(3_786_912_000));
}

#[test]
fn of_several_cas_the_last_to_expire_counts() {
    let (chain, key) = pair("tea.example.com", 2080);
    let cas = [2070, 2090, 2085].map(|year| pair("ca", year).0).concat();
    let pair = CertifiedKeyPair::from_pem(chain.as_bytes(), key.as_bytes(), Some(cas.as_bytes()));
    let pair = pair.unwrap();
    assert_eq!(pair.authority_not_after, Some(3_786_912_000));
    assert_eq!(pair.authority.unwrap().len(), 3);
}

#[test]
fn a_certificate_and_key_that_do_not_match_are_an_error() {
    let (chain, key) = pair("a", 2090);
    let (other, _) = pair("b", 2090);
    let load_pair = |chain: &str, key: &str| {
        load(&(chain.into(), key.into()))
            .map(drop)
            .map_err(|e| e.to_string())
    };
    let mismatch = load_pair(&other, &key).unwrap_err();
    assert!(
        mismatch.starts_with("the certificate and its key do not belong together"),
        "{mismatch}"
    );
    assert_eq!(
        load_pair("", &key),
        Err("certificate: there is no certificate in it".to_owned())
    );
    assert_eq!(
        load_pair(&key, &key),
        Err("certificate: there is no certificate in it".to_owned())
    );
    assert!(load_pair(&chain, &chain).unwrap_err().starts_with("key: "));
    assert_eq!(load_pair(&chain, &key), Ok(()));
}

/// The name of the certificate that is served.
fn name(store: &CertificateStore) -> String {
    let pair = store.pair().unwrap();
    Facts::read(pair.leaf().unwrap()).unwrap().names.remove(0)
}

/// A Secret's volume as a kubelet writes it: `tls.crt` → `..data/tls.crt`,
/// `..data` → a folder of the time, and an update swaps `..data`.
struct Volume(tempfile::TempDir);

impl Volume {
    fn new((chain, key): &(String, String)) -> Self {
        let volume = Self(tempfile::tempdir().unwrap());
        volume.update("..1", chain, key);
        for file in ["tls.crt", "tls.key"] {
            symlink(Path::new("..data").join(file), volume.0.path().join(file)).unwrap();
        }
        volume
    }

    fn update(&self, folder: &str, chain: &str, key: &str) {
        let root = self.0.path();
        std::fs::create_dir(root.join(folder)).unwrap();
        std::fs::write(root.join(folder).join("tls.crt"), chain).unwrap();
        std::fs::write(root.join(folder).join("tls.key"), key).unwrap();
        symlink(folder, root.join("..data_tmp")).unwrap();
        std::fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
    }

    /// The files, with the CA of callers in `ca.crt` beside them.
    fn files_with_ca(&self, ca: &str) -> Files {
        let path = |name: &str| self.0.path().join(name);
        std::fs::write(path("ca.crt"), ca).unwrap();
        Files::new(path("tls.crt"), path("tls.key"), Some(path("ca.crt")))
    }

    fn files(&self) -> Files {
        Files::new(
            self.0.path().join("tls.crt"),
            self.0.path().join("tls.key"),
            None,
        )
    }
}

#[test]
fn a_swapped_secret_is_noticed_and_a_bad_one_is_not_served() {
    let (first, second) = (pair("first", 2090), pair("second", 2091));
    let volume = Volume::new(&first);
    let files = volume.files();
    let store = CertificateStore::new(files.load().unwrap());
    assert_eq!(files.poll(&store), Reload::Same);

    volume.update("..2", &second.0, &first.1);
    let Reload::Failed(BadCertificate::Mismatch(_)) = files.poll(&store) else {
        panic!("no mismatch")
    };
    assert_eq!(name(&store), "first");
    assert!(store.last_error().is_some());
    assert_eq!(
        files.poll(&store),
        Reload::Same,
        "the same trouble is told once"
    );

    let ended = pair("ended", 2020);
    volume.update("..3", &ended.0, &ended.1);
    assert!(matches!(
        files.poll(&store),
        Reload::Failed(BadCertificate::Rejected(Rejected::Expired(_)))
    ));

    volume.update("..4", &second.0, &second.1);
    assert_eq!(files.poll(&store), Reload::Replaced);
    assert_eq!(name(&store), "second");
    assert_eq!((store.last_error(), store.reloads()), (None, [1, 2]));

    std::fs::remove_file(volume.0.path().join("..data")).unwrap();
    assert!(matches!(
        files.poll(&store),
        Reload::Failed(BadCertificate::Unreadable { .. })
    ));
    symlink("..4", volume.0.path().join("..data")).unwrap();
    assert_eq!(files.poll(&store), Reload::Replaced);
    assert_eq!(store.last_error(), None);
}

/// A pair that callers would refuse does not replace one that they accept.
#[test]
fn a_new_pair_that_callers_refuse_is_not_served() {
    let (good, other) = (pair("tea.example.com", 2090), pair("tea.example.com", 2091));
    let volume = Volume::new(&good);
    let ca = good.0.clone() + &pair("ca", 2090).0;
    let names = vec!["tea.example.com".to_owned()];
    let files = volume.files_with_ca(&ca).with_names(names);
    let store = CertificateStore::new(files.load().unwrap());
    let unnamed = {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(Vec::new()).unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    };
    for (number, (what, bad)) in [
        ("of another CA", &other),
        ("expired", &pair("tea.example.com", 2020)),
        ("for another Service", &pair("coffee.example.com", 2090)),
        ("without a name", &unnamed),
    ]
    .into_iter()
    .enumerate()
    {
        volume.update(&format!("..bad-{number}"), &bad.0, &bad.1);
        let reload = files.poll(&store);
        let Reload::Failed(BadCertificate::Rejected(_)) = reload else {
            panic!("{what}: {reload:?}")
        };
        assert_eq!(store.pair().unwrap().not_after, 3_786_912_000, "{what}");
        store.pair().unwrap().verify(Timestamp::now()).unwrap();
    }
    std::fs::write(volume.0.path().join("ca.crt"), &other.0).unwrap();
    volume.update("..other", &other.0, &other.1);
    assert_eq!(files.poll(&store), Reload::Replaced);
}

/// The CAs that callers trust are what is published, whatever we serve.
#[test]
fn a_changed_ca_alone_is_noticed() {
    let good = pair("tea.example.com", 2090);
    let volume = Volume::new(&good);
    let files = volume.files_with_ca(&good.0);
    let store = CertificateStore::new(files.load().unwrap());
    let accepted = || store.pair().unwrap().verify(Timestamp::now()).is_ok();
    assert!(accepted());
    let ca = volume.0.path().join("ca.crt");
    std::fs::write(&ca, pair("ca", 2090).0).unwrap();
    assert!(matches!(files.poll(&store), Reload::Failed(_)));
    assert!(!accepted(), "callers do not trust its CA any more");
    std::fs::write(&ca, "no PEM").unwrap();
    assert!(matches!(files.poll(&store), Reload::Failed(_)));
    std::fs::write(&ca, &good.0).unwrap();
    assert_eq!(files.poll(&store), Reload::Replaced);
    assert!(accepted());
}

#[test]
fn a_store_recovers_from_an_error() {
    let store = CertificateStore::empty();
    let error = BadCertificate::Unavailable("no answer".to_owned());
    assert_eq!(
        store.update(Err(error.clone())),
        Reload::Failed(error.clone())
    );
    assert_eq!(store.last_error(), Some(error));
    store.clear_error();
    assert_eq!(store.last_error(), None);
}
