//! `admission::answer`: from the bytes of a review to those of its answer.

#![allow(
    clippy::expect_used,
    reason = "a panic is how a bench that cannot run ends"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stickler::admission::{Terms, answer};

#[path = "support/reviews.rs"]
mod reviews;
#[path = "support/subjects.rs"]
mod subjects;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/reviews");

fn bench(criterion: &mut Criterion, group: &str, cases: &[(String, Vec<u8>)]) {
    let mut group = criterion.benchmark_group(group);
    let terms = Terms::default();
    for (name, body) in cases {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), body, |bencher, body| {
            bencher.iter(|| answer(black_box(body), &terms).expect("an answer"));
        });
    }
    group.finish();
}

fn recorded(criterion: &mut Criterion) {
    let folder = fs::read_dir(Path::new(RECORDED)).expect("the recorded reviews");
    let mut cases: Vec<_> = folder
        .map(|entry| entry.expect("a file").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read(&path).expect("a review"))
        })
        .collect();
    cases.sort();
    bench(criterion, "admission::answer, recorded", &cases);
}

fn by_size(criterion: &mut Criterion) {
    let case = |kilobytes: usize| {
        let review = reviews::of_size(kilobytes * 1_000);
        (format!("{kilobytes} KB"), review.into_bytes())
    };
    bench(
        criterion,
        "admission::answer, by size",
        &[2, 8, 250].map(case),
    );
}

criterion_group!(benches, recorded, by_size);
criterion_main!(benches);
