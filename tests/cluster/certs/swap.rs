//! A mounted Secret changes while it is in use.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use super::*;
use crate::authority::Authority;
use crate::cluster::cluster;
use crate::webhook::BAD;

/// Swaps the content as a kubelet does: `tls.crt` and `tls.key` lead through
/// the link `..data`, which is replaced in one step.
pub(crate) fn mount(folder: &Path, number: usize, authority: &Authority) {
    let content = format!("..{number}");
    let pair = authority.loopback().unwrap();
    fs::create_dir_all(folder.join(&content)).unwrap();
    fs::write(folder.join(&content).join("tls.crt"), pair.certificate).unwrap();
    fs::write(folder.join(&content).join("tls.key"), pair.key).unwrap();
    symlink(&content, folder.join("..data_tmp")).unwrap();
    fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
    if number == 0 {
        symlink("..data/tls.crt", folder.join("tls.crt")).unwrap();
        symlink("..data/tls.key", folder.join("tls.key")).unwrap();
    } else {
        fs::remove_dir_all(folder.join(format!("..{}", number - 1))).unwrap();
    }
}

/// How many new certificates were taken.
pub(crate) fn reloads(replica: &Replica) -> usize {
    let metrics = replica.get("/metrics").unwrap();
    let name = "stickler_certificate_reloads_total{result=\"ok\"} ";
    let count = metrics.lines().find_map(|line| line.strip_prefix(name));
    count.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_mounted_secret_is_swapped_under_load() {
    let place = Place::open("swap").await;
    let folder = cluster().folder.join("mounted");
    fs::create_dir_all(&folder).unwrap();
    let authority = Authority::new().unwrap();
    mount(&folder, 0, &authority);
    let mut replica = Replica::with_files(&place, &folder, &[]);
    replica.until_ready();
    let mut configuration = shipped(&place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(replica.url()),
            ca_bundle: Some(k8s_openapi::ByteString(authority.certificate().into())),
            service: None,
        };
    }
    install(&place, &configuration).await;
    assert_denies(&place).await;

    let mut calls = 0;
    for number in 1..=10 {
        mount(&folder, number, &authority);
        let begin = Instant::now();
        while reloads(&replica) < number {
            assert!(begin.elapsed() < Duration::from_secs(60), "swap {number}");
            let denied = place.would_take(BAD).await.unwrap_err().message;
            assert!(
                denied.contains("denied the request"),
                "swap {number}: {denied}"
            );
            let seen = fresh_call(authority.certificate(), &replica.url()).await;
            assert!(seen.is_ok(), "swap {number}: {seen:?}");
            calls += 2;
        }
    }
    println!("{calls} calls during 10 swaps, none failed");
}
