//! What people are told to expect, in words.

use super::{HTTP, HTTPS, find};

const PATHS: &[&str] = &[
    "https://cafe.example.com/tea tea",
    "https://cafe.example.com/chai tea",
];
const HOSTS: &[&str] = &[
    "https://cafe.example.com/ tea",
    "https://tea.example.com/ tea",
];

fn assert_messages(cases: &[(&[&str], &str, &str)]) {
    for (ingress, parameters, message) in cases {
        let found = find(ingress, parameters);
        let messages: Vec<_> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(messages, [*message], "{parameters}");
    }
}

#[test]
fn one_path() {
    assert_messages(&[
        (
            HTTPS,
            "id",
            "without 'path=', cookie 'id' stays in the folder of the first URL opened below '/tea'",
        ),
        (
            HTTPS,
            "id path=/coffee",
            "cookie path '/coffee' is not sent for '/tea'",
        ),
        (
            HTTPS,
            "id path=/tea/",
            "cookie path '/tea/' is not sent for '/tea' itself",
        ),
        (
            HTTPS,
            "id path=/tea/pot",
            "cookie path '/tea/pot' is sent for a part of '/tea' only",
        ),
        (
            HTTPS,
            "id path=/tea/pot/",
            "cookie path '/tea/pot/' is sent for a part of '/tea' only",
        ),
    ]);
}

#[test]
fn two_paths() {
    assert_messages(&[
        (
            PATHS,
            "id path=/tea",
            "cookie path '/tea' is not sent for '/chai'",
        ),
        (
            PATHS,
            "id path=/tea/pot",
            "cookie path '/tea/pot' is not sent for '/tea' and '/chai'",
        ),
        (
            PATHS,
            "id path=/coffee",
            "cookie path '/coffee' is not sent for '/tea' and '/chai'",
        ),
        (
            PATHS,
            "id path=/chai/",
            "cookie path '/chai/' is not sent for '/tea' and '/chai'",
        ),
        (
            HTTPS,
            "id path=tea",
            "browsers ignore cookie path 'tea': it does not begin with '/'",
        ),
    ]);
}

#[test]
fn domains() {
    assert_messages(&[
        (
            HTTPS,
            "id path=/ domain=example.org",
            "cookie domain 'example.org' does not fit 'cafe.example.com': browsers drop the cookie",
        ),
        (
            HTTPS,
            "id path=/ domain=com",
            "cookie domain 'com' is a public suffix for 'cafe.example.com': browsers drop the cookie",
        ),
        (
            HTTPS,
            "id path=/ domain=.example.com",
            "cookie domain '.example.com' is wider than 'cafe.example.com': sibling hosts get the cookie too",
        ),
        (
            HTTPS,
            "id path=/ domain=tea.cafe.example.com",
            "cookie domain 'tea.cafe.example.com' does not fit 'cafe.example.com': browsers drop the cookie",
        ),
        (
            HOSTS,
            "id path=/ domain=cafe.example.com",
            "cookie domain 'cafe.example.com' does not fit 'tea.example.com': browsers drop the cookie",
        ),
        (
            HOSTS,
            "id path=/ domain=example.org",
            "cookie domain 'example.org' does not fit 'cafe.example.com' and 'tea.example.com': browsers drop the cookie",
        ),
    ]);
}

#[test]
fn attributes_and_prefixes() {
    assert_messages(&[
        (
            HTTP,
            "id path=/ secure",
            "'secure' cookie 'id' is dropped on 'cafe.example.com': no TLS here",
        ),
        (
            HTTP,
            "id path=/ samesite=none",
            "browsers drop cookie 'id': 'samesite=none' without 'secure'",
        ),
        (
            HTTPS,
            "id path=/ samesite=none",
            "browsers drop cookie 'id': 'samesite=none' without 'secure'",
        ),
        (
            HTTPS,
            "id path=/ samesite=strict",
            "cookie 'id' is not sent on the first click from another site, nor inside its frames",
        ),
        (
            HTTP,
            "__Secure-id path=/",
            "browsers drop '__Secure-id': the prefix '__Secure-' needs 'secure', TLS for the host",
        ),
        (
            HTTPS,
            "__Secure-id path=/",
            "browsers drop '__Secure-id': the prefix '__Secure-' needs 'secure'",
        ),
        (
            HTTPS,
            "__Host-id path=/tea secure",
            "browsers drop '__Host-id': the prefix '__Host-' needs 'path=/'",
        ),
        (
            HTTPS,
            "__Host-id path=/ secure domain=cafe.example.com",
            "browsers drop '__Host-id': the prefix '__Host-' needs no 'domain='",
        ),
    ]);
}

#[test]
fn names_and_lives() {
    assert_messages(&[
        (
            HTTPS,
            "i,d path=/",
            "',' in a cookie name: browsers keep it, other clients and proxies may not",
        ),
        (
            HTTPS,
            "i(d path=/",
            "'(' in a cookie name: browsers keep it, other clients and proxies may not",
        ),
        (
            HTTPS,
            "id path=/ expires=0",
            "cookie 'id' expires as soon as it is set",
        ),
        (
            HTTPS,
            "id path=/ expires=5y",
            "browsers keep cookie 'id' for 400 days at most",
        ),
        (
            HTTPS,
            "id path=/ expires=9",
            "cookie 'id' is gone after a pause of 9 seconds",
        ),
    ]);
}
