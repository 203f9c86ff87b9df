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

fn load((chain, key): &(String, String)) -> Result<Pair, BadPair> {
    Pair::from_pem(chain.as_bytes(), key.as_bytes(), Some(chain.as_bytes()))
}

#[test]
fn a_pair_knows_its_name_and_its_ends() {
    let pair = load(&pair("tea.example.com", 2090)).unwrap();
    assert_eq!(pair.name.as_deref(), Some("tea.example.com"));
    assert_eq!(pair.not_after, 3_786_912_000);
    assert_eq!(pair.authority_not_after, Some(3_786_912_000));
}

#[test]
fn what_is_no_pair_is_an_error() {
    let (chain, key) = pair("a", 2090);
    let (other, _) = pair("b", 2090);
    let told = |chain: &str, key: &str| {
        load(&(chain.into(), key.into()))
            .map(drop)
            .map_err(|e| e.to_string())
    };
    let mismatch = told(&other, &key).unwrap_err();
    assert!(
        mismatch.starts_with("the certificate and its key do not go together"),
        "{mismatch}"
    );
    assert_eq!(
        told("", &key),
        Err("certificate: there is no certificate in it".to_owned())
    );
    assert_eq!(
        told(&key, &key),
        Err("certificate: there is no certificate in it".to_owned())
    );
    assert!(told(&chain, &chain).unwrap_err().starts_with("key: "));
    assert_eq!(told(&chain, &key), Ok(()));
}

#[test]
fn a_pair_ends_by_the_wall_clock() {
    let ended = load(&pair("a", 2020)).unwrap();
    assert_eq!(
        ended.unless_ended(now()).map(drop),
        Err(BadPair::Ended {
            not_after: 1_577_836_800
        })
    );
    assert!(load(&pair("a", 2090)).unwrap().unless_ended(now()).is_ok());
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
    let store = Store::new(files.load().unwrap());
    assert_eq!(files.poll(&store), Reload::Same);

    volume.update("..2", &second.0, &first.1);
    let Reload::Failed(BadPair::Mismatch(_)) = files.poll(&store) else {
        panic!("no mismatch")
    };
    assert_eq!(store.pair().unwrap().name.as_deref(), Some("first"));
    assert!(store.trouble().is_some());
    assert_eq!(
        files.poll(&store),
        Reload::Same,
        "the same trouble is told once"
    );

    let ended = pair("ended", 2020);
    volume.update("..3", &ended.0, &ended.1);
    assert!(matches!(
        files.poll(&store),
        Reload::Failed(BadPair::Ended { .. })
    ));

    volume.update("..4", &second.0, &second.1);
    assert_eq!(files.poll(&store), Reload::Replaced);
    assert_eq!(store.pair().unwrap().name.as_deref(), Some("second"));
    assert_eq!((store.trouble(), store.reloads()), (None, [1, 2]));

    std::fs::remove_file(volume.0.path().join("..data")).unwrap();
    assert!(matches!(
        files.poll(&store),
        Reload::Failed(BadPair::Unreadable { .. })
    ));
    symlink("..4", volume.0.path().join("..data")).unwrap();
    assert_eq!(files.poll(&store), Reload::Replaced);
    assert_eq!(store.trouble(), None);
}
