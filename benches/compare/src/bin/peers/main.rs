//! Hundreds of hostile peers at once, and what an honest caller notices.
//!
//! One table: for each kind of peer the honest caller's times as ratios to a
//! quiet run before, its failures and those of probes, and the server's memory
//! and open files. A call fails that is not answered with an admission.

use std::net::Ipv4Addr;
use std::time::Duration;

use compare::Result;
use compare::caller::{Call, percentile, request};
use compare::program::{Adversity, Program, Running, places};
use compare::review;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

mod peer;

use peer::{HOSTILE, Kind, Target, pester};

/// Peers of the kind that is at work.
const PEERS: usize = 300;
/// How long each kind is at work.
const SPAN: Duration = Duration::from_secs(8);
/// The honest caller asks this often, and so does the kubelet.
const PACE: Duration = Duration::from_millis(2);
const PROBES: Duration = Duration::from_millis(250);
/// Where those who are not hostile call from.
const HONEST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// The most memory that a server may take, in megabytes.
const MOST: f64 = 128.0;

/// Kinds of peers, each with what else the server has to bear: where that is
/// nothing, it is the server of the rows before.
const ROWS: [(&str, Kind, Adversity); 23] = [
    ("none: the quiet run", Kind::Quiet, Adversity::None),
    ("connect, and are silent", Kind::Silent, Adversity::None),
    ("half a handshake", Kind::HalfHandshake, Adversity::None),
    ("half a head", Kind::HalfHead, Adversity::None),
    ("half a small body", Kind::HalfBody, Adversity::None),
    ("half of 7 MiB", Kind::HalfLargeBody, Adversity::None),
    ("ask on and never read", Kind::NeverReads, Adversity::None),
    ("7 MiB and a byte", Kind::TooLarge, Adversity::None),
    ("100,000 brackets deep", Kind::Deep, Adversity::None),
    ("bytes that are not UTF-8", Kind::Nonsense, Adversity::None),
    (
        "a uid of 6.9 MiB, and never read",
        Kind::HugeUid,
        Adversity::None,
    ),
    (
        "a name of 6.9 MiB, and never read",
        Kind::HugeName,
        Adversity::None,
    ),
    ("HTTP/2", Kind::Http2, Adversity::None),
    (
        "ask once and keep 1,200 connections",
        Kind::Idle,
        Adversity::None,
    ),
    (
        "the same on the admin port",
        Kind::IdleAdmin,
        Adversity::None,
    ),
    (
        "252 KB of mistakes in one entry",
        Kind::Costly,
        Adversity::None,
    ),
    (
        "7 MiB of rules without content",
        Kind::Bare,
        Adversity::None,
    ),
    ("all of them at once", Kind::All, Adversity::None),
    (
        "none; the log goes to a full disk",
        Kind::Quiet,
        Adversity::FullDisk,
    ),
    (
        "none; the log is not read",
        Kind::Quiet,
        Adversity::UnreadLog,
    ),
    (
        "keep 1,200 connections; 1,024 open files (soft)",
        Kind::Idle,
        Adversity::FewFiles,
    ),
    (
        "1,200 silent connections; --client-ca",
        Kind::SilentCrowd,
        Adversity::ClientCa,
    ),
    (
        "keep 1,200 connections; --client-ca",
        Kind::Idle,
        Adversity::ClientCa,
    ),
];

/// What the honest caller saw.
struct Seen {
    times: Vec<Duration>,
    failed: usize,
    probes: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (root, folder) = places()?;
    let program = Program::stickler("stickler", &root, "info");
    let server = program.start(&folder).await?;
    println!(
        "| {PEERS} peers that | calls | failed | probes failed | p50 ms | ratio | p99 ms | ratio | memory, after: MB | at most: MB | open files |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut quiet = None;
    let mut fine = true;
    for (name, kind, adversity) in ROWS {
        let own = match adversity {
            Adversity::None => None,
            adversity => Some(program.start_under(adversity, &folder).await?),
        };
        let server = own.as_ref().unwrap_or(&server);
        let mut seen = under(kind, server).await?;
        let [half, tail] = [50, 99].map(|it| percentile(&mut seen.times, it).as_secs_f64() * 1e3);
        let (calm, calm_tail) = *quiet.get_or_insert((half, tail));
        let most = server.memory("VmHWM:")?;
        fine &= seen.failed == 0 && seen.probes == 0 && most < MOST;
        println!(
            "| {name} | {} | {} | {} | {half:.2} | {:.1} | {tail:.2} | {:.1} | {:.1} | {most:.1} | {} |",
            seen.times.len(),
            seen.failed,
            seen.probes,
            half / calm,
            tail / calm_tail,
            server.memory("VmRSS:")?,
            server.descriptors()?,
        );
    }
    afterwards(&server).await?;
    if fine {
        return Ok(());
    }
    Err(format!("a call or a probe failed, or more than {MOST} MB were taken").into())
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
async fn under(kind: Kind, server: &Running) -> Result<Seen> {
    let mut peers = JoinSet::new();
    let target = Target {
        caller: server.caller.clone(),
        reviews: server.address,
        admin: server.admin,
    };
    for number in 0..PEERS {
        let kind = match kind {
            Kind::All => HOSTILE[number % HOSTILE.len()],
            kind => kind,
        };
        peers.spawn(pester(kind, target.clone()));
    }
    // The first second is theirs.
    sleep(Duration::from_secs(1)).await;
    let probes = tokio::spawn(probes(target.clone()));
    let seen = honest(&target).await;
    peers.shutdown().await;
    let probes = probes.await?;
    seen.map(|seen| Seen { probes, ..seen })
}

async fn honest(target: &Target) -> Result<Seen> {
    let request = request(&review(2_300));
    // An API server has an address of its own.
    let caller = target.caller.clone().from(HONEST);
    let mut seen = Seen {
        times: Vec::new(),
        failed: 0,
        probes: 0,
    };
    let mut call: Option<Call> = None;
    let end = Instant::now() + SPAN;
    while Instant::now() < end {
        let mut current = if let Some(current) = call.take() {
            current
        } else {
            let fresh = caller.call(target.reviews);
            let fresh = timeout(Duration::from_secs(5), fresh).await;
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

/// How many of a kubelet's probes fail.
async fn probes(target: Target) -> usize {
    let mut failed = 0;
    let end = Instant::now() + SPAN;
    while Instant::now() < end {
        for path in ["/livez", "/readyz"] {
            let probe = timeout(Duration::from_secs(1), probe(&target, path)).await;
            failed += usize::from(!matches!(probe, Ok(Ok(true))));
        }
        sleep(PROBES).await;
    }
    failed
}

/// From an address of its own, as a kubelet has one.
async fn probe(target: &Target, path: &str) -> Result<bool> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((HONEST, 0).into())?;
    let mut stream = socket.connect(target.admin).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
