//! Shapes that once took time in proportion to the square of their size, or
//! might: what one has to know the code to think of.

use std::iter::once;

use super::shapes::{ORG_KEY, Shape, ingress, json, review_of, rule, spec};

const PLUS_KEY: &str = "nginx.com/sticky-cookie-services";
const CAFE: &str = "cafe.example.com";

/// A value and a spec of a size.
type Parts = fn(usize) -> (String, String);

/// All of them.
pub(super) fn all() -> Vec<Shape> {
    created().chain(updated()).chain(odd()).collect()
}

fn shape(
    name: &str,
    size: usize,
    build: impl Fn(usize) -> String + Send + Sync + 'static,
) -> Shape {
    Shape {
        name: name.to_owned(),
        size,
        build: Box::new(build),
    }
}

fn created() -> impl Iterator<Item = Shape> {
    let shapes = [
        ("words with commas in one entry", 4_000, commas as Parts),
        (
            "one path `/a/a/a`, two cookies of one name",
            8_000,
            deep_path,
        ),
        (
            "an unknown service of many bytes beside many",
            8_000,
            long_unknown,
        ),
        ("many unknown services beside many", 500, unknown),
        ("many near misses beside many", 500, near_misses),
        ("a deep host, nested paths, a domain a parent", 60, rivals),
        ("a domain beyond ASCII, many hosts", 500, beyond_ascii),
        ("long paths that part in the middle", 8_000, parting),
        ("cookie paths, each a part of its place", 500, taken),
        ("an entry of typos", 1_000, typos),
        ("cookies of one name on hosts of their own", 500, namesakes),
        ("one service on many hosts", 500, one_service),
        ("one service in many entries on many hosts", 500, repeated),
        ("nested paths, nested cookie paths", 200, nested),
        (
            "many long paths, cookie paths cut at each length",
            60,
            prefixes,
        ),
        ("wildcards and domains", 500, wildcards),
        ("unfit services and paths", 500, refused_paths),
        ("the same path on one host", 1_000, same_path),
        ("two names of many bytes, nearly alike", 2_000, long_names),
        ("hosts of many letters beyond ASCII", 8, beyond_ascii_hosts),
        (
            "paths that fit a regular expression, and do not",
            500,
            expressions,
        ),
    ];
    shapes.into_iter().map(|(name, size, parts)| {
        shape(name, size, move |size| {
            let (value, spec) = parts(size);
            review_of(&ingress(&[(ORG_KEY, &value)], &spec), None)
        })
    })
}

fn entries(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(";")
}

fn service(number: usize) -> String {
    format!("s{number}")
}

/// A path for each service.
fn paths(services: usize) -> String {
    let paths = (0..services).map(|it| (format!("/p/{it}"), service(it)));
    spec(once(rule(CAFE, paths)))
}

/// A host for each service.
fn hosts(services: usize) -> String {
    spec((0..services).map(|it| {
        rule(
            &format!("h{it}.example.com"),
            once(("/".into(), service(it))),
        )
    }))
}

fn commas(size: usize) -> (String, String) {
    let value = format!(
        "serviceName=s0 id k,{}{}",
        "secure,".repeat(size / 9),
        "a ".repeat(size / 4)
    );
    (value, paths(1))
}

fn deep_path(size: usize) -> (String, String) {
    let path = "/a".repeat(size / 2);
    let paths = [
        (path.clone(), service(0)),
        (format!("{path}/b"), service(1)),
    ];
    let value = entries(2, |it| format!("serviceName=s{it} id path=/a"));
    (value, spec(once(rule(CAFE, paths.into_iter()))))
}

fn long_unknown(size: usize) -> (String, String) {
    let value = format!("serviceName={} id path=/", "s".repeat(size));
    (value, paths(size / 20))
}

fn unknown(size: usize) -> (String, String) {
    (
        entries(size, |it| format!("serviceName=unknown-{it} id{it} path=/")),
        paths(size),
    )
}

fn near_misses(size: usize) -> (String, String) {
    let name = |it: usize, end: &str| format!("coffee-service-{it:05}-{end}");
    let paths = (0..size).map(|it| (format!("/p/{it}"), name(it, "svc")));
    let value = entries(size, |it| {
        format!("serviceName={} id{it} path=/p/{it}", name(it, "scv"))
    });
    (value, spec(once(rule(CAFE, paths))))
}

