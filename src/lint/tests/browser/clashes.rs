//! Cookies that meet.

use super::*;

/// What is reported of a clash to each of two services:
/// `tea: never error, coffee: never error`.
fn clashes(ingress: &[&str], tea: &str, coffee: &str) -> String {
    let value = format!("serviceName=tea {tea};serviceName=coffee {coffee}");
    let found = check_subject(&subject(ingress, &value), &Policy::default());
    let clashes = found.iter().filter(|found| found.rule == Rule::CookieClash);
    let joined = clashes.map(|found| {
        let service = &found.entry.as_ref().unwrap().service;
        format!(
            "{service}{}",
            short(found).trim_start_matches("cookie-clash")
        )
    });
    joined.collect::<Vec<_>>().join(", ")
}

const BOTH_NEVER: &str = "tea never error, coffee never error";
const BOTH_PARTLY: &str = "tea partly warning, coffee partly warning";

#[test]
fn on_one_host() {
    let apart = &[
        "https://h.example.com/tea tea",
        "https://h.example.com/coffee coffee",
    ];
    for (tea, coffee, expected) in [
        ("a path=/", "b path=/", ""),
        ("a path=/tea", "a path=/coffee", ""),
        ("a path=/tea", "a path=/", ""),
        ("a path=/", "a path=/", BOTH_NEVER),
        ("a path=/", "a path=/ secure", BOTH_NEVER),
        ("a path=/ expires=0", "a path=/", BOTH_NEVER),
        ("a path=/ expires=0", "A path=/", ""),
        ("a path=/ expires=0 domain=example.com", "a path=/", ""),
        (
            "a path=/ domain=h.example.com",
            "a path=/ domain=.h.example.com",
            BOTH_NEVER,
        ),
        ("a path=/ domain=example.com", "a path=/", BOTH_PARTLY),
        ("A path=/", "a path=/", BOTH_PARTLY),
        ("a=x path=/", "a path=/", BOTH_NEVER),
        ("a=x path=/", "A path=/", "coffee partly warning"),
        ("a", "a", BOTH_PARTLY),
        ("a path=/", "a path=coffee", BOTH_PARTLY),
        ("a path=/coffee", "a path=/coffee", "coffee never error"),
        ("a path=/coffee", "a path=/", "coffee partly warning"),
        ("a path=/ samesite=none", "a path=/", ""),
        ("a path=/ domain=example.org", "a path=/", ""),
    ] {
        assert_eq!(clashes(apart, tea, coffee), expected, "{tea} | {coffee}");
    }
}

#[test]
fn where_the_own_domain_is_kept_host_only() {
    let local = &["http://localhost/tea tea", "http://localhost/coffee coffee"];
    let value = ("a path=/ domain=localhost", "a path=/");
    assert_eq!(clashes(local, value.0, value.1), BOTH_NEVER);
    let value = ("a path=/ domain=.LOCALHOST", "a path=/ domain=localhost");
    assert_eq!(clashes(local, value.0, value.1), BOTH_NEVER);
}

#[test]
fn on_nested_paths() {
    let nested = &[
        "http://h.example.com/ tea",
        "http://h.example.com/tea/green coffee",
    ];
    for (outer, inner, expected) in [
        ("a path=/", "a path=/tea/green", ""),
        ("a path=/", "a path=/tea", "tea partly warning"),
        ("a path=/", "a path=/", BOTH_PARTLY),
        ("a path=/", "a path=/tea/green/x", ""),
        ("a path=/", "b path=/tea", ""),
        ("a path=/tea/green", "a path=/", "coffee partly warning"),
        ("a", "a path=/tea", BOTH_PARTLY),
        ("a", "a path=/tea/green", ""),
    ] {
        assert_eq!(clashes(nested, outer, inner), expected, "{outer} | {inner}");
    }
    let exact = &[
        "http://h.example.com/ tea",
        "http://h.example.com/tea! coffee",
    ];
    assert_eq!(
        clashes(exact, "a path=/", "a path=/tea"),
        "tea partly warning"
    );
    assert_eq!(clashes(exact, "a", "a path=/tea"), BOTH_PARTLY);
}

