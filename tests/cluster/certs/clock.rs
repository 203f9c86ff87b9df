//! A replica whose clock is wrong: it takes no step, is not ready, says why, and
//! spoils nothing for the others.

use super::*;

#[tokio::test]
async fn a_replica_with_a_wrong_clock_spoils_nothing() {
    let place = Place::open("clock").await;
    let (mut replicas, _balancer) = replicas::<1>(&place, &[]).await;
    let ca = bundle(&place).await;
    for (name, days) in [("ahead", 400), ("week", 8), ("behind", -10)] {
        let mut wrong = Replica::with_clock(&place, name, days);
        wrong.until_readyz_says("disagree by");
        assert!(wrong.get("/livez").is_ok(), "{name}");
        assert_eq!(wrong.steps(), [""; 0], "{name}");
        assert_eq!(bundle(&place).await, ca, "{name}");
        assert_eq!(in_secret(&place, "ca.crt").await.unwrap(), ca, "{name}");
        assert_denies(&place).await;
    }
    replicas[0].until_ready();
}

#[tokio::test]
async fn a_replica_with_a_wrong_clock_makes_no_authority() {
    let place = Place::open("alone").await;
    configure(&place, "https://127.0.0.1:1/validate").await;
    let mut wrong = Replica::with_clock(&place, "ahead", 400);
    wrong.until_readyz_says("disagree by");
    assert_eq!(bundle(&place).await, "");
    let (replicas, _balancer) = replicas::<1>(&place, &[]).await;
    assert_denies(&place).await;
    assert!(replicas[0].steps().contains(&"create".to_owned()));
    assert_eq!(wrong.steps(), [""; 0]);
}
