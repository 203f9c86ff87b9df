//! Every bound: what is too much, too slow or too late is answered or ended,
//! and nobody else notices.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stickler::admission::{Refusal, refuse};
use stickler::server::Settings;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::harness::until;
use crate::harness::{
    Running, connect, head, large_review, post, real, response, review, settings, soon,
    until_closed,
};
use crate::latch::Latch;

const SOON: Duration = Duration::from_millis(500);
/// What marks a review that the gate holds back.
const HELD: &str = "\"hold\"";

/// Long enough to be checked on a thread of its own.
fn held() -> String {
    large_review("hold", 100_000)
}

fn message(answer: &Value) -> &str {
    answer["response"]["status"]["message"].as_str().unwrap()
}

#[tokio::test]
async fn too_many_requests_are_refused_by_their_uid() {
    let latch = Latch::default();
    let settings = Settings {
        max_in_flight: 1,
        max_wait: Duration::ZERO,
        ..settings()
    };
    let server = Arc::new(Running::with(latch.validator(HELD), settings).await);
    let first = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(held()).await.json::<Value>().await.unwrap() }
    });
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    // In flight is counted from the head on; the place is taken right after.
    let mut busy = Value::Null;
    until!({
        let answer = server.post(review("u-2").to_string()).await;
        busy = answer.json().await.unwrap();
        assert_eq!(busy["response"]["uid"], "u-2");
        busy["response"]["status"]["code"] == 500
    });
    let expected = refuse(review("u-2").to_string().as_bytes(), Refusal::Busy)
        .unwrap()
        .body;
    assert_eq!(busy, serde_json::from_slice::<Value>(&expected).unwrap());
    let large = server.post(large_review("u-3", 1 << 20)).await;
    assert_eq!(
        large.json::<Value>().await.unwrap()["response"]["uid"],
        "u-3"
    );
    latch.open();
    assert_eq!(first.await.unwrap()["response"]["status"]["code"], 403);
    let shed = server
        .metric(r#"stickler_refusals_total{reason="busy"}"#)
        .await;
    assert!(shed >= 2.0, "{shed}");
}

#[tokio::test]
async fn a_slow_judgement_is_answered_before_the_callers_limit() {
    let latch = Latch::default();
    let server = Running::with(latch.validator(HELD), settings()).await;
    let url = server.url() + "?timeout=500ms";
    let answer = post(&server.client(), &url, held()).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["response"]["uid"], "hold");
    assert_eq!(answer["response"]["allowed"], json!(false));
    assert_eq!(answer["response"]["status"]["code"], 504);
    assert_eq!(
        message(&answer),
        "stickler ran out of time (its deadline is just below the webhook's timeoutSeconds); \
         the object was not checked in time and not admitted, try again"
    );
    latch.open();
    let late = server
        .metric(r#"stickler_refusals_total{reason="late"}"#)
        .await;
    assert!((late - 1.0).abs() < 0.1);
}

#[tokio::test]
async fn half_a_body_is_answered_by_its_uid_in_time() {
    let server = Running::start().await;
    let body = large_review("u-slow", 1000);
    let mut stream = connect(&server).await;
    let half = head(body.len(), "?timeout=400ms") + &body[..body.len() / 2];
    stream.write_all(half.as_bytes()).await.unwrap();
    let (head, answer) = response(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["response"]["uid"], "u-slow");
    assert!(message(&answer).starts_with("stickler ran out of time"));
}

