//! Each flag of `serve` does what it says, as callers of the process see it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::{
    Authority, head, large_review, post, response, review, soon, until, until_closed,
};
use crate::spawned::{BINARY, Spawned};

/// Well below what the bounds are by default.
const BELOW_THE_DEFAULT: Duration = Duration::from_secs(8);

/// What comes of it, long before any default would make it come.
async fn before_the_default<T>(awaited: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(BELOW_THE_DEFAULT, awaited).await;
    waited.expect("before the default would count")
}

/// The path of a file of this text.
fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn answer(server: &Spawned, query: &str, body: String) -> Value {
    let url = server.url() + query;
    let answer = post(&server.client(), &url, body).await.unwrap();
    answer.json::<Value>().await.unwrap()["response"].take()
}

#[tokio::test]
async fn policy_is_in_force_and_read_again_at_the_interval() {
    let folder = tempfile::tempdir().unwrap();
    let policy = file(
        &folder,
        "stickler.yaml",
        "mode: warn\nrequire: {path: true}\n",
    );
    let server = Spawned::dev(&["--policy", &policy, "--reload-interval", "0.05"]).await;
    let first = answer(&server, "", review("u").to_string()).await;
    assert_eq!(first["allowed"], json!(true));
    assert_eq!(first["auditAnnotations"]["mode"], "warn");
    let begin = Instant::now();
    // By default that takes 15 seconds at least.
    for mode in ["audit", "warn", "audit", "warn"] {
        file(&folder, "stickler.yaml", &format!("mode: {mode}\n"));
        until!({
            let answer = answer(&server, "", review("u").to_string()).await;
            answer["auditAnnotations"]["mode"] == mode
        });
    }
    assert!(begin.elapsed() < Duration::from_secs(14));
}

#[tokio::test]
async fn what_is_doubtful_in_a_policy_or_in_bounds_is_logged_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "exemptions:\n- ingresses: [a]\n  until: 2020-01-01\n  reason: over\n";
    let policy = file(&folder, "stickler.yaml", policy);
    let server = Spawned::dev(&["--policy", &policy, "--idle-timeout", "60"]).await;
    let warned = |part: &str| {
        let of_it = |line: &&Value| line.to_string().contains(part);
        let line = server.first.iter().find(of_it);
        let line = line.unwrap_or_else(|| panic!("no {part} in {:?}", server.first));
        assert_eq!(line["level"], "WARN", "{line}");
    };
    warned("--idle-timeout is not above the API server's 90 seconds");
    warned("2020-01-01");
    let quiet = Spawned::dev(&[]).await;
    assert_eq!(quiet.first, Vec::<Value>::new());
}

#[tokio::test]
async fn tls_ca_is_what_readiness_and_the_metric_of_its_end_go_by() {
    let authority = Authority::with("CA", |params| {
        params.not_after = rcgen::date_time_ymd(2090, 1, 1);
    });
    let folder = tempfile::tempdir().unwrap();
    let own = file(&folder, "own.crt", &authority.pem());
    let other = file(&folder, "other.crt", &Authority::new("CA").pem());
    let end = r#"stickler_certificate_not_after_seconds{certificate="ca"}"#;

    let flags = ["--tls-ca", &own, "--reload-interval", "0.05"];
    let server = Spawned::files(&authority, &flags).await;
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    assert!((server.metric(end).await - 3_786_912_000.0).abs() < 0.1);
    // A bundle counts as long as any of it, and is read again when it alone changes.
    let longer = Authority::with("longer", |params| {
        params.not_after = rcgen::date_time_ymd(2095, 1, 1);
    });
    for bundle in [
        longer.pem() + &authority.pem(),
        authority.pem() + &longer.pem(),
    ] {
        file(&folder, "own.crt", &authority.pem());
        until!((server.metric(end).await - 3_786_912_000.0).abs() < 0.1);
        file(&folder, "own.crt", &bundle);
        until!((server.metric(end).await - 3_944_678_400.0).abs() < 0.1);
    }

    let server = Spawned::files(&authority, &["--tls-ca", &other]).await;
    let (status, line) = server.page("/readyz").await;
    let said = line.ends_with("the CA of that name has another key\n");
    assert!(status == 503 && said, "{status} {line}");

    let server = Spawned::files(&authority, &[]).await;
    assert!(!server.page("/metrics").await.1.contains(end));
}