fn rivals(size: usize) -> (String, String) {
    let parents: Vec<_> = (0..size)
        .map(|it| format!("{}example.com", "a.".repeat(it)))
        .collect();
    let nested = (0..size).map(|it| ("/a".repeat(it + 1), service(it)));
    let value = entries(size, |it| {
        format!("serviceName=s{it} id domain={} path=/", parents[it])
    });
    (value, spec(once(rule(&parents[size - 1], nested))))
}

fn beyond_ascii(size: usize) -> (String, String) {
    let domain = format!("{}example.com", "b\u{fc}cher.".repeat(size / 8));
    (
        format!("serviceName=s0 id path=/ domain={domain}"),
        one_on_hosts(size),
    )
}

fn one_on_hosts(size: usize) -> String {
    spec((0..size).map(|it| {
        rule(
            &format!("h{it}.b\u{fc}cher.example.com"),
            once(("/".into(), service(0))),
        )
    }))
}

fn parting(size: usize) -> (String, String) {
    let half = "/a".repeat(size / 4);
    let paths = ["b", "c"].map(|it| (format!("{half}/{it}{half}"), service(0)));
    (
        "serviceName=s0 id".into(),
        spec(once(rule(CAFE, paths.into_iter()))),
    )
}

fn taken(size: usize) -> (String, String) {
    let paths = (0..size).map(|it| (format!("/p{it}/a"), service(it)));
    let value = entries(size, |it| format!("serviceName=s{it} id path=/p{it}"));
    (value, spec(once(rule(CAFE, paths))))
}

fn typos(size: usize) -> (String, String) {
    let typo = |it: usize| ["expirse=1h", "pth=/", "secur", "httponyl", "samsite=lax"][it % 5];
    let words = (0..size).map(typo).collect::<Vec<_>>().join(" ");
    (format!("serviceName=s0 id {words}"), paths(1))
}

fn namesakes(size: usize) -> (String, String) {
    (
        entries(size, |it| {
            format!("serviceName=s{it} id path=/ domain=example.com")
        }),
        hosts(size),
    )
}

fn one_service(size: usize) -> (String, String) {
    let spec = spec((0..size).map(|it| {
        rule(
            &format!("h{it}.example.com"),
            once((format!("/{it}"), service(0))),
        )
    }));
    (
        "serviceName=s0 id path=/x domain=h1.example.com".into(),
        spec,
    )
}

fn repeated(size: usize) -> (String, String) {
    (
        entries(size, |_| "serviceName=s0 id path=/x".into()),
        one_service(size).1,
    )
}

fn nested(size: usize) -> (String, String) {
    let paths = (0..size).map(|it| (format!("{}/{it}", "/a".repeat(it)), service(it)));
    let value = entries(size, |it| {
        format!("serviceName=s{it} id path={}", "/a".repeat(it + 1))
    });
    (value, spec(once(rule(CAFE, paths))))
}

fn prefixes(size: usize) -> (String, String) {
    let long = "/a".repeat(size);
    let paths = (0..size).map(|it| (format!("{long}/{it}"), service(it)));
    let value = entries(size, |it| {
        format!("serviceName=s{it} id path={}", &long[..=2 * it])
    });
    (value, spec(once(rule(CAFE, paths))))
}

fn wildcards(size: usize) -> (String, String) {
    let rules = (0..size).map(|it| {
        rule(
            &format!("*.h{it}.example.com"),
            once(("/".into(), service(it))),
        )
    });
    (
        entries(size, |it| {
            format!("serviceName=s{it} id path=/ domain=.h{it}.example.com")
        }),
        spec(rules),
    )
}

fn refused_paths(size: usize) -> (String, String) {
    let paths = (0..size).map(|it| (format!("/{{{it}\\"), format!("S{it}_")));
    (
        entries(size, |it| format!("serviceName=S{it}_ id path=/")),
        spec(once(rule(CAFE, paths))),
    )
}

fn same_path(size: usize) -> (String, String) {
    let paths = (0..size).map(|it| ("/".to_owned(), service(it)));
    (
        entries(size, |it| format!("serviceName=s{it} id path=/")),
        spec(once(rule(CAFE, paths))),
    )
}

fn long_names(size: usize) -> (String, String) {
    let name = "s".repeat(size);
    let paths = once(("/".to_owned(), format!("{name}x")));
    (
        format!("serviceName={name} id path=/"),
        spec(once(rule(CAFE, paths))),
    )
}

fn beyond_ascii_hosts(size: usize) -> (String, String) {
    let label: String = (0..900)
        .filter_map(|it| char::from_u32(0x4e00 + it))
        .collect();
    let rules =
        (0..size).map(|it| rule(&format!("{label}.h{it}"), once(("/".into(), service(it)))));
    (
        entries(size, |it| format!("serviceName=s{it} id path=/")),
        spec(rules),
    )
}

