//! Checks that take too long: they stop, give their places back, and hold
//! up nobody meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::Value;
use stickler::admission::{RequestPolicy, answer};
use stickler::lint::meter;
use stickler::server::{Settings, Validator};

use crate::harness::{LONG, Running, large_review, post, review, settings, until};

/// What marks a review that is never done with.
const ENDLESS: &[u8] = b"\"endless\"";

/// How many checks are at work.
#[derive(Clone, Default)]
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    fn begin(&self) -> Working<'_> {
        self.0.fetch_add(1, SeqCst);
        Working(&self.0)
    }

    async fn reach(&self, count: usize) {
        until!(self.0.load(SeqCst) == count);
    }

    /// A validator as usual, but for those reviews that are never done with.
    fn validator(&self) -> Validator {
        let at_work = self.clone();
        Validator::with(move |body| {
            if body.windows(ENDLESS.len()).any(|it| it == ENDLESS) {
                let _working = at_work.begin();
                loop {
                    meter::spend(1);
                }
            }
            answer(body, &RequestPolicy::default())
        })
    }
}

struct Working<'w>(&'w AtomicUsize);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

fn code(answer: &Value) -> &Value {
    &answer["response"]["status"]["code"]
}

#[tokio::test]
async fn what_is_out_of_time_stops_and_gives_its_place_back() {
    let at_work = AtWork::default();
    let one_place = Settings {
        max_in_flight: 1,
        ..settings()
    };
    let server = Running::with(at_work.validator(), one_place).await;
    let client = server.client();
    let url = server.url() + "?timeout=300ms";
    for body in [
        review("endless").to_string(),
        large_review("endless", 100_000),
    ] {
        let late = post(&client, &url, body).await.unwrap();
        let late: Value = late.json().await.unwrap();
        assert_eq!(code(&late), 504);
        at_work.reach(0).await;
        let next = server.post(review("next").to_string()).await;
        let next: Value = next.json().await.unwrap();
        assert_eq!(code(&next), 403, "checked");
    }
}

/// One thread reads and writes here: whatever held it would hold up all.
#[tokio::test(flavor = "current_thread")]
async fn small_bodies_that_take_long_hold_up_nobody() {
    let at_work = AtWork::default();
    // No deadline ends a check here.
    let settings = Settings {
        request_timeout: LONG * 60,
        ..settings()
    };
    let server = Running::with(at_work.validator(), settings).await;
    let client = server.client();
    let url = server.url() + "?timeout=1h";
    let body = review("endless").to_string();
    let mut held = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (client, url, body) = (client.clone(), url.clone(), body.clone());
        held.spawn(async move { post(&client, &url, body).await });
    }
    at_work.reach(4).await;
    let honest = server.post(review("honest").to_string()).await;
    let honest: Value = honest.json().await.unwrap();
    assert_eq!(code(&honest), 403, "checked");
    // Whoever hangs up is not checked on.
    held.shutdown().await;
    drop(client);
    at_work.reach(0).await;
}
