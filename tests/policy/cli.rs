//! What `stickler policy` prints, and how it exits.

#[test]
fn what_people_see() {
    trycmd::TestCases::new().case("tests/policy/cli/*.trycmd");
}
