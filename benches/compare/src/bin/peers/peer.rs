//! Hostile peers: what each kind does, again and again.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use compare::Result;
use compare::caller::{Caller, head, request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// Connections that one peer of a crowd holds: 1,200 of 300 peers.
const CROWD: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Quiet,
    Silent,
    HalfHandshake,
    HalfHead,
    HalfBody,
    HalfLargeBody,
    NeverReads,
    TooLarge,
    Deep,
    Nonsense,
    HugeUid,
    HugeName,
    Http2,
    Idle,
    IdleAdmin,
    SilentCrowd,
    Costly,
    Bare,
    All,
}

/// Those of which one run has some each.
pub const HOSTILE: [Kind; 15] = [
    Kind::Silent,
    Kind::HalfHandshake,
    Kind::HalfHead,
    Kind::HalfBody,
    Kind::HalfLargeBody,
    Kind::NeverReads,
    Kind::TooLarge,
    Kind::Deep,
    Kind::Nonsense,
    Kind::HugeUid,
    Kind::HugeName,
    Kind::Http2,
    Kind::Idle,
    Kind::Costly,
    Kind::Bare,
];

/// Large requests, made once: it is the server that is to work.
static HALF_LARGE: LazyLock<Vec<u8>> =
    LazyLock::new(|| (head(7 << 20) + &" ".repeat(3 << 20)).into_bytes());
static TOO_LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| request(&" ".repeat((7 << 20) + 1)));
static HUGE_UID: LazyLock<Vec<u8>> = LazyLock::new(|| huge("uid"));
static HUGE_NAME: LazyLock<Vec<u8>> = LazyLock::new(|| huge("name"));
static COSTLY: LazyLock<Vec<u8>> = LazyLock::new(|| request(&costly(&compare::review(2_300))));
static BARE: LazyLock<Vec<u8>> = LazyLock::new(|| request(&bare(&compare::review(2_300))));

/// Where a peer goes.
#[derive(Clone)]
pub struct Target {
    pub caller: Caller,
    pub reviews: SocketAddr,
    pub admin: SocketAddr,
}

/// Comes back as often as it is hung up on, a little later.
pub async fn pester(kind: Kind, target: Target) {
    loop {
        let _ = once(kind, &target).await;
        sleep(Duration::from_millis(500)).await;
    }
}

async fn once(kind: Kind, target: &Target) -> Result<()> {
    let review = compare::review(2_300);
    match kind {
        Kind::Quiet | Kind::All => std::future::pending().await,
        Kind::Silent => until_closed(TcpStream::connect(target.reviews).await?).await,
        Kind::SilentCrowd => silent_crowd(target).await,
        Kind::HalfHandshake => {
            let mut stream = TcpStream::connect(target.reviews).await?;
            stream
                .write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
                .await?;
            until_closed(stream).await
        }
        Kind::HalfHead => send(target, b"POST /validate HTTP/1.1\r\nHost: loc").await,
        Kind::HalfBody => {
            let half = format!("{}{}", head(review.len()), &review[..1_000]);
            send(target, half.as_bytes()).await
        }
        Kind::HalfLargeBody => send(target, &HALF_LARGE).await,
        Kind::NeverReads => never_reads(target, &request(&review)).await,
        Kind::TooLarge => send(target, &TOO_LARGE).await,
        Kind::Deep => {
            let deep = "[".repeat(100_000) + &"]".repeat(100_000);
            let review = review.replace("\"oldObject\":null", &format!("\"oldObject\":{deep}"));
            send(target, &request(&review)).await
        }
        Kind::Nonsense => {
            let mut request = request(&review);
            let middle = request.len() / 2;
            request[middle] = 0xff;
            send(target, &request).await
        }
        Kind::HugeUid => unread(target, &HUGE_UID).await,
        Kind::HugeName => unread(target, &HUGE_NAME).await,
        Kind::Http2 => {
            send(
                target,
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0",
            )
            .await
        }
        Kind::Idle => idle(target, &request(&review)).await,
        Kind::IdleAdmin => idle_admin(target).await,
        Kind::Costly => send(target, &COSTLY).await,
        Kind::Bare => send(target, &BARE).await,
    }
}

/// A review of 6.9 MiB, all of it in one field.
fn huge(field: &str) -> Vec<u8> {
    let text = "u".repeat(6_900 << 10);
    let fields = match field {
        "uid" => format!(r#""uid":"{text}","operation":"DELETE""#),
        _ => format!(r#""uid":"u","{field}":"{text}","operation":"CREATE","object":{{"kind":5}}"#),
    };
    request(&format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{{fields}}}}}"#
    ))
}

/// A review with as many mistakes as an annotation can hold.
fn costly(review: &str) -> String {
    let words = "expirse=1h,secure ".repeat(14_000);
    review.replacen("expires=1h", &words, 1)
}

/// A review of 7 MiB that is nothing but rules without content.
fn bare(review: &str) -> String {
    let rules = "{},".repeat((6_900 << 10) / 3);
    review.replacen(r#""rules":["#, &format!(r#""rules":[{rules}"#), 1)
}

/// Sends, and stays as long as it is let.
async fn send(target: &Target, bytes: &[u8]) -> Result<()> {
    let mut stream = target.caller.tls(target.reviews).await?;
    stream.write_all(bytes).await?;
    stream.flush().await?;
    until_closed(stream).await
}

/// Sends, and does not read the answer.
async fn unread(target: &Target, bytes: &[u8]) -> Result<()> {
    let mut stream = target.caller.tls(target.reviews).await?;
    stream.write_all(bytes).await?;
    stream.flush().await?;
    sleep(Duration::from_secs(60)).await;
    Ok(())
}

async fn never_reads(target: &Target, request: &[u8]) -> Result<()> {
    let mut stream = target.caller.tls(target.reviews).await?;
    for _ in 0..2_000 {
        stream.write_all(request).await?;
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Connections that ask once and are kept.
async fn idle(target: &Target, request: &[u8]) -> Result<()> {
    let mut kept = Vec::new();
    for _ in 0..CROWD {
        let mut call = target.caller.call(target.reviews).await?;
        call.ask(request).await?;
        kept.push(call);
    }
    let last = kept.pop().ok_or("no connection")?;
    last.until_closed().await
}

async fn idle_admin(target: &Target) -> Result<()> {
    let mut kept = Vec::new();
    for _ in 0..CROWD {
        let mut stream = TcpStream::connect(target.admin).await?;
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            .await?;
        kept.push(stream);
    }
    let last = kept.pop().ok_or("no connection")?;
    until_closed(last).await
}

async fn silent_crowd(target: &Target) -> Result<()> {
    let mut kept = Vec::new();
    for _ in 0..CROWD {
        kept.push(TcpStream::connect(target.reviews).await?);
    }
    let last = kept.pop().ok_or("no connection")?;
    until_closed(last).await
}

async fn until_closed(mut stream: impl AsyncReadExt + Unpin) -> Result<()> {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