#[test]
fn without_paths_on_single_urls() {
    let siblings = &[
        "http://h.example.com/tea! tea",
        "http://h.example.com/coffee! coffee",
    ];
    let folders = &[
        "http://h.example.com/tea/x! tea",
        "http://h.example.com/coffee/x! coffee",
    ];
    assert_eq!(clashes(siblings, "a", "a"), BOTH_NEVER);
    assert_eq!(clashes(siblings, "a", "a path=/"), BOTH_NEVER);
    assert_eq!(clashes(siblings, "a", "A"), BOTH_PARTLY);
    assert_eq!(clashes(folders, "a", "a"), "");
}

#[test]
fn across_hosts() {
    let hosts = &["http://a.example.com/ tea", "http://b.example.com/ coffee"];
    for (tea, coffee, expected) in [
        ("a path=/", "a path=/", ""),
        (
            "a path=/ domain=example.com",
            "a path=/",
            "coffee partly warning",
        ),
        (
            "a path=/ domain=example.com",
            "a path=/ domain=.example.com",
            "tea never warning, coffee never warning",
        ),
        (
            "a path=/ domain=a.example.com",
            "a path=/ domain=b.example.com",
            "",
        ),
    ] {
        assert_eq!(clashes(hosts, tea, coffee), expected, "{tea} | {coffee}");
    }
    let parent = &["http://example.com/ tea", "http://b.example.com/ coffee"];
    assert_eq!(clashes(parent, "a path=/", "a path=/"), "");
}

#[test]
fn two_ports_of_one_service() {
    let two = &[
        "http://h.example.com/ tea:80",
        "http://h.example.com/ws tea:81",
    ];
    assert_eq!(shorts(&find(two, "a path=/")), "cookie-clash never error");
    let one = &[
        "http://h.example.com/ tea:80",
        "http://h.example.com/ws tea:80",
    ];
    assert_eq!(shorts(&find(one, "a path=/")), "");
    let hosts = &[
        "http://a.example.com/ tea:80",
        "http://b.example.com/ tea:81",
    ];
    assert_eq!(shorts(&find(hosts, "a path=/")), "");
    let shared = &[
        "http://a.example.com/ tea:80",
        "http://b.example.com/ tea:80",
    ];
    assert_eq!(
        shorts(&find(shared, "a path=/ domain=example.com")),
        "wide-domain nothing warning"
    );
}

#[test]
fn a_name_and_a_number_may_be_one_port() {
    let two = &[
        "http://h.example.com/ tea:80",
        "http://h.example.com/ws tea:81",
    ];
    let mut subject = subject(two, "serviceName=tea a path=/");
    let mut name = |path: usize, port: &'static str| {
        let paths = subject.rules[0].paths.as_mut().unwrap();
        paths[path].backend.port = Some(Port::Name(port.into()));
        shorts(&check_subject(&subject, &Policy::default()))
    };
    assert_eq!(name(0, "http"), "cookie-clash never warning");
    assert_eq!(name(1, "ws"), "cookie-clash never error");
    assert_eq!(name(1, "http"), "");
}

#[test]
fn many_clashing_cookies_are_reported_once_each() {
    let names: Vec<_> = (0..6).map(|n| format!("s{n}")).collect();
    let lines: Vec<_> = names
        .iter()
        .map(|name| format!("http://h.example.com/{name} {name}"))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let entries: Vec<_> = names
        .iter()
        .map(|name| format!("serviceName={name} a path=/"))
        .collect();
    let value = entries.join(";");
    let found = check_subject(&subject(&lines, &value), &Policy::default());
    assert_eq!(found.len(), 6);
    assert_eq!(
        found[0].message,
        "cookie 'a' and that of 's1', 's2', 's3' and others overwrite each other"
    );
}

#[test]
fn namesakes_are_found_among_others() {
    let lines = ["a", "b", "c", "d"].map(|name| format!("http://h.example.com/{name} {name}"));
    let lines = lines.each_ref().map(String::as_str);
    for (cookies, clashing) in [
        (["w", "x", "y", "y"], ["c", "d"]),
        (["w", "w", "x", "y"], ["a", "b"]),
        (["y", "w", "x", "y"], ["a", "d"]),
        (["w", "x", "x", "y"], ["b", "c"]),
    ] {
        let entry = |(service, cookie)| format!("serviceName={service} {cookie} path=/");
        let entries = ["a", "b", "c", "d"].into_iter().zip(cookies).map(entry);
        let value = entries.collect::<Vec<_>>().join(";");
        let found = check_subject(&subject(&lines, &value), &Policy::default());
        let services = found.iter().map(|it| &it.entry.as_ref().unwrap().service);
        assert_eq!(services.collect::<Vec<_>>(), clashing, "{value}");
    }
}
