//! The search for cost: some 900 reviews that differ in what they are made
//! of, each of one size and of twice that size, and the instructions that
//! their answers take. Run by `benches/cost.sh`, under callgrind, which writes
//! a file each time [`measured`] returns.
//!
//! Times are noise on a shared machine, and whoever counts calls sees only
//! what somebody thought of counting; instructions are all there is.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use stickler::admission::{RequestPolicy, answer};

mod memory;
mod shapes;
mod worst;

use shapes::Shape;

/// For twice the bytes the work may grow so much.
const MOST_GROWTH: f64 = 3.0;
/// A byte may take so many instructions, which is less than a microsecond. A
/// plain Ingress of a thousand services takes about a hundred.
const MOST_A_BYTE: u64 = 8_000;
/// The worst of all shapes that are listed where all is well.
const LISTED: usize = 12;

/// What the answers to a shape took.
struct Counted {
    name: String,
    bytes: [usize; 2],
    instructions: [u64; 2],
}

impl Counted {
    /// How much the work grows for twice the bytes.
    #[allow(clippy::cast_precision_loss, reason = "a ratio to two digits")]
    fn growth(&self) -> f64 {
        let [once, twice] = self.instructions.map(|it| it as f64);
        let [small, large] = self.bytes.map(|it| it as f64);
        // Not every shape has twice the bytes exactly.
        ((twice / once).ln() / (large / small).ln()).exp2()
    }

    fn a_byte(&self) -> u64 {
        self.instructions[1] / self.bytes[1] as u64
    }

    fn is_fine(&self) -> bool {
        self.growth() <= MOST_GROWTH && self.a_byte() <= MOST_A_BYTE
    }

    fn print(&self) {
        let Self {
            name,
            bytes,
            instructions,
        } = self;
        let [small, large] = bytes.map(|it| it / 1024);
        let [once, twice] = instructions.map(|it| it / 1_000_000);
        let (growth, a_byte) = (self.growth(), self.a_byte());
        println!("| {name} | {small} | {large} | {once} | {twice} | {growth:.2} | {a_byte} |");
    }
}

/// What is counted: callgrind looks for this name, `cost::measured`.
#[inline(never)]
fn measured(review: &str, request_policy: &RequestPolicy) {
    drop(black_box(answer(
        black_box(review.as_bytes()),
        request_policy,
    )));
}

/// The instructions of the last call: callgrind has just written them into
/// `folder`, beside nothing else.
fn instructions(folder: &Path) -> Option<u64> {
    let mut sum = None;
    for entry in fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        let text = fs::read_to_string(&path).ok()?;
        fs::remove_file(&path).ok()?;
        let counts = text.lines().filter_map(|it| it.strip_prefix("summary: "));
        for count in counts {
            sum = Some(sum.unwrap_or(0) + count.trim().parse::<u64>().ok()?);
        }
    }
    sum
}

fn count(shape: &Shape, folder: &Path) -> Option<Counted> {
    let request_policy = RequestPolicy::default();
    let mut counted = Counted {
        name: shape.name.clone(),
        bytes: [0; 2],
        instructions: [0; 2],
    };
    for (index, size) in [shape.size, 2 * shape.size].into_iter().enumerate() {
        let review = (shape.build)(size);
        measured(&review, &request_policy);
        counted.bytes[index] = review.len();
        counted.instructions[index] = instructions(folder)?;
    }
    Some(counted)
}

/// Every how many shapes of which one is counted: for several processors.
fn part(text: &str) -> Option<(usize, usize)> {
    let (index, of) = text.split_once('/')?;
    Some((index.parse().ok()?, of.parse().ok()?))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["memory", file] => return memory::table(Path::new(file)),
        ["memory-of", file] => return memory::of(Path::new(file)),
        _ => {}
    }
    let ([folder, share] | [folder, share, _]) = arguments[..] else {
        eprintln!("usage: FOLDER PART/OF [NAME]; see benches/cost.sh");
        return ExitCode::FAILURE;
    };
    let Some((index, of)) = part(share) else {
        eprintln!("'{share}' is not of the form 0/2");
        return ExitCode::FAILURE;
    };
    let name = arguments.get(2).copied().unwrap_or_default();
    let shapes = shapes::all().into_iter().chain(worst::all());
    let shapes = shapes.filter(|it| it.name.contains(name));
    let mut counted = Vec::new();
    for shape in shapes.skip(index).step_by(of) {
        let Some(shape) = count(&shape, Path::new(folder)) else {
            eprintln!("{}: callgrind counted nothing", shape.name);
            return ExitCode::FAILURE;
        };
        counted.push(shape);
    }
    report(counted)
}

fn report(mut counted: Vec<Counted>) -> ExitCode {
    if counted.is_empty() {
        eprintln!("no shape has that name");
        return ExitCode::FAILURE;
    }
    counted.sort_by(|a, b| b.growth().total_cmp(&a.growth()));
    let bad = counted.iter().filter(|it| !it.is_fine()).count();
    let steepest = counted.iter().take(LISTED);
    let others = counted.iter().skip(LISTED).filter(|it| !it.is_fine());
    steepest.chain(others).for_each(Counted::print);
    if let Some(dearest) = counted.iter().max_by_key(|it| it.a_byte()) {
        dearest.print();
    }
    eprintln!("{} shapes, {bad} out of proportion", counted.len());
    ExitCode::from(u8::from(bad > 0))
}
