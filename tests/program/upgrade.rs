//! What an upgrade changes, and what it was compared with.

use super::{GOOD, folder, ingress, run};

#[test]
fn an_upgrade_names_the_release_that_it_presumes() {
    let folder = folder(&[("a.yaml", &ingress(GOOD))]);
    let presumed = "note: compared with 5.5; name the release that runs today with \
                    --controller-version\n";
    let counts = "Upgrade to 5.6: of 1 Ingress, 0 lose something, 0 change otherwise, \
                  1 stay the same.\n";
    for (flags, expected) in [
        (&[][..], format!("{presumed}{counts}")),
        (&["--controller-version", "5.4"], counts.to_owned()),
    ] {
        let arguments = [&["check", "a.yaml", "--upgrade-to", "5.6"], flags].concat();
        let (code, printed, said) = run(folder.path(), &arguments, "");
        assert_eq!((code, said), (0, expected), "{flags:?}: {printed}");
    }
}
