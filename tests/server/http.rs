//! What HTTP has to say: statuses, versions, bad input.

use serde_json::{Value, json};
use stickler::admission::{Refusal, RequestPolicy, answer, refuse};

use stickler::server::Validator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{Running, connect, connect_with, large_review, post, review, settings};

#[tokio::test]
async fn a_review_is_answered_with_the_bytes_of_the_pure_middle() {
    let server = Running::start().await;
    for version in ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] {
        let mut review = review("u-1");
        review["apiVersion"] = json!(version);
        let body = review.to_string();
        let response = server.post(body.clone()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json");
        let expected = answer(body.as_bytes(), &RequestPolicy::default())
            .unwrap()
            .body;
        assert_eq!(response.bytes().await.unwrap(), expected);
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        assert_eq!(
            (&expected["apiVersion"], &expected["response"]["allowed"]),
            (&json!(version), &json!(false))
        );
    }
}

#[tokio::test]
async fn http_2_is_not_spoken() {
    let server = Running::start().await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{ended:?} {answer}"
    );
    // Whoever offers nothing else is refused in the handshake.
    for (offered, works) in [(&b"h2"[..], false), (b"http/1.1", true)] {
        let connected = connect_with(&server, vec![offered.to_vec()]).await;
        assert_eq!(connected.is_ok(), works, "{connected:?}");
    }
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let server = Running::start().await;
    for version in [
        reqwest::tls::Version::TLS_1_2,
        reqwest::tls::Version::TLS_1_3,
    ] {
        let builder = server
            .builder()
            .min_tls_version(version)
            .max_tls_version(version);
        let response = post(
            &builder.build().unwrap(),
            &server.url(),
            review("u").to_string(),
        )
        .await;
        assert_eq!(response.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn what_is_no_review_gets_its_status_and_one_line() {
    let server = Running::start().await;
    let shape = "the body is not an AdmissionReview that can be read: ";
    let kind = "the body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1\n";
    for (body, line) in [
        ("", format!("{shape}EOF while parsing a value\n")),
        ("hello", format!("{shape}expected value\n")),
        ("{}", kind.to_owned()),
        (
            r#"{"kind":"Pod","apiVersion":"v1","request":{"uid":"u"}}"#,
            kind.to_owned(),
        ),
        (
            r#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}"#,
            "the AdmissionReview has no request.uid: an answer must echo it\n".to_owned(),
        ),
    ] {
        let response = server.post(body).await;
        assert_eq!(response.status(), 400, "{body}");
        assert_eq!(response.text().await.unwrap(), line);
    }
    assert!(
        (server
            .metric(r#"stickler_bad_requests_total{reason="review"}"#)
            .await
            - 5.0)
            .abs()
            < 0.1
    );
}

#[tokio::test]
async fn wrong_ways_get_their_status_and_one_line() {
    let server = Running::start().await;
    let client = server.client();
    let get = client.get(server.url()).send().await.unwrap();
    assert_eq!(
        (get.status().as_u16(), &get.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    assert_eq!(
        get.text().await.unwrap(),
        "wrong method: reviews are sent with POST\n"
    );
    for elsewhere in ["mutate", "livez", "readyz", "metrics"] {
        let url = server.url().replace("validate", elsewhere);
        let response = post(&client, &url, "{}").await.unwrap();
        let status = response.status();
        let line = response.text().await.unwrap();
        let expected = "not found: reviews go to /validate\n";
        assert_eq!((status.as_u16(), &*line), (404, expected), "{elsewhere}");
    }
    let line = r#"stickler_bad_requests_total{reason="path"}"#;
    assert!((server.metric(line).await - 4.0).abs() < 0.1);
    for (content_type, status) in [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
    ] {
        let post = client
            .post(server.url())
            .header("content-type", content_type);
        let response = post.body(review("u").to_string()).send().await.unwrap();
        assert_eq!(response.status(), status, "{content_type}");
    }
    let bare = client
        .post(server.url())
        .body(review("u").to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(
        bare.text().await.unwrap(),
        "wrong content type: reviews are sent as application/json\n"
    );
}

#[tokio::test]
async fn a_body_has_seven_mebibytes_at_most() {
    let server = Running::start().await;
    let padding = (7 << 20) - large_review("u-1", 0).len();
    for (more, status) in [(0, 200), (1, 413)] {
        let body = large_review("u-1", padding + more);
        assert_eq!(body.len(), (7 << 20) + more);
        let response = server.post(body.clone()).await;
        assert_eq!(response.status(), status, "announced");
        let pieces: Vec<_> = body
            .as_bytes()
            .chunks(1 << 20)
            .map(<[u8]>::to_vec)
            .collect();
        let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
        let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        let response = server.post(stream).await;
        assert_eq!(response.status(), status, "in chunks");
        if status == 413 {
            assert_eq!(
                response.text().await.unwrap(),
                "the body is larger than a review can be\n"
            );
        }
    }
}

#[tokio::test]
async fn a_panic_is_answered_counted_and_survived() {
    let breaking = Validator::with(move |body| {
        assert!(
            !body.windows(4).any(|it| it == b"boom"),
            "the text of a panic"
        );
        answer(body, &RequestPolicy::default())
    });
    let server = Running::with(breaking, settings()).await;
    for bytes in [0, 100_000] {
        let boom = large_review("boom", bytes);
        let response = server.post(boom.clone()).await;
        assert_eq!(response.status(), 200);
        let expected = refuse(boom.as_bytes(), Refusal::Panicked).unwrap().body;
        assert_eq!(response.bytes().await.unwrap(), expected);
    }
    let response = server.post(review("u-2").to_string()).await;
    assert_eq!(
        response.json::<Value>().await.unwrap()["response"]["uid"],
        "u-2"
    );
    assert!((server.metric("stickler_panics_total").await - 2.0).abs() < 0.1);
    let refusals = server
        .metric(r#"stickler_refusals_total{reason="panicked"}"#)
        .await;
    assert!((refusals - 2.0).abs() < 0.1);
}
