//! A CA gives way to the next, and no call fails.

use std::time::{Duration, Instant};

use super::*;
use crate::webhook::BAD;

/// A rotation every half minute: begins with 15 s left of 45, takes over 5 s
/// later, and the old CA is forgotten 15 s after that.
const SHORT: [&str; 2] = ["--ca-life=45s", "--leaf-life=15s"];

#[tokio::test]
async fn a_rotation_fails_no_call() {
    let place = Place::open("rotation").await;
    let (replicas, _balancer) = replicas::<2>(&place, &SHORT).await;
    let first = in_secret(&place, "ca.crt").await.unwrap();
    assert_denies(&place).await;

    let begin = Instant::now();
    let mut longest = Duration::ZERO;
    let (mut calls, mut widest) = (0, 0);
    loop {
        let call = Instant::now();
        let denied = place.would_take(BAD).await.unwrap_err().message;
        assert!(
            denied.contains("denied the request"),
            "call {calls}: {denied}"
        );
        longest = longest.max(call.elapsed());
        calls += 1;
        let trusted = bundle(&place).await;
        widest = widest.max(trusted.matches("BEGIN").count());
        for replica in &replicas {
            let seen = fresh_call(&trusted, &replica.url()).await;
            assert!(seen.is_ok(), "call {calls}: {seen:?}\n{}", replica.log());
        }
        if !trusted.contains(first.trim()) && trusted.matches("BEGIN").count() == 1 {
            break;
        }
        assert!(
            begin.elapsed() < Duration::from_secs(240),
            "no end of the rotation"
        );
    }
    assert_eq!(widest, 2, "old and new overlap");
    let mut steps: Vec<_> = replicas.iter().flat_map(Replica::steps).collect();
    steps.retain(|step| step != "publish");
    for step in ["create", "prepare", "note", "switch", "forget"] {
        assert!(steps.iter().any(|taken| taken == step), "{step}: {steps:?}");
    }
    let ready = replicas.iter().map(|replica| replica.get("/readyz"));
    assert!(
        ready.clone().all(|ready| ready.is_ok()),
        "{:?}",
        ready.collect::<Vec<_>>()
    );
    println!("{calls} calls during a rotation, none failed, the longest took {longest:?}");
}

#[tokio::test]
async fn deleting_the_secret_is_an_emergency_rotation() {
    let place = Place::open("emergency").await;
    let (mut replicas, _balancer) = replicas::<2>(&place, &[]).await;
    let first = bundle(&place).await;
    place.shell("kubectl delete secret stickler-ca");
    let replaced = poll(|| {
        let steps = replicas.iter().flat_map(Replica::steps);
        (steps.filter(|step| step == "create").count() == 2).then_some(())
    });
    assert!(replaced.is_some(), "nobody makes a new CA");
    replicas.iter_mut().for_each(Replica::until_ready);
    let second = in_secret(&place, "ca.crt").await.unwrap();
    until_bundle(&place, |bundle| bundle == second).await;
    assert_ne!(first, second);
    until_denies(&place).await;
}
