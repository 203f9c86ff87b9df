//! One line a decision, whatever became of it.

use std::path::Path;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::until;
use crate::harness::{Authority, head, large_review, review};
use crate::spawned::Spawned;

#[tokio::test]
async fn a_decision_leaves_a_line_that_tells_all_but_the_object() {
    let server = Spawned::dev(&[]).await;
    let post = server
        .client()
        .post(server.url())
        .header("content-type", "application/json");
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let post = post
        .header("traceparent", parent)
        .body(review("u-1").to_string());
    assert_eq!(post.send().await.unwrap().status(), 200);
    let mut line = server.line(|line| line["message"] == "reviewed").await;
    let line = line.as_object_mut().unwrap();
    assert!(line.remove("timestamp").unwrap().is_string());
    assert!(line.remove("duration_seconds").unwrap().as_f64().unwrap() > 0.0);
    let expected = json!({
        "level": "INFO",
        "target": "stickler::decision",
        "message": "reviewed",
        "uid": "u-1",
        "namespace": "default",
        "name": "cafe",
        "operation": "create",
        "user": "admin",
        "dry_run": false,
        "verdict": "deny",
        "mode": "enforce",
        "rules": "unknown-parameter",
        "traceparent": parent,
    });
    assert_eq!(json!(line), expected);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_a_line_with_the_uid() {
    let server = Spawned::dev(&[]).await;
    let body = large_review("u-gone", 10_000);
    let mut stream = server.connect().await;
    let half = head(body.len(), "") + &body[..5_000];
    stream.write_all(half.as_bytes()).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    drop(stream);
    let line = server.line(|line| line["uid"] == "u-gone").await;
    assert_eq!(
        (&line["verdict"], &line["refusal"]),
        (&json!("fail"), &json!("hung-up"))
    );
    until!(server.metric("stickler_in_flight_requests").await <= 0.0);
}

#[tokio::test]
async fn hostile_text_cannot_forge_a_line() {
    let server = Spawned::dev(&[]).await;
    let mut review = review("u\n{\"verdict\":\"allow\"}");
    review["request"]["userInfo"]["username"] = json!("a\nb\u{1b}[31m");
    let post = server
        .client()
        .post(server.url())
        .header("content-type", "application/json");
    let post = post
        .header("traceparent", "not a trace")
        .body(review.to_string());
    assert_eq!(post.send().await.unwrap().status(), 200);
    let line = server.line(|line| line["message"] == "reviewed").await;
    assert_eq!(line["user"], "a\nb\u{1b}[31m");
    assert_eq!(line.get("traceparent"), None);
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_leaves_a_line_and_one_that_leaves_none() {
    let server = Spawned::dev(&[]).await;
    let errors = "stickler_connection_errors_total{reason=\"handshake\"}";
    drop(TcpStream::connect(server.reviews).await.unwrap());
    until!(server.metric(errors).await >= 1.0);
    let mut stranger = TcpStream::connect(server.reviews).await.unwrap();
    let peer = stranger.local_addr().unwrap().to_string();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let line = server.line(|line| line["peer"].is_string()).await;
    assert_eq!(
        (&line["level"], &line["peer"]),
        (&json!("WARN"), &json!(peer))
    );
    let message = line["message"].as_str().unwrap();
    assert!(message.starts_with("handshake failed: "), "{message}");
}

#[tokio::test]
async fn a_caller_who_hangs_up_before_a_uid_is_counted() {
    let server = Spawned::dev(&[]).await;
    let mut stream = server.connect().await;
    let half = head(1000, "") + r#"{"kind":"Admission"#;
    stream.write_all(half.as_bytes()).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    drop(stream);
    let disconnected = "stickler_bad_requests_total{reason=\"disconnected\"}";
    until!(server.metric(disconnected).await >= 1.0);
    let line = server.line(|line| line["reason"] == "disconnected").await;
    assert_eq!(line["level"], "WARN");
}

/// The line with this level and message that follows a change of the file.
async fn line_after(
    server: &Spawned,
    (file, content): (&Path, &str),
    level: &str,
    message: &str,
) -> Value {
    std::fs::write(file, content).unwrap();
    server
        .line(|line| line["message"] == message && line["level"] == level)
        .await
}

/// A file that changes is used from then on or is not, and either is logged with
/// what is to be said of its content.
#[tokio::test]
async fn what_is_read_again_leaves_a_line() {
    let authority = Authority::new("CA");
    let folder = tempfile::tempdir().unwrap();
    let [policy, callers] = ["stickler.yaml", "callers.crt"].map(|file| folder.path().join(file));
    std::fs::write(&policy, "mode: enforce\n").unwrap();
    std::fs::write(&callers, authority.pem()).unwrap();
    let files = [&policy, &callers].map(|file| file.to_str().unwrap());
    let flags = ["--policy", files[0], "--client-ca", files[1]];
    let flags = [&flags[..], &["--reload-interval", "0.05"]].concat();
    let server = Spawned::files(&authority, &flags).await;
    let says = |line: &Value, field: &str, part: &str| {
        let text = line[field].as_str().unwrap_or_default();
        assert!(text.contains(part), "{line}");
    };

    let reloaded = "the policy was reloaded";
    line_after(&server, (&policy, "mode: warn\n"), "INFO", reloaded).await;
    let odd = "mode: warn\nrequire: {sameSite: none}\n";
    let line = line_after(&server, (&policy, odd), "WARN", reloaded).await;
    says(&line, "warnings", "browsers drop such a cookie");
    let refused = "the new policy cannot be used; the last good one stays in force";
    let line = line_after(&server, (&policy, "mood: warn\n"), "ERROR", refused).await;
    says(&line, "faults", "unknown key 'mood'");

    let reloaded = "the CA of callers was reloaded";
    let another = Authority::new("another CA").pem();
    line_after(&server, (&callers, &another), "INFO", reloaded).await;
    let refused = "the new CA of callers cannot be used; the last good one stays";
    let line = line_after(&server, (&callers, "nonsense"), "ERROR", refused).await;
    says(&line, "error", "no certificate");

    let (chain, key) = authority.leaf(|_| {});
    std::fs::write(server.file("tls.key"), key).unwrap();
    let certificate = server.file("tls.crt");
    let reloaded = "the certificate was reloaded";
    line_after(&server, (&certificate, &chain), "INFO", reloaded).await;
    let refused = "the new certificate cannot be used; the last good one is still served";
    let line = line_after(&server, (&certificate, "nonsense"), "ERROR", refused).await;
    says(&line, "error", "no certificate");
}
