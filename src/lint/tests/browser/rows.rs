//! One cookie on one path, or on several.

use super::*;

fn assert_rows(ingress: &[&str], rows: &[(&str, &str)]) {
    for (parameters, expected) in rows {
        let found = find(ingress, parameters);
        assert_eq!(
            shorts(&found),
            *expected,
            "{parameters:?} on {ingress:?}: {found:#?}"
        );
    }
}

#[test]
fn secure_and_same_site() {
    assert_rows(
        HTTP,
        &[
            ("a path=/", ""),
            ("a path=/ secure", "secure-without-tls never warning"),
            (
                "a path=/ samesite=none",
                "samesite-none-insecure never error",
            ),
            ("a path=/ samesite=strict", "samesite-strict nothing note"),
            ("a path=/ samesite=lax", ""),
        ],
    );
    assert_rows(
        HTTPS,
        &[
            ("a path=/ secure", ""),
            (
                "a path=/ samesite=NONE",
                "samesite-none-insecure never error",
            ),
            ("a path=/ samesite=none secure", ""),
            (
                "a path=/ samesite=STRICT secure",
                "samesite-strict nothing note",
            ),
        ],
    );
    for host in ["localhost", "cafe.localhost", "127.0.0.1", "127.9.9.9"] {
        let line = format!("http://{host}/ tea");
        assert_rows(
            &[&line],
            &[("a path=/ secure", ""), ("__Host-a path=/ secure", "")],
        );
    }
    for host in ["10.0.0.5", "cafe.local", "localhost.localdomain"] {
        let line = format!("http://{host}/ tea");
        assert_rows(
            &[&line],
            &[("a path=/ secure", "secure-without-tls never warning")],
        );
    }
}

#[test]
fn lives() {
    assert_rows(
        HTTP,
        &[
            ("a path=/ expires=0", "expires-zero never error"),
            ("a path=/ expires=00h", "expires-zero never error"),
            ("a path=/ expires=1", "short-expires partly warning"),
            ("a path=/ expires=59s", "short-expires partly warning"),
            ("a path=/ expires=60s", ""),
            ("a path=/ expires=400d", ""),
            ("a path=/ expires=401d", "long-expires nothing note"),
            ("a path=/ expires=max", "long-expires nothing note"),
        ],
    );
}

#[test]
fn prefixes() {
    const LACKS: &str = "cookie-prefix never error";
    assert_rows(
        HTTPS,
        &[
            ("__Host-a secure path=/", ""),
            ("__HOST-a secure path=/", ""),
            ("__Host-a path=/", LACKS),
            ("__Host-a secure", LACKS),
            ("__Host-a secure path=/tea", LACKS),
            ("__Host-a secure path=/?", LACKS),
            ("__Secure-a secure path=/", ""),
            ("__secure-a path=/", LACKS),
            ("__Http-a secure path=/", LACKS),
            ("__Http-a secure httponly path=/", ""),
            ("__Host-Http-a secure httponly path=/", ""),
            ("__Host-Http-a secure path=/", LACKS),
            ("__Host-Http-a secure httponly path=/tea", LACKS),
            ("__Hostsrv path=/", ""),
            ("_Host-srv path=/", ""),
        ],
    );
    assert_rows(
        HTTPS,
        &[
            ("__Host-a secure path=/ domain=cafe.example.com", LACKS),
            ("__Secure-a secure path=/ domain=cafe.example.com", ""),
        ],
    );
    assert_rows(
        HTTP,
        &[
            ("__Host-a secure path=/", "cookie-prefix never warning"),
            ("__Secure-a secure path=/", "cookie-prefix never warning"),
            ("__Host-a path=/", LACKS),
        ],
    );
}

