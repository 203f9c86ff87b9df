//! What a review costs: our answer, beside kube's reading of the same bytes
//! without any judgement.

#![allow(missing_docs, reason = "criterion's macros write public functions")]
#![allow(clippy::unwrap_used, reason = "a panic is how a benchmark fails")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kube::core::DynamicObject;
use kube::core::admission::AdmissionReview;
use stickler::admission::{Terms, answer};

/// A review as kube-apiserver sent it, with managedFields that make it 8 KB.
fn review() -> Vec<u8> {
    let recorded = std::fs::read("tests/corpus/reviews/create-apply.json").unwrap();
    let mut review: serde_json::Value = serde_json::from_slice(&recorded).unwrap();
    let fields = review
        .pointer_mut("/request/object/metadata/managedFields")
        .unwrap();
    let fields = fields.as_array_mut().unwrap();
    let one = fields.first().cloned().unwrap();
    while fields.len() < 16 {
        fields.push(one.clone());
    }
    serde_json::to_vec(&review).unwrap()
}

fn reviews(criterion: &mut Criterion) {
    let body = review();
    let terms = Terms::default();
    let mut group = criterion.benchmark_group("review");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("answer", |bencher| {
        bencher.iter(|| answer(black_box(&body), &terms).unwrap());
    });
    group.bench_function("kube-parses", |bencher| {
        bencher.iter(|| {
            serde_json::from_slice::<AdmissionReview<DynamicObject>>(black_box(&body)).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, reviews);
criterion_main!(benches);
