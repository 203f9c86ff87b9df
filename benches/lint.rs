//! `lint::check`: how long an entry takes, and that it takes no longer in company.

#![allow(
    clippy::expect_used,
    reason = "a panic is how a bench that cannot run ends"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stickler::ingress::Ingress;
use stickler::lint::{Policy, check};

#[path = "support/subjects.rs"]
mod subjects;

fn clean(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lint::check, by entries and paths");
    for services in [1, 10, 1_000, 10_000] {
        let json = subjects::ingress(services);
        let subject = Ingress::from_json(&json).expect("an Ingress").subject;
        assert_eq!(check(&subject, &Policy::default()), []);
        group.throughput(Throughput::Elements(services as u64));
        group.bench_function(BenchmarkId::from_parameter(services), |bencher| {
            bencher.iter(|| check(black_box(&subject), &Policy::default()));
        });
    }
    group.finish();
}

fn faulty(criterion: &mut Criterion) {
    let json = subjects::ingress(10).replace("expires=1h", "expire=1h");
    let subject = Ingress::from_json(&json).expect("an Ingress").subject;
    assert_eq!(check(&subject, &Policy::default()).len(), 10);
    criterion.bench_function("lint::check, ten entries with a mistake each", |bencher| {
        bencher.iter(|| check(black_box(&subject), &Policy::default()));
    });
}

criterion_group!(benches, clean, faulty);
criterion_main!(benches);
