//! Hundreds of hostile peers at once, and what an honest caller notices.
//!
//! One table: for each kind of peer the honest caller's times as ratios to a
//! quiet run before, its failures, and the server's memory and open files.

use std::net::SocketAddr;
use std::time::Duration;

use compare::caller::{Call, Caller, head, percentile, request};
use compare::program::{Program, Running, places};
use compare::{Result, review};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Peers of the kind that is at work.
const PEERS: usize = 300;
/// How long each kind is at work.
const SPAN: Duration = Duration::from_secs(8);
/// The honest caller asks this often.
const PACE: Duration = Duration::from_millis(2);

#[derive(Clone, Copy)]
enum Kind {
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
    All,
}

const KINDS: [(&str, Kind); 11] = [
    ("none: the quiet run", Kind::Quiet),
    ("connect, and are silent", Kind::Silent),
    ("half a handshake", Kind::HalfHandshake),
    ("half a head", Kind::HalfHead),
    ("half a small body", Kind::HalfBody),
    ("half of 7 MiB", Kind::HalfLargeBody),
    ("ask on and never read", Kind::NeverReads),
    ("7 MiB and a byte", Kind::TooLarge),
    ("100,000 brackets deep", Kind::Deep),
    ("bytes that are no UTF-8", Kind::Nonsense),
    ("all of them at once", Kind::All),
];

const HOSTILE: [Kind; 9] = [
    Kind::Silent,
    Kind::HalfHandshake,
    Kind::HalfHead,
    Kind::HalfBody,
    Kind::HalfLargeBody,
    Kind::NeverReads,
    Kind::TooLarge,
    Kind::Deep,
    Kind::Nonsense,
];

/// What the honest caller saw.
struct Seen {
    times: Vec<Duration>,
    failed: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (root, folder) = places()?;
    let server = Program::stickler("stickler", &root, "info")
        .start(&folder)
        .await?;
    let caller = Caller::trusting(&folder.join("ca.crt").display().to_string())?;
    println!(
        "| {PEERS} peers that | calls | failed | p50 ms | ratio | p99 ms | ratio | memory, after: MB | open files |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut quiet = None;
    for (name, kind) in KINDS {
        let mut seen = under(kind, &caller, server.address).await?;
        let [half, tail] = [50, 99].map(|it| percentile(&mut seen.times, it).as_secs_f64() * 1e3);
        let (calm, calm_tail) = *quiet.get_or_insert((half, tail));
        println!(
            "| {name} | {} | {} | {half:.2} | {:.1} | {tail:.2} | {:.1} | {:.1} | {} |",
            seen.times.len(),
            seen.failed,
            half / calm,
            tail / calm_tail,
            server.memory("VmRSS:")?,
            server.descriptors()?,
        );
    }
    afterwards(&server).await
}

/// What is left when all peers are gone.
async fn afterwards(server: &Running) -> Result<()> {
    for _ in 0..200 {
        if server.descriptors()? < 40 {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    let (now, most) = (server.memory("VmRSS:")?, server.memory("VmHWM:")?);
    println!(
        "\nMemory when all are gone: {now:.1} MB, at most {most:.1} MB; open files: {}",
        server.descriptors()?
    );
    Ok(())
}

/// Asks honestly while peers of a kind are at work.
async fn under(kind: Kind, caller: &Caller, address: SocketAddr) -> Result<Seen> {
    let mut peers = JoinSet::new();
    for number in 0..PEERS {
        let kind = match kind {
            Kind::All => HOSTILE[number % HOSTILE.len()],
            kind => kind,
        };
        peers.spawn(pester(kind, caller.clone(), address));
    }
    // The first second is theirs.
    sleep(Duration::from_secs(1)).await;
    let seen = honest(caller, address).await;
    peers.shutdown().await;
    seen
}

async fn honest(caller: &Caller, address: SocketAddr) -> Result<Seen> {
    let request = request(&review(2_300));
    let mut seen = Seen {
        times: Vec::new(),
        failed: 0,
    };
    let mut call: Option<Call> = None;
    let end = Instant::now() + SPAN;
    while Instant::now() < end {
        let mut current = if let Some(current) = call.take() {
            current
        } else {
            let fresh = timeout(Duration::from_secs(5), caller.call(address)).await;
            let Ok(Ok(fresh)) = fresh else {
                seen.failed += 1;
                continue;
            };
            fresh
        };
        match timeout(Duration::from_secs(5), current.ask(&request)).await {
            Ok(Ok(time)) => {
                seen.failed += usize::from(!current.allowed());
                seen.times.push(time);
                call = Some(current);
            }
            _ => seen.failed += 1,
        }
        sleep(PACE).await;
    }
    Ok(seen)
}

/// Comes back as often as it is hung up on, a little later.
async fn pester(kind: Kind, caller: Caller, address: SocketAddr) {
    loop {
        let _ = once(kind, &caller, address).await;
        sleep(Duration::from_millis(500)).await;
    }
}

async fn once(kind: Kind, caller: &Caller, address: SocketAddr) -> Result<()> {
    let review = compare::review(2_300);
    match kind {
        Kind::Quiet | Kind::All => std::future::pending().await,
        Kind::Silent => until_closed(TcpStream::connect(address).await?).await,
        Kind::HalfHandshake => {
            let mut stream = TcpStream::connect(address).await?;
            stream
                .write_all(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
                .await?;
            until_closed(stream).await
        }
        Kind::HalfHead => send(caller, address, b"POST /validate HTTP/1.1\r\nHost: loc").await,
        Kind::HalfBody => {
            let half = format!("{}{}", head(review.len()), &review[..1_000]);
            send(caller, address, half.as_bytes()).await
        }
        Kind::HalfLargeBody => {
            let half = head(7 << 20) + &" ".repeat(3 << 20);
            send(caller, address, half.as_bytes()).await
        }
        Kind::NeverReads => {
            let mut stream = caller.tls(address).await?;
            let request = request(&review);
            for _ in 0..2_000 {
                stream.write_all(&request).await?;
                sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        }
        Kind::TooLarge => send(caller, address, &request(&" ".repeat((7 << 20) + 1))).await,
        Kind::Deep => {
            let deep = "[".repeat(100_000) + &"]".repeat(100_000);
            let review = review.replace("\"oldObject\":null", &format!("\"oldObject\":{deep}"));
            send(caller, address, &request(&review)).await
        }
        Kind::Nonsense => {
            let mut request = request(&review);
            let middle = request.len() / 2;
            request[middle] = 0xff;
            send(caller, address, &request).await
        }
    }
}

/// Sends, and stays as long as it is let.
async fn send(caller: &Caller, address: SocketAddr, bytes: &[u8]) -> Result<()> {
    let mut stream = caller.tls(address).await?;
    stream.write_all(bytes).await?;
    stream.flush().await?;
    until_closed(stream).await
}

async fn until_closed(mut stream: impl AsyncReadExt + Unpin) -> Result<()> {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
