use super::*;

/// The lines that reject an Ingress for a path, in short.
fn rejected_by(path: &str, typed: bool) -> String {
    let rejecting = Release::all().filter(|release| rejection(path, typed, *release).is_some());
    let lines: Vec<_> = rejecting.map(|release| release.to_string()).collect();
    match (lines.first(), lines.last()) {
        (Some(first), Some(last)) => format!("{first}..{last} ({})", lines.len()),
        _ => "none".to_owned(),
    }
}

#[test]
fn which_releases_reject() {
    for (path, typed, expected) in [
        ("/", true, "none"),
        ("/tea-1/v2.0/", true, "none"),
        ("/..tea", true, "none"),
        ("/tea..", true, "none"),
        ("/%2e%2e/tea", true, "none"),
        ("/chroot", true, "none"),
        ("/x/etc/y", true, "none"),
        ("/etc", true, "none"),
        ("", false, "2.3..3.0 (3)"),
        ("", true, "2.3..2026-lts (21)"),
        ("tea", true, "2.3..2026-lts (21)"),
        ("/tea green", true, "2.3..2026-lts (21)"),
        ("/tea;", true, "2.3..2026-lts (21)"),
        ("/tea{", true, "2.3..2.3 (1)"),
        ("/a$", true, "none"),
        (r"/tea\\", true, "2.3..2.3 (1)"),
        (r#"/tea\""#, true, "2.3..2.3 (1)"),
        (r#"/tea""#, true, "2.4..2026-lts (20)"),
        ("/tea/{id}", true, "2.3..2026-lts (21)"),
        ("/tea{é}", true, "2.3..2.3 (1)"),
        ("/etc/tea", true, "2.4..2026-lts (20)"),
        ("/products/variants", true, "2.4..2026-lts-r1 (17)"),
        ("/var/tea", true, "2.4..2026-lts (20)"),
        ("//tea", true, "5.5..2026-lts (4)"),
        ("/a/../b", true, "5.5..2026-lts (4)"),
        ("/te\u{a0}a", true, "5.6.0..2026-lts (3)"),
        ("/te\u{7f}a", true, "5.6.0..2026-lts (3)"),
        ("/te\u{ad}a", true, "5.6.0..2026-lts (3)"),
        ("/té\u{301}日👍", true, "none"),
        ("/**", true, "2.4..2026-lts (20)"),
        ("/tea(?!x)", true, "2.4..3.3 (5)"),
    ] {
        assert_eq!(rejected_by(path, typed), expected, "{path:?} {typed}");
    }
}

/// The short way must not hide a check.
#[test]
fn an_ordinary_path_passes_every_check() {
    let mut ordinary = 0;
    let parts = [
        "/", "tea", ".", "..", "-", "%2e", "~", "root", "var", "etc", "_1", "(", "é", "\\",
    ];
    for a in parts {
        for b in parts {
            for c in parts {
                for d in parts {
                    let path = format!("{a}{b}{c}{d}");
                    if is_ordinary(&path) {
                        ordinary += 1;
                        let refusing = CHECKS.iter().find(|check| (check.refuses)(&path));
                        assert!(refusing.is_none(), "{path}: {}", refusing.unwrap().clause);
                    }
                }
            }
        }
    }
    assert!(ordinary > 100, "{ordinary}");
}
