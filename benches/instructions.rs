//! One stretch of the hot path, as often as told: what `instructions.sh` has
//! valgrind count. Times are noise on a shared machine, instructions are not.

use std::hint::black_box;
use std::process::ExitCode;

use stickler::admission::{RequestPolicy, answer};
use stickler::ingress::Ingress;
use stickler::lint::{Policy, check};

#[path = "support/reviews.rs"]
mod reviews;
#[path = "support/subjects.rs"]
mod subjects;

const RECORDED: &str = include_str!("../tests/corpus/reviews/create-apply.json");
const UPDATE: &str = include_str!("../tests/corpus/reviews/update-label.json");

/// What can be counted.
const CASES: [(&str, fn(usize)); 9] = [
    ("answer-recorded-create", |times| answers(RECORDED, times)),
    ("answer-recorded-update", |times| answers(UPDATE, times)),
    ("answer-without-our-keys", |times| {
        let foreign = RECORDED.replace("sticky-cookie-services", "proxy-read-timeout");
        answers(&foreign, times);
    }),
    ("answer-2-kb", |times| {
        answers(&reviews::of_size(2_300), times)
    }),
    ("answer-8-kb", |times| {
        answers(&reviews::of_size(8_000), times)
    }),
    ("answer-8-kb-of-paths", |times| {
        answers(&reviews::of_paths(57), times)
    }),
    ("answer-2-kb-beside-others", |times| {
        answers(&beside_others(2_300), times);
    }),
    ("answer-1000-services", |times| {
        answers(&reviews::of_services(1_000), times)
    }),
    ("check-one-entry", checks),
];

/// A review as [`reviews::of_size`] has it, with five annotations that many Ingresses
/// have beside the sticky cookies.
fn beside_others(bytes: usize) -> String {
    const OTHERS: &str = r#""nginx.org/client-max-body-size":"8m","nginx.org/proxy-connect-timeout":"30s","nginx.org/proxy-read-timeout":"20s","nginx.org/redirect-to-https":"true","nginx.org/server-snippets":"","#;
    let annotations = r#""annotations":{"#;
    reviews::of_size(bytes).replacen(annotations, &format!("{annotations}{OTHERS}"), 1)
}

fn answers(review: &str, times: usize) {
    let request_policy = RequestPolicy::default();
    for _ in 0..times {
        drop(black_box(answer(
            black_box(review.as_bytes()),
            &request_policy,
        )));
    }
}

fn checks(times: usize) {
    let json = subjects::ingress(1);
    let Ok(ingress) = Ingress::from_json(&json) else {
        return;
    };
    for _ in 0..times {
        drop(black_box(check(
            black_box(&ingress.subject),
            &Policy::default(),
        )));
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    if let [name, times] = arguments[..]
        && let Some((_, run)) = CASES.iter().find(|(known, _)| *known == name)
        && let Ok(times) = times.parse()
    {
        run(times);
        return ExitCode::SUCCESS;
    }
    let known: Vec<_> = CASES.iter().map(|(name, _)| *name).collect();
    eprintln!("usage: CASE TIMES, with a case of {}", known.join(", "));
    ExitCode::FAILURE
}
