//! The real process: how it starts, drains and ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::until;
use crate::harness::{head, post, response, review};
use crate::spawned::{BINARY, Spawned};

#[tokio::test]
async fn sigterm_fails_readiness_and_serves_on() {
    let server = Spawned::dev(&["--drain-delay", "3600"]).await;
    let client = server.client();
    assert_eq!(server.page("/readyz").await.0, 200);
    server.signal("TERM");
    until!(server.page("/readyz").await == (503, "not ready: stopping\n".to_owned()));
    let answer = post(&client, &server.url(), review("u").to_string()).await;
    assert_eq!(answer.unwrap().headers()["connection"], "close");
}

#[tokio::test]
async fn what_is_in_flight_is_finished() {
    let mut server = Spawned::dev(&[]).await;
    let body = review("u-1").to_string();
    let mut stream = server.connect().await;
    let request = head(body.len(), "") + &body;
    let (first, rest) = request.as_bytes().split_at(request.len() - 100);
    stream.write_all(first).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    server.signal("TERM");
    until!(TcpStream::connect(server.reviews).await.is_err());
    stream.write_all(rest).await.unwrap();
    let (head, answer) = response(&mut stream).await;
    assert!(head.contains("connection: close"), "{head}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["response"]["uid"], "u-1");
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let mut server = Spawned::dev(&["--drain-delay", "3600"]).await;
    assert_eq!(server.page("/readyz").await.0, 200);
    server.signal("TERM");
    server
        .line(|line| line["message"] == "stopping: readiness fails, serving goes on")
        .await;
    server.signal("INT");
    assert_eq!(server.exit_code().await, Some(1));
}

#[tokio::test]
async fn the_same_signal_twice_within_a_moment_drains_as_one() {
    let mut server = Spawned::dev(&["--drain-delay", "3600"]).await;
    assert_eq!(server.page("/readyz").await.0, 200);
    server.signal("TERM");
    server.signal("TERM");
    until!(server.page("/readyz").await == (503, "not ready: stopping\n".to_owned()));
    let answer = post(&server.client(), &server.url(), review("u").to_string()).await;
    assert_eq!(answer.unwrap().status(), 200);
    server.signal("INT");
    assert_eq!(server.exit_code().await, Some(1));
}

#[tokio::test]
async fn whom_nobody_knows_yet_does_not_wait_to_end() {
    let mut server = Spawned::dev(&["--drain-delay", "3600"]).await;
    server.signal("TERM");
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn losing_the_log_loses_no_review() {
    let mut server = Spawned::dev(&[]).await;
    server.close_log();
    let client = server.client();
    for _ in 0..20 {
        let answer = post(&client, &server.url(), review("u").to_string()).await;
        assert_eq!(answer.unwrap().status(), 200);
    }
    until!(server.metric("stickler_log_lines_lost_total").await >= 20.0);
    assert_eq!(server.page("/livez").await.0, 200);
    server.signal("TERM");
    server.signal("INT");
    server.exit_code().await;
}

#[test]
fn a_full_disk_under_the_log_loses_no_review() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let arguments = [
        "serve",
        "--dev",
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ];
    let mut server = Command::new(BINARY)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(full)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let curl = lines
        .find(|line| line.as_ref().unwrap().contains("curl "))
        .unwrap()
        .unwrap();
    for _ in 0..3 {
        let output = Command::new("sh")
            .args(["-c", &format!("{curl} --max-time 60")])
            .output()
            .unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).expect("an AdmissionReview");
        assert_eq!(answer["response"]["status"]["code"], 403);
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

#[tokio::test]
async fn a_reader_of_the_log_that_stands_still_stops_nothing() {
    // Nobody reads the pipe after its first line.
    let mut server = Spawned::dev(&[]).await;
    let client = server.client();
    let long = "x".repeat(253);
    let mut body = review("u");
    body["request"]["userInfo"]["username"] = long.clone().into();
    body["request"]["name"] = long.into();
    let body = body.to_string();
    until!({
        for _ in 0..200 {
            let answer = post(&client, &server.url(), body.clone()).await;
            assert_eq!(answer.unwrap().status(), 200);
        }
        server.metric("stickler_log_lines_lost_total").await >= 1.0
    });
    assert_eq!(server.page("/livez").await.0, 200);
    server.signal("TERM");
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn the_curl_line_of_dev_gets_a_denial() {
    let server = Spawned::dev(&[]).await;
    let curl = server.curl.clone();
    let line = format!("{curl} --max-time 60");
    let run = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &line]).output());
    let output = run
        .await
        .unwrap()
        .expect("this test runs the curl line that is printed: install curl");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("an AdmissionReview");
    assert_eq!(
        answer["response"]["status"]["message"],
        "Ingress default/cafe: unknown parameter 'expire' in entry 1 (coffee-svc), columns 31-36 of \
         annotations.nginx.com/sticky-cookie-services: nginx refuses to reload; did you mean 'expires'? \
         [unknown-parameter]"
    );
}