#[tokio::test]
async fn half_a_body_without_a_uid_is_a_time_out() {
    let server = Running::start().await;
    let mut stream = connect(&server).await;
    let half = head(1000, "?timeout=300ms") + r#"{"kind":"Admission"#;
    stream.write_all(half.as_bytes()).await.unwrap();
    let (head, line) = response(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
    assert_eq!(line, "the body did not come in time\n");
}

#[tokio::test]
async fn the_longest_idle_connection_gives_way_to_a_new_one() {
    let settings = Settings {
        max_connections: 4,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    // One peer has a share of half.
    let mut first = connect(&server).await;
    let mut second = connect(&server).await;
    ask(&mut first).await;
    ask(&mut second).await;
    let answer = post(&server.client(), &server.url(), review("u").to_string()).await;
    assert_eq!(answer.unwrap().status(), 200);
    until_closed(&mut first).await;
    let line = r#"stickler_connection_errors_total{reason="evicted"}"#;
    assert!(server.metric(line).await >= 1.0);
}

/// Asks over a connection that is kept.
async fn ask(stream: &mut TlsStream<TcpStream>) {
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(response(stream).await.0.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn crowds_of_idle_connections_shut_nobody_out() {
    let settings = Settings {
        max_connections: 20,
        max_admin_connections: 8,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut crowd = Vec::new();
    for number in 0..60 {
        let mut stream = connect(&server).await;
        if number % 2 == 0 {
            ask(&mut stream).await;
        }
        crowd.push(stream);
        if number % 20 == 19 {
            server.post(review("u").to_string()).await;
            assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
        }
    }
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(TcpStream::connect(server.reviews).await.unwrap());
        silent.push(TcpStream::connect(server.admin).await.unwrap());
    }
    server.post(review("u").to_string()).await;
    assert_eq!(server.page("/livez").await, (200, "ok\n".to_owned()));
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    assert!(server.metric("stickler_open_connections").await <= 20.0 + 5.0 + 8.0);
}

#[tokio::test]
async fn readiness_is_outside_of_the_bounds() {
    let latch = Latch::default();
    let settings = Settings {
        max_connections: 1,
        ..settings()
    };
    let server = Arc::new(Running::with(latch.validator(HELD), settings).await);
    let held = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(held()).await.status() }
    });
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    // The one place is taken by a request that waits for us.
    until!(
        post(&server.client(), &server.url(), review("u").to_string())
            .await
            .is_err()
    );
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    let refused = r#"stickler_connection_errors_total{reason="limit"}"#;
    assert!(server.metric(refused).await >= 1.0);
    latch.open();
    assert_eq!(held.await.unwrap(), 200);
}

#[tokio::test]
async fn halves_of_heads_and_bodies_are_given_up_soon() {
    let settings = Settings {
        idle_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut half_head = connect(&server).await;
    ask(&mut half_head).await;
    half_head.write_all(b"POST /val").await.unwrap();
    let mut half_body = connect(&server).await;
    let half = head(1000, "") + "{";
    half_body.write_all(half.as_bytes()).await.unwrap();
    // Refused, and the rest of the body never comes.
    let mut unread = connect(&server).await;
    let refused = head(1000, "").replace("application/json", "text/plain");
    unread.write_all(refused.as_bytes()).await.unwrap();
    for stream in [&mut half_head, &mut half_body, &mut unread] {
        until_closed(stream).await;
    }
    let stalled = r#"stickler_connection_errors_total{reason="stalled"}"#;
    assert!((server.metric(stalled).await - 3.0).abs() < 0.1);
}

#[tokio::test]
async fn a_peer_that_never_shakes_hands_is_hung_up_on() {
    let settings = Settings {
        handshake_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut silent = TcpStream::connect(server.reviews).await.unwrap();
    let mut half = TcpStream::connect(server.reviews).await.unwrap();
    half.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
        .await
        .unwrap();
    until_closed(&mut silent).await;
    until_closed(&mut half).await;
    let line = r#"stickler_connection_errors_total{reason="handshake-timeout"}"#;
    assert!((server.metric(line).await - 2.0).abs() < 0.1);
}

#[tokio::test]
async fn a_first_request_must_come_soon() {
    let settings = Settings {
        first_request_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut silent = connect(&server).await;
    let mut half = connect(&server).await;
    half.write_all(b"POST /validate HTTP/1.1\r\nHost: loc")
        .await
        .unwrap();
    until_closed(&mut silent).await;
    until_closed(&mut half).await;
}

#[tokio::test]
async fn a_kept_connection_outlives_the_other_limits() {
    let settings = Settings {
        first_request_timeout: SOON,
        handshake_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut stream = connect(&server).await;
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 "));
        // It is the time itself that is tested here.
        tokio::time::sleep(2 * SOON).await;
    }
}

#[tokio::test]
async fn an_idle_connection_ends_even_if_a_head_trickles_in() {
    let settings = Settings {
        idle_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    for trickle in [false, true] {
        let mut stream = connect(&server).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 "));
        if trickle {
            let mut ticks = tokio::time::interval(SOON / 10);
            let trickle = async {
                while stream.write_all(b"X").await.is_ok() && stream.flush().await.is_ok() {
                    ticks.tick().await;
                }
            };
            soon(trickle).await;
        }
        until_closed(&mut stream).await;
    }
}

#[tokio::test]
async fn who_never_reads_is_hung_up_on_and_holds_up_nobody() {
    let settings = Settings {
        idle_timeout: 4 * SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    let mut stream = connect(&server).await;
    let mut written = 0;
    while written < 1_000_000 && soon(stream.write_all(request.as_bytes())).await.is_ok() {
        written += 1;
        if written == 100 {
            let response = server.post(review("u").to_string()).await;
            assert_eq!(response.status(), 200);
        }
    }
    assert!((100..1_000_000).contains(&written), "{written}");
}

#[tokio::test]
async fn a_body_that_lingers_does_not_hold_a_place() {
    let settings = Settings {
        max_in_flight: 1,
        request_timeout: SOON,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut stream = connect(&server).await;
    stream.write_all(head(1000, "").as_bytes()).await.unwrap();
    assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 408 "));
    let response = server.post(review("u").to_string()).await;
    assert_eq!(
        response.json::<Value>().await.unwrap()["response"]["status"]["code"],
        403
    );
}

#[tokio::test]
async fn large_bodies_have_few_places_and_hold_up_no_others() {
    let settings = Settings {
        max_large_bodies: 1,
        max_wait: Duration::ZERO,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let beginning = head(1 << 20, "") + &" ".repeat(1 << 19);
    let mut half = connect(&server).await;
    half.write_all(beginning.as_bytes()).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    let code = async |body: String| {
        let answer: Value = server.post(body).await.json().await.unwrap();
        answer["response"]["status"]["code"].clone()
    };
    let large = review("u").to_string() + &" ".repeat(1 << 20);
    until!(code(large.clone()).await == 500);
    assert_eq!(code(review("u").to_string()).await, 403);
    drop(half);
    until!(code(large.clone()).await == 403);
}

#[tokio::test]
async fn halves_of_bodies_hold_up_nobody() {
    let settings = Settings {
        max_in_flight: 1,
        max_wait: Duration::ZERO,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut halves = Vec::new();
    for length in [1_000, 1 << 20] {
        let mut stream = connect(&server).await;
        let beginning = head(length, "") + &" ".repeat(length / 2);
        stream.write_all(beginning.as_bytes()).await.unwrap();
        halves.push(stream);
    }
    until!(server.metric("stickler_in_flight_requests").await >= 2.0);
    let response = server.post(review("u").to_string()).await;
    assert_eq!(
        response.json::<Value>().await.unwrap()["response"]["status"]["code"],
        403
    );
}