fn expressions(size: usize) -> (String, String) {
    let paths = (0..size).map(|it| (format!("/(a*)*[{it}"), service(it)));
    (
        entries(size, |it| format!("serviceName=s{it} id path=/")),
        spec(once(rule(CAFE, paths))),
    )
}

/// Updates of which the old object had errors, too.
fn updated() -> impl Iterator<Item = Shape> {
    let bad = |size: usize| {
        entries(size, |it| {
            format!("serviceName=s{it} id expires=1x path=/p/{it}")
        })
    };
    let errors = shape(
        "an update with many errors and TLS hosts",
        500,
        move |size| {
            let value = bad(size);
            let tls: Vec<_> = (0..5 * size)
                .map(|it| json(&format!("t{it}.example.com")))
                .collect();
            let tls = format!(r#"{{"tls":[{{"hosts":[{}]}}],"#, tls.join(","));
            let old = ingress(&[(ORG_KEY, &value)], &paths(size));
            let new = ingress(&[(ORG_KEY, &value)], &paths(size).replacen('{', &tls, 1));
            review_of(&new, Some(&old))
        },
    );
    let both = shape("an update with both keys", 300, move |size| {
        let (org, plus) = (bad(size), unknown(size).0);
        let object = |services| ingress(&[(ORG_KEY, &org), (PLUS_KEY, &plus)], &paths(services));
        review_of(&object(size + 1), Some(&object(size)))
    });
    let hosts_change = shape("an update that moves every host", 500, move |size| {
        let (value, spec) = namesakes(size);
        let moved = spec.replace("example.com", "example.org");
        let object = |spec: &str| ingress(&[(ORG_KEY, &value)], spec);
        review_of(&object(&moved), Some(&object(&spec)))
    });
    let keys = shape("an update with keys that are nearly ours", 500, |size| {
        let keys: Vec<_> = (0..size)
            .map(|it| format!("nginx.org/sticky-cookie-servic{it}"))
            .collect();
        let object = |value: &str| {
            let annotations: Vec<_> = keys.iter().map(|key| (&**key, value)).collect();
            let bad = [(ORG_KEY, "serviceName=s0 id expires=1x")];
            ingress(&[&bad, &*annotations].concat(), &paths(1))
        };
        review_of(&object("x"), Some(&object("y")))
    });
    [errors, both, hosts_change, keys].into_iter()
}

/// Not the value, but what is around it.
fn odd() -> impl Iterator<Item = Shape> {
    let with_rules = |name: &str, element: &'static str| {
        shape(name, 20_000, move |size| {
            let rules = vec![element; size].join(",");
            let spec = format!(r#"{{"rules":[{rules}],"tls":[{rules}]}}"#);
            review_of(
                &ingress(&[(ORG_KEY, "serviceName=s0 id path=/")], &spec),
                None,
            )
        })
    };
    let keys = |name: &str, key: fn(usize) -> String| {
        shape(name, 1_000, move |size| {
            let keys: Vec<_> = (0..size).map(key).collect();
            let annotations: Vec<_> = keys.iter().map(|key| (&**key, "x")).collect();
            review_of(&ingress(&annotations, &paths(size)), None)
        })
    };
    let twice = shape("spec again and again", 200, |size| {
        let spec = paths(4);
        let object = ingress(&[(ORG_KEY, "serviceName=s0 id path=/")], &spec);
        let specs = vec![format!(r#""spec":{spec}"#); size].join(",");
        review_of(
            &object.replacen(r#""kind""#, &format!(r#"{specs},"kind""#), 1),
            None,
        )
    });
    let escaped = shape("a value of escapes", 4_000, |size| {
        let object = ingress(&[(ORG_KEY, "VALUE")], &paths(1));
        review_of(&object.replace("VALUE", &r"\u00e9\n".repeat(size)), None)
    });
    [
        with_rules("rules and TLS blocks of nothing", "{}"),
        with_rules("rules and TLS blocks of null", "null"),
        keys("keys `cookieNNNNN`", |it| format!("cookie{it}")),
        keys("keys that are nearly ours", |it| {
            format!("nginx.org/sticky-cookie-servic{it}")
        }),
        keys("our key again and again", |_| ORG_KEY.to_owned()),
        keys("affinity of ingress-nginx", |it| {
            format!("nginx.ingress.kubernetes.io/affinity{it}")
        }),
        twice,
        escaped,
    ]
    .into_iter()
}