#[test]
fn names() {
    let (fits, oversized) = ("n".repeat(4064), "n".repeat(4065));
    assert_rows(
        HTTP,
        &[
            ("srv_id path=/", ""),
            ("s!#%&*+-.^_`|~v path=/", ""),
            ("s(v path=/", "invalid-cookie-name nothing warning"),
            ("s,v path=/", "invalid-cookie-name nothing warning"),
            ("srv=id path=/", "invalid-cookie-name nothing warning"),
            ("srvéid path=/", "invalid-cookie-name nothing warning"),
            ("'a b' path=/", "invalid-cookie-name nothing warning"),
            ("=srv path=/", "invalid-cookie-name never error"),
            ("' srv' path=/", "invalid-cookie-name never error"),
            ("'srv ' path=/", "invalid-cookie-name never error"),
            ("'srv\\t' path=/", "invalid-cookie-name never error"),
            ("'srv= id' path=/", "invalid-cookie-name never error"),
            ("s\u{7f}v path=/", "invalid-cookie-name never error"),
            ("s\\tv path=/", "invalid-cookie-name never error"),
            (&format!("{fits} path=/"), ""),
            (
                &format!("{oversized} path=/"),
                "oversized-cookie never error",
            ),
        ],
    );
}

const PARTLY: &str = "path-mismatch partly warning";
const NEVER: &str = "path-mismatch never error";
const RELATIVE: &str = "relative-path partly warning";

#[test]
fn one_path() {
    assert_rows(
        HTTP,
        &[
            ("a path=/tea", ""),
            ("a path=/", ""),
            ("a path=\\t/tea", ""),
            ("a path=/tea/", PARTLY),
            ("a path=/tea/green", PARTLY),
            ("a path=/te", NEVER),
            ("a path=/TEA", NEVER),
            ("a path=//tea", NEVER),
            ("a path=/tea*", NEVER),
            ("a path=/tea?x", NEVER),
            ("a path=/tea,green", NEVER),
            ("a path=/tea/..", NEVER),
            ("a path=/./tea", NEVER),
            ("a path=/t%65a", NEVER),
            ("a path=/tea/é", NEVER),
            ("a 'path=/tea/a b'", NEVER),
            ("a path=/tea/a|b", NEVER),
            ("a path=/tea/\u{1}", NEVER),
        ],
    );
    assert_rows(
        &["http://cafe.example.com/ tea"],
        &[("a path=/TEA", PARTLY), ("a path=/tea?x", NEVER)],
    );
}

#[test]
fn paths_that_do_not_count() {
    let (fits, long) = ("p".repeat(1023), "p".repeat(1024));
    assert_rows(
        HTTP,
        &[
            ("a path=tea", RELATIVE),
            ("a path='/tea'", RELATIVE),
            ("a path=http://cafe.example.com/tea", RELATIVE),
            ("a", "missing-path partly warning"),
            (&format!("a path=/{fits}"), NEVER),
            (
                &format!("a path=/{long}"),
                "oversized-attribute partly warning",
            ),
        ],
    );
    assert_rows(
        &["http://cafe.example.com/ tea"],
        &[("a", "missing-path partly warning")],
    );
}

#[test]
fn one_exact_path() {
    let long = "p".repeat(1024);
    assert_rows(
        &["http://cafe.example.com/tea! tea"],
        &[
            ("a path=/tea", ""),
            ("a path=/", ""),
            ("a path=/tea/", NEVER),
            ("a path=/tea/green", NEVER),
            ("a", ""),
            ("a path=tea", "relative-path nothing warning"),
            (
                &format!("a path=/{long}"),
                "oversized-attribute nothing warning",
            ),
        ],
    );
}