#[tokio::test]
async fn server_name_is_what_the_certificate_has_to_be_valid_for() {
    let authority = Authority::new("CA");
    for (name, status) in [("localhost", 200), ("127.0.0.1", 200), ("elsewhere", 503)] {
        let server = Spawned::files(&authority, &["--server-name", name]).await;
        let (found, line) = server.page("/readyz").await;
        assert_eq!(found, status, "{name}: {line}");
        assert_eq!(line.contains("elsewhere"), status == 503, "{line}");
    }
}

#[tokio::test]
async fn drain_timeout_ends_what_is_still_in_flight() {
    let flags = ["--drain-timeout", "0.2", "--drain-delay", "0"];
    let mut server = Spawned::dev(&flags).await;
    let mut stream = server.connect().await;
    let half = head(1000, "") + "{";
    stream.write_all(half.as_bytes()).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    server.signal("TERM");
    // By default the rest of the body is given up before the drain is.
    let ending = |line: &Value| line["message"] == "stopping: ending with requests in flight";
    server.line(ending).await;
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn drain_timeout_is_as_long_as_it_says() {
    let mut server = Spawned::dev(&["--drain-timeout", "3600"]).await;
    let body = large_review("u-slow", 1000);
    let mut stream = server.connect().await;
    let half = head(body.len(), "?timeout=1s") + &body[..body.len() / 2];
    stream.write_all(half.as_bytes()).await.unwrap();
    until!(server.metric("stickler_in_flight_requests").await >= 1.0);
    server.signal("TERM");
    let (_, answer) = response(&mut stream).await;
    assert!(answer.contains("stickler ran out of time"), "{answer}");
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn handshake_timeout_counts() {
    let server = Spawned::dev(&["--handshake-timeout", "0.2"]).await;
    let mut silent = TcpStream::connect(server.reviews).await.unwrap();
    before_the_default(until_closed(&mut silent)).await;
    let line = r#"stickler_connection_errors_total{reason="handshake-timeout"}"#;
    until!((server.metric(line).await - 1.0).abs() < 0.1);
}

#[tokio::test]
async fn first_request_timeout_counts() {
    let server = Spawned::dev(&["--first-request-timeout", "0.2"]).await;
    let mut silent = server.connect().await;
    before_the_default(until_closed(&mut silent)).await;
}

#[tokio::test]
async fn idle_timeout_counts_from_the_last_answer() {
    let server = Spawned::dev(&["--idle-timeout", "1"]).await;
    let mut stream = server.connect().await;
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    let begin = Instant::now();
    // Busy for longer than that.
    while begin.elapsed() < Duration::from_millis(1500) {
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    before_the_default(until_closed(&mut stream)).await;
}

#[tokio::test]
async fn request_timeout_counts() {
    let server = Spawned::dev(&["--request-timeout", "0.2"]).await;
    let mut stream = server.connect().await;
    let half = head(1000, "") + r#"{"kind":"Admission"#;
    stream.write_all(half.as_bytes()).await.unwrap();
    let (head, _) = before_the_default(response(&mut stream)).await;
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
}

#[tokio::test]
async fn max_body_counts() {
    let body = review("u").to_string();
    let bytes = body.len();
    for (most, status) in [(bytes, 200), (bytes - 1, 413)] {
        let server = Spawned::dev(&["--max-body", &most.to_string()]).await;
        let answer = post(&server.client(), &server.url(), body.clone()).await;
        assert_eq!(answer.unwrap().status(), status);
    }
}

#[tokio::test]
async fn max_large_bodies_and_max_wait_count() {
    for (wait, code) in [("0", 500), ("3600", 504)] {
        let flags = ["--max-large-bodies", "1", "--max-wait", wait];
        let server = Spawned::dev(&flags).await;
        let beginning = head(1 << 20, "?timeout=30s") + &" ".repeat(1 << 19);
        let mut half = server.connect().await;
        half.write_all(beginning.as_bytes()).await.unwrap();
        until!(server.metric("stickler_in_flight_requests").await >= 1.0);
        // That the place is taken is seen by nothing but a refusal. By default
        // one waits for a second.
        until!({
            let large = large_review("u", 1 << 20);
            let answer = answer(&server, "?timeout=500ms", large).await;
            assert_eq!(answer["uid"], "u");
            answer["status"]["code"] == code
        });
    }
}

#[tokio::test]
async fn max_in_flight_counts() {
    let flags = ["--max-in-flight", "1", "--max-wait", "0"];
    let server = Spawned::dev(&[&flags[..], &["--max-large-bodies", "64"]].concat()).await;
    let (client, url) = (server.client(), server.url());
    let large = large_review("u", 1 << 20);
    // Of eight at a time, which have places by default, one is refused soon.
    until!({
        let asked = (0..8).map(|_| post(&client, &url, large.clone()));
        futures_util::future::join_all(asked).await;
        let line = r#"stickler_refusals_total{reason="busy"}"#;
        server.metric(line).await >= 1.0
    });
}

#[tokio::test]
async fn max_connections_counts() {
    let server = Spawned::dev(&["--max-connections", "4"]).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = server.connect().await;
        let body = review("u").to_string();
        let request = head(body.len(), "") + &body;
        stream.write_all(request.as_bytes()).await.unwrap();
        assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 "));
        open.push(stream);
    }
    // One peer has a share of half, and the longest idle one gives way.
    before_the_default(until_closed(&mut open[0])).await;
}

#[tokio::test]
async fn dev_listens_on_loopback_alone() {
    // The usual port may be taken; the address is named either way.
    let mut server = tokio::process::Command::new(BINARY);
    server.args([
        "serve",
        "--dev",
        "--log-format",
        "json",
        "--admin",
        "127.0.0.1:0",
    ]);
    server.env_remove("STICKLER_LISTEN");
    server
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true);
    server.stdout(std::process::Stdio::null());
    let mut child = server.spawn().unwrap();
    let log = tokio::io::BufReader::new(child.stderr.take().unwrap());
    let line = soon(tokio::io::AsyncBufReadExt::lines(log).next_line()).await;
    let line = line.unwrap().expect("a line");
    assert!(line.contains("127.0.0.1:8443"), "{line}");
}

#[tokio::test]
async fn a_probe_tells_a_denial_from_what_is_let_through() {
    let exempt = "exemptions: [{namespaces: [default], until: 2999-01-01, reason: x}]\n";
    for (policy, code, start) in [
        ("mode: enforce\n", 0, "denied: "),
        ("mode: warn\n", 0, "found, and let through: "),
        (exempt, 1, "let through without a word: "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let policy = file(&folder, "stickler.yaml", policy);
        let server = Spawned::dev(&["--policy", &policy]).await;
        let mut probe = tokio::process::Command::new(BINARY);
        probe.arg("probe").arg("--ca").arg(server.ca());
        let output = soon(probe.arg(server.url()).output()).await.unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.starts_with(start), "{printed}");
    }
}

#[test]
fn lives_that_cannot_work_are_refused_before_a_cluster_is_asked() {
    for (ca, leaf) in [("1h", "2h"), ("1s", "1s")] {
        let output = std::process::Command::new(BINARY)
            .args([
                "serve",
                "--self-managed",
                "--ca-life",
                ca,
                "--leaf-life",
                leaf,
            ])
            .env("KUBECONFIG", "/nowhere")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let start = "stickler: --ca-life and --leaf-life: ";
        assert!(said.lines().any(|line| line.starts_with(start)), "{said}");
    }
}

#[test]
fn the_curl_line_holds_any_folder() {
    use std::io::BufRead as _;
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("it's a $(folder)");
    let mut server = std::process::Command::new(BINARY)
        .args([
            "serve",
            "--dev",
            "--listen",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
        ])
        .arg("--dev-dir")
        .arg(&odd)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(server.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let curl = lines.find(|line| line.contains("curl "));
    let output = curl.map(|curl| {
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", &(curl + " --max-time 60")])
            .output()
            .unwrap()
    });
    server.kill().unwrap();
    server.wait().unwrap();
    let answer: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!(answer["response"]["status"]["code"], 403);
}
