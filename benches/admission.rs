//! `admission::answer`: from the bytes of a review to those of its answer.

#![allow(
    clippy::expect_used,
    reason = "a panic is how a bench that cannot run ends"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kube::core::DynamicObject;
use kube::core::admission::AdmissionReview;
use stickler::admission::{RequestPolicy, answer};

#[path = "support/reviews.rs"]
mod reviews;
#[path = "support/subjects.rs"]
mod subjects;

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/reviews");

fn bench(criterion: &mut Criterion, group: &str, cases: &[(String, Vec<u8>)]) {
    let mut group = criterion.benchmark_group(group);
    let request_policy = RequestPolicy::default();
    for (name, body) in cases {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), body, |bencher, body| {
            bencher.iter(|| answer(black_box(body), &request_policy).expect("an answer"));
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
    let case = |bytes: usize| (format!("{bytes} B"), reviews::of_size(bytes).into_bytes());
    let cases = [2_300, 8_000, 250_000].map(case);
    bench(criterion, "admission::answer, by size", &cases);
    let case = |services: usize| {
        let review = reviews::of_services(services);
        (services.to_string(), review.into_bytes())
    };
    let cases = [1, 10, 1_000].map(case);
    bench(criterion, "admission::answer, by entries", &cases);
    let case = |paths: usize| (paths.to_string(), reviews::of_paths(paths).into_bytes());
    let cases = [57].map(case);
    bench(criterion, "admission::answer, by paths", &cases);
}

/// What kube's types take to read the same bytes, without any check.
fn typed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kube's AdmissionReview<DynamicObject>, by size");
    for bytes in [2_300, 8_000] {
        let body = reviews::of_size(bytes).into_bytes();
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(bytes), |bencher| {
            let read = serde_json::from_slice::<AdmissionReview<DynamicObject>>;
            bencher.iter(|| read(black_box(&body)).expect("a review"));
        });
    }
    group.finish();
}

criterion_group!(benches, recorded, by_size, typed);
criterion_main!(benches);
