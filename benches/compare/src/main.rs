//! One table: the server beside others on the same machine in the same run.
//!
//! `benches/compare/run.sh` builds what is compared and calls this. Servers and
//! the load generator have a processor each: where they share, what is measured
//! is how the kernel takes turns.

use std::fs;
use std::path::{Path, PathBuf};

use compare::program::{Program, Running, on, places};
use compare::{Result, review, review_of_paths};

/// What wrk runs: it posts one body and tells the numbers in one line.
const SCRIPT: &str = r#"
wrk.method = "POST"
wrk.path = "/validate?timeout=5s"
wrk.headers["Content-Type"] = "application/json"
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.body = file:read("*a")
done = function(summary, latency)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  print(string.format("NUMBERS %d %d %d %d", summary.requests, summary.duration, latency:percentile(99), failed))
end
"#;

/// Bodies, and what the table calls them.
const BODIES: [(&str, fn() -> String); 4] = [
    ("2.3 KB", || review(2_300)),
    ("8 KB", || review(8_000)),
    ("57 paths", || review_of_paths(57)),
    ("250 KB", || review(250_000)),
];
/// Rounds and seconds: each server is asked once in a round, for that long.
const ROUNDS: usize = 4;
const SECONDS: u32 = 2;
const CONNECTIONS: u32 = 16;
/// The processors of the load generator and of the server that is asked.
const CALLER: &str = "0";
const SERVER: &str = "1";
/// Times that each server is started.
const STARTS: usize = 5;

/// A server and what was measured.
struct Contender {
    program: Program,
    running: Running,
    ready: f64,
    /// One for each body.
    speeds: Vec<Speed>,
}

/// What a round tells, and then the median of several.
struct Speed {
    requests_a_second: f64,
    /// The 99th percentile, in milliseconds.
    tail: f64,
    /// The server's processor time for a request, in microseconds, and how much
    /// of it is the kernel's.
    cost: f64,
    kernel: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let (root, folder) = places()?;
    let script = folder.join("review.lua");
    fs::write(&script, SCRIPT)?;
    let mut contenders = Vec::new();
    for program in programs(&root) {
        contenders.push(start(program, &folder).await?);
    }
    let body = folder.join("review.json");
    for (_, review) in BODIES {
        fs::write(&body, review())?;
        measure(&mut contenders, &script, &body)?;
    }
    print(&contenders)
}

fn programs(root: &Path) -> [Program; 6] {
    let ours = |name: &str| root.join("target/compare/release").join(name);
    [
        Program::bare("(a) constant answer", ours("constant")),
        Program::bare("(a) and a review read", ours("reading")),
        Program::stickler("stickler", root, "info"),
        Program::stickler("stickler, log off", root, "warn"),
        Program::bare("(b) kube, k8s-openapi", ours("typed")),
        Program::bare(
            "(c) controller-runtime",
            root.join("target/compare/controller-runtime"),
        ),
    ]
}

async fn start(program: Program, folder: &Path) -> Result<Contender> {
    let mut times = Vec::with_capacity(STARTS);
    let mut running = program.start_on(SERVER, folder).await?;
    for _ in 1..STARTS {
        times.push(running.ready.as_secs_f64() * 1e3);
        drop(running);
        running = program.start_on(SERVER, folder).await?;
    }
    times.push(running.ready.as_secs_f64() * 1e3);
    let (ready, speeds) = (median(times), Vec::new());
    Ok(Contender {
        program,
        running,
        ready,
        speeds,
    })
}

/// Asks the servers in turn, so that a noisy minute hits all of them, and
/// takes the median round of each.
fn measure(contenders: &mut [Contender], script: &Path, body: &PathBuf) -> Result<()> {
    let mut rounds: Vec<Vec<Speed>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (contender, speeds) in contenders.iter().zip(&mut rounds) {
            speeds.push(wrk(contender, script, body)?);
        }
    }
    for (contender, speeds) in contenders.iter_mut().zip(rounds) {
        let middle = |of: fn(&Speed) -> f64| median(speeds.iter().map(of).collect());
        contender.speeds.push(Speed {
            requests_a_second: middle(|speed| speed.requests_a_second),
            tail: middle(|speed| speed.tail),
            cost: middle(|speed| speed.cost),
            kernel: middle(|speed| speed.kernel),
        });
    }
    Ok(())
}

/// One round.
fn wrk(contender: &Contender, script: &Path, body: &PathBuf) -> Result<Speed> {
    let before = contender.running.processor_times()?;
    let output = on(CALLER, Path::new("wrk"))
        .args(["--threads", "1", "--latency"])
        .arg(format!("--connections={CONNECTIONS}"))
        .arg(format!("--duration={SECONDS}s"))
        .arg("--script")
        .arg(script)
        .arg(format!("https://{}", contender.running.address))
        .env("BODY", body)
        .output()
        .map_err(|error| format!("taskset (of util-linux): {error}"))?;
    let after = contender.running.processor_times()?;
    let [own, kernel] = [after[0] - before[0], after[1] - before[1]];
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().find_map(|line| line.strip_prefix("NUMBERS "));
    let numbers = line
        .ok_or_else(|| format!("wrk printed:\n{text}"))?
        .split(' ');
    let numbers = numbers
        .map(str::parse)
        .collect::<std::result::Result<Vec<f64>, _>>()?;
    match numbers[..] {
        [requests, microseconds, tail, 0.0] => Ok(Speed {
            requests_a_second: requests / microseconds * 1e6,
            tail: tail / 1e3,
            cost: (own + kernel) / requests * 1e6,
            kernel: kernel / requests * 1e6,
        }),
        _ => Err(format!("{}: requests failed:\n{text}", contender.program.name).into()),
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

fn print(contenders: &[Contender]) -> Result<()> {
    print!("| server |");
    for (name, _) in BODIES {
        print!(" {name}: req/s | of (a) | µs of a processor | in the kernel | p99 ms |");
    }
    println!(" memory, most: MB | program: MB | start to answer: ms |");
    println!(
        "|---|{}---|---|---|",
        "---|---|---|---|---|".repeat(BODIES.len())
    );
    for contender in contenders {
        print!("| {} |", contender.program.name);
        for (speed, ceiling) in contender.speeds.iter().zip(&contenders[0].speeds) {
            let of_ceiling = speed.requests_a_second / ceiling.requests_a_second;
            print!(
                " {:.0} | {of_ceiling:.2} | {:.1} | {:.1} | {:.2} |",
                speed.requests_a_second, speed.cost, speed.kernel, speed.tail
            );
        }
        let memory = contender.running.memory("VmHWM:")?;
        let size = contender.program.megabytes()?;
        println!(" {memory:.1} | {size:.1} | {:.0} |", contender.ready);
    }
    Ok(())
}
