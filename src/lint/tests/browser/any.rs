//! Whatever is written: an answer, and places that are places.

use proptest::prelude::*;

use super::*;
use crate::lint::Span;
use crate::lint::read::browser::SetCookieHeader;

/// Text with the characters that cookies and URLs are made of, and any other.
fn odd() -> impl Strategy<Value = String> {
    let usual = prop::sample::select(vec![
        "/",
        "/tea",
        ".",
        "..",
        "%2e",
        "=",
        ";",
        " ",
        "\t",
        "\n",
        "\0",
        "path=",
        "; domain=",
        "; max-age=",
        "__Host-",
        "secure",
        "samesite=none",
        "expires=",
        "01-Jan-70",
        "é",
        "example.com",
        "*.",
        "'",
        "\\",
    ]);
    let usual = usual.prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![4 => usual, 1 => any::<String>()], 0..8)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn every_header_can_be_checked(header in odd(), name in odd(), host in odd(), path in odd()) {
        let value = "serviceName=tea a path=/";
        let mut subject = subject(HTTP, value);
        let paths = subject.rules[0].paths.as_mut().unwrap();
        paths[0].path = Some(path.as_str().into());
        subject.rules[0].host = Some(host.as_str().into());
        let parts = [(0..header.len(), Span::new(16, 17))];
        let cookie = |number, service| SetCookieHeader {
            number, service, value, key: keys::ORG_KEY,
            name: &name, end: value.len(), text: &header, parts: &parts,
        };
        let cookies = vec![cookie(1, "tea"), cookie(2, "coffee")];
        let mut found = lint::check_headers(&subject, &Policy::default(), cookies);
        found.retain(|found| found.rule.is_about_the_cookie());
        prop_assert!(found.iter().all(|found| found.entry.is_some()));
    }

    #[test]
    fn every_value_has_places_within_it(tea in odd(), coffee in odd()) {
        let value = format!("serviceName=tea {tea};serviceName=coffee {coffee}");
        let lines = &["http://h.example.com/ tea", "http://h.example.com/a coffee"];
        for found in check_subject(&subject(lines, &value), &Policy::default()) {
            let span = found.place.span.unwrap();
            prop_assert!(value.get(span.start..span.end).is_some(), "{:?}", found);
            let edits = found.fix.iter().flat_map(|fix| &fix.edits);
            for edit in edits {
                prop_assert!(value.get(edit.span.start..edit.span.end).is_some(), "{:?}", found);
            }
        }
    }

    /// Two ports of a service cannot share a cookie, nor can two services.
    #[test]
    fn one_slot_is_never_shared(a in "[a-z]{1,4}", b in "[a-z]{5,8}", name in "[a-zA-Z_]{1,8}") {
        let lines = [format!("http://h.example.com/{a} tea"), format!("http://h.example.com/{b} coffee")];
        let lines = lines.iter().map(String::as_str).collect::<Vec<_>>();
        let value = format!("serviceName=tea {name} path=/;serviceName=coffee {name} path=/");
        let found = check_subject(&subject(&lines, &value), &Policy::default());
        prop_assert_eq!(shorts(&found), "cookie-clash never error, cookie-clash never error");
    }
}