#[test]
fn several_paths() {
    let both = &[
        "http://cafe.example.com/tea tea",
        "http://cafe.example.com/tea/x tea",
        "http://b.example.com/coffee tea",
    ];
    assert_rows(
        both,
        &[
            ("a path=/", ""),
            ("a path=/tea", "path-mismatch partly warning"),
            ("a path=/milk", "path-mismatch never error"),
            ("a", "missing-path partly warning"),
        ],
    );
    let exact = &[
        "http://cafe.example.com/a/b! tea",
        "http://cafe.example.com/a/c! tea",
        "http://b.example.com/d! tea",
    ];
    assert_rows(exact, &[("a", "")]);
    let exact = &[
        "http://cafe.example.com/a/b! tea",
        "http://cafe.example.com/c! tea",
    ];
    assert_rows(exact, &[("a", "missing-path partly warning")]);
}

#[test]
fn a_part_that_leads_to_another_service() {
    let nested = &[
        "http://cafe.example.com/ tea",
        "http://cafe.example.com/coffee coffee",
        "http://cafe.example.com/milk! milk",
    ];
    assert_rows(
        nested,
        &[
            ("a path=/coffee", NEVER),
            ("a path=/coffee/", NEVER),
            ("a path=/coffee/beans", NEVER),
            ("a path=/coffees", PARTLY),
            ("a path=/milk", PARTLY),
        ],
    );
    let own = &[
        "http://cafe.example.com/ tea",
        "http://cafe.example.com/coffee tea",
    ];
    assert_rows(own, &[("a path=/coffee", PARTLY)]);
}

#[test]
fn domains() {
    assert_rows(
        HTTP,
        &[
            ("a path=/ domain=cafe.example.com", ""),
            ("a path=/ domain=.CAFE.example.com", ""),
            ("a path=/ domain=example.com", "wide-domain nothing warning"),
            ("a path=/ domain=com", "public-suffix-domain never error"),
            ("a path=/ domain=example.org", "domain-mismatch never error"),
            (
                "a path=/ domain=a.cafe.example.com",
                "domain-mismatch never error",
            ),
        ],
    );
    assert_rows(
        &["http://me.github.io/ tea"],
        &[
            (
                "a path=/ domain=github.io",
                "public-suffix-domain never warning",
            ),
            ("a path=/ domain=io", "public-suffix-domain never error"),
        ],
    );
    assert_rows(
        &["http://shop.bücher.example/ tea"],
        &[
            (
                "a path=/ domain=xn--bcher-kva.example",
                "wide-domain nothing warning",
            ),
            (
                "a path=/ domain=shop.bücher.example",
                "invalid-domain nothing warning",
            ),
        ],
    );
}

#[test]
fn domains_that_are_no_host_names() {
    let long = "x".repeat(1025);
    assert_rows(
        HTTP,
        &[
            (
                "a path=/ domain=https://example.com/",
                "invalid-domain never error",
            ),
            (
                "a path=/ domain=example.com:80",
                "invalid-domain never error",
            ),
            (
                "a path=/ domain=*.example.com",
                "invalid-domain never error",
            ),
            ("a path=/ domain=example..com", "invalid-domain never error"),
            (
                "a path=/ domain=cafe.example.com.",
                "invalid-domain never error",
            ),
            ("a path=/ domain=.", "invalid-domain never error"),
            ("a 'domain=cafe.example.com ' path=/", ""),
            (
                "a 'domain=cafe. example.com' path=/",
                "invalid-domain never error",
            ),
            ("a path=/ domain=exämple.com", "domain-mismatch never error"),
            (
                &format!("a path=/ domain={long}"),
                "oversized-attribute nothing warning",
            ),
        ],
    );
}

#[test]
fn several_hosts() {
    assert_rows(
        &["https://a.example.com/ tea", "http://b.example.com/ tea"],
        &[
            ("a path=/ secure", "secure-without-tls partly warning"),
            ("__Secure-a path=/ secure", "cookie-prefix partly warning"),
            (
                "a path=/ domain=a.example.com",
                "domain-mismatch partly warning",
            ),
            (
                "a path=/ domain=c.example.com",
                "domain-mismatch never error",
            ),
            (
                "a path=/ domain=b.example.com secure",
                "domain-mismatch partly warning, secure-without-tls never warning",
            ),
        ],
    );
}
