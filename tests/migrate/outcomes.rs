//! Outcome and value of every case.

use stickler::ingress::Ingress;
use stickler::lint::Policy;
use stickler::lint::migrate::{Options, migrate};

use crate::corpus::cases;

#[test]
fn every_case_has_its_outcome_and_value() {
    let mut wrong = Vec::new();
    for case in cases() {
        let json = &case.ingresses[0].1;
        let ingress = Ingress::from_json(json).unwrap();
        let got = migrate(&ingress.subject, &Policy::default(), &Options::default());
        match got {
            Ok(got) if got.outcome == case.outcome && got.value == case.value => {}
            got => wrong.push(format!(
                "line {}: expected {:?} {:?}\n  {got:?}\n  {json}",
                case.line, case.outcome, case.value
            )),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
