//! Manifests: YAML text to findings with exact places.

#![allow(
    clippy::expect_used,
    reason = "a panic is how a bench that cannot run ends"
)]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use stickler::lint::{Policy, Subject, check};
use stickler::manifest::{self, Source};

/// One Ingress; its line with the annotation is filled in.
fn document(number: usize, value: &str) -> String {
    format!(
        "---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cafe-{number}
  annotations:
    # the tea needs its server
    nginx.org/sticky-cookie-services: >-
      {value}
spec:
  ingressClassName: nginx
  rules:
  - host: cafe-{number}.example.com
    http:
      paths:
      - path: /tea
        pathType: Prefix
        backend: {{service: {{name: tea-svc, port: {{number: 80}}}}}}
"
    )
}

fn by_documents(criterion: &mut Criterion) {
    let check_subject = |subject: &Subject<'_>| check(subject, &Policy::default());
    for (kind, value) in [
        ("clean", "serviceName=tea-svc srv_id expires=1h path=/tea"),
        ("faulty", "serviceName=tea-svc srv_id expire=1h path=/tea"),
    ] {
        let name = format!("manifest::check, {kind} documents");
        let mut group = criterion.benchmark_group(name);
        for documents in [1, 100] {
            let text: String = (0..documents).map(|n| document(n, value)).collect();
            let name = "all.yaml".to_owned();
            let source = Source { name, text };
            group.throughput(Throughput::Bytes(source.text.len() as u64));
            group.bench_function(BenchmarkId::from_parameter(documents), |bencher| {
                bencher.iter_batched(
                    || black_box(source.clone()),
                    |source| manifest::check(source, &check_subject),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, by_documents);
criterion_main!(benches);