#[tokio::test]
async fn review_prints_the_bytes_that_serve_sends() {
    let server = Spawned::dev(&[]).await;
    let client = server.client();
    let recorded = std::fs::read_dir("tests/corpus/reviews").unwrap();
    let mut bodies: Vec<_> = recorded
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    bodies.push(review("u").to_string().into_bytes());
    for body in bodies {
        let sent = post(&client, &server.url(), body.clone()).await.unwrap();
        let sent = sent.bytes().await.unwrap();
        let mut child = Command::new(BINARY)
            .arg("review")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&body).unwrap();
        let printed = child.wait_with_output().unwrap();
        assert!(printed.status.success());
        assert_eq!(printed.stdout, sent);
    }
}

#[tokio::test]
async fn bounds_follow_the_limit_of_open_files() {
    let server = Spawned::limited(60).await;
    let line = server.line(|line| line["open_files"] == 60).await;
    assert_eq!(
        line["message"],
        "--max-connections 1024 does not fit into the limit of open files: it is lowered"
    );
    let mut open = Vec::new();
    for _ in 0..100 {
        open.push(TcpStream::connect(server.reviews).await.unwrap());
        open.push(TcpStream::connect(server.admin).await.unwrap());
    }
    let answer = post(&server.client(), &server.url(), review("u").to_string()).await;
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn the_soft_limit_of_open_files_is_raised() {
    let server = Spawned::soft_limited(50).await;
    until!(server.metric("process_max_fds").await > 50.0);
}

#[tokio::test]
async fn running_out_of_files_is_survived() {
    // Too few even for the smallest bounds.
    let server = Spawned::limited(22).await;
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(TcpStream::connect(server.reviews).await.unwrap());
        open.push(TcpStream::connect(server.admin).await.unwrap());
    }
    // Those that are idle give their files back, though nobody hangs up.
    until!(
        post(&server.client(), &server.url(), review("u").to_string())
            .await
            .is_ok()
    );
    let refused = "accepting connections fails; trying again";
    server.line(|line| line["message"] == refused).await;
    drop(open);
}

#[test]
fn what_cannot_work_is_refused_at_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    let empty = empty.to_str().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, line) in [
        (
            &["--tls-cert", "nowhere", "--tls-key", empty][..],
            "stickler: the certificate: nowhere: No such file or directory (os error 2)\n"
                .to_owned(),
        ),
        (
            &["--tls-cert", empty, "--tls-key", empty],
            "stickler: the certificate: certificate: there is no certificate in it\n".to_owned(),
        ),
        (
            &["--dev", "--client-ca", "nowhere"],
            "stickler: --client-ca nowhere: No such file or directory (os error 2)\n".to_owned(),
        ),
        (
            &[],
            "stickler: the certificate: there is none; \
             name --tls-cert and --tls-key, or --self-managed, or --dev\n"
                .to_owned(),
        ),
        (
            &["--dev", "--self-managed"],
            "stickler: the certificate: there can only be one; \
             name --tls-cert and --tls-key, or --self-managed, or --dev\n"
                .to_owned(),
        ),
        (
            &["--dev", "--listen", &taken],
            format!("stickler: --listen {taken}: Address already in use (os error 98)\n"),
        ),
    ] {
        let output = Command::new(BINARY)
            .arg("serve")
            .args(arguments)
            .env("STICKLER_SELF_MANAGED", "false")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), line);
        assert_eq!(output.status.code(), Some(2));
    }
}

/// Opening one would wait for a writer.
#[test]
fn a_fifo_is_refused_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let fifo = fifo.to_str().unwrap();
    for (arguments, what) in [
        (
            &["--tls-cert", fifo, "--tls-key", fifo][..],
            "the certificate: ",
        ),
        (&["--dev", "--client-ca", fifo], "--client-ca "),
    ] {
        let serve = Command::new(BINARY).arg("serve").args(arguments).output();
        let output = serve.unwrap();
        let line = format!("stickler: {what}{fifo}: it is not a regular file\n");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), line);
        assert_eq!(output.status.code(), Some(2));
    }
}
