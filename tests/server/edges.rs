//! What is bounded, and only just not.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stickler::server::Settings;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::{
    Running, connect, head, large_review, real, response, review, settings, soon, until,
    until_closed,
};
use crate::latch::Latch;

#[tokio::test]
async fn who_waits_for_an_answer_is_not_idle() {
    let latch = Latch::default();
    let idle = Duration::from_millis(300);
    let settings = Settings {
        idle_timeout: idle,
        ..settings()
    };
    let server = Arc::new(Running::with(latch.validator("\"hold\""), settings).await);
    let asked = tokio::spawn({
        let server = Arc::clone(&server);
        async move { server.post(large_review("hold", 100_000)).await.status() }
    });
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    // The time itself is what is tested.
    tokio::time::sleep(4 * idle).await;
    latch.open();
    assert_eq!(asked.await.unwrap(), 200);
}

#[tokio::test]
async fn who_still_sends_a_body_that_is_too_large_reads_the_refusal() {
    let settings = Settings {
        max_body: 1000,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    for _ in 0..20 {
        let mut stream = connect(&server).await;
        let body = " ".repeat(2 << 20);
        stream
            .write_all(head(body.len(), "").as_bytes())
            .await
            .unwrap();
        soon(stream.write_all(body.as_bytes())).await.unwrap();
        let (head, _) = response(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
    }
}

#[tokio::test]
async fn nobody_sends_without_end() {
    let settings = Settings {
        max_body: 1000,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(head(1 << 30, "").as_bytes())
        .await
        .unwrap();
    let chunk = vec![b' '; 1 << 20];
    let mut sent = 0;
    while sent < 256 && soon(stream.write_all(&chunk)).await.is_ok() {
        sent += 1;
    }
    assert!(sent < 256, "{sent} MiB");
}

#[tokio::test]
async fn a_crowd_at_the_admin_port_gives_way() {
    let settings = Settings {
        max_admin_connections: 4,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut crowd = Vec::new();
    for _ in 0..20 {
        crowd.push(TcpStream::connect(server.admin).await.unwrap());
    }
    // The longest idle ones first; by time alone it would take minutes.
    for stream in &mut crowd[..10] {
        let closed = tokio::time::timeout(Duration::from_secs(8), until_closed(stream));
        closed.await.expect("given up at once");
    }
    assert_eq!(server.page("/livez").await, (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn the_process_is_measured_in_its_units() {
    let server = Running::start().await;
    server.post(review("u").to_string()).await;
    let bytes = server.metric("process_resident_memory_bytes").await;
    // No less than a few megabytes, and no more than a machine has.
    assert!((4e6..1e11).contains(&bytes), "{bytes}");
    let start = server.metric("process_start_time_seconds").await;
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    assert!((now - 7200.0..=now + 1.0).contains(&start), "{start}");
    let most = server.metric("process_max_fds").await;
    let open = server.metric("process_open_fds").await;
    assert!(open >= 3.0 && open < most, "{open} of {most}");
}

#[tokio::test]
async fn a_large_review_that_finds_no_place_is_refused_by_its_uid() {
    let settings = Settings {
        max_large_bodies: 1,
        max_wait: Duration::ZERO,
        ..settings()
    };
    let server = Running::with(real(), settings).await;
    let mut half = connect(&server).await;
    let beginning = head(1 << 20, "") + &" ".repeat(1 << 19);
    half.write_all(beginning.as_bytes()).await.unwrap();
    until!({
        let answer = server.post(large_review("u-late", 1 << 20)).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["response"]["uid"], "u-late");
        answer["response"]["status"]["code"] == 500
    });
}

/// So much is read ahead of every connection, and no more: memory is bounded by it.
#[tokio::test]
async fn a_head_has_16_kib_at_most() {
    let server = Running::start().await;
    let body = review("u").to_string();
    for (kib, status) in [(15, "200 OK"), (17, "431 ")] {
        let mut stream = connect(&server).await;
        let query = format!("?{}", "x".repeat(kib << 10));
        let request = head(body.len(), &query) + &body;
        soon(stream.write_all(request.as_bytes())).await.unwrap();
        let (head, _) = response(&mut stream).await;
        let expected = format!("HTTP/1.1 {status}");
        assert!(head.starts_with(&expected), "{kib} KiB: {head}");
    }
}
