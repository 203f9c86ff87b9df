//! `stickler audit` against a real API server, in a control plane of its own:
//! what it prints, what it exits with, and how it reads list upon list.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::audited::Audited;
use crate::child_guard::Leashed;
use crate::session::{output, session};
use crate::stub::{Reply, Stub};

/// More than a page of 250.
const MANY: usize = 261;

#[tokio::test]
async fn an_audit_tells_what_it_read_and_found() {
    let audited = Audited::open("audit");
    for team in ["team-a", "team-b", "team-c"] {
        audited.shell(&format!("kubectl create namespace {team}"));
    }
    let nothing = "stickler audit -A";
    session(&audited.kubeconfig, "audit-nothing", &[nothing]);
    audited.shell("kubectl create -f teams.yaml");
    // A namespace of the context, and a second context with another one.
    audited.shell("kubectl config set-context --current --namespace=team-b");
    audited
        .shell("kubectl config set-context other --cluster=test --user=admin --namespace=team-a");
    audited.shell("kubectl config set-credentials nobody --token=wrong");
    audited.shell("kubectl config set-context nobody --cluster=test --user=nobody");
    session(
        &audited.kubeconfig,
        "audit",
        &[
            "stickler audit -A",
            "stickler audit --all-namespaces --format concise",
            "stickler audit --format concise",
            "stickler audit --format concise --fail-on warning",
            "stickler audit -n team-a --format concise",
            "stickler audit -n team-a --format concise --fail-on never",
            "stickler audit --context other --format concise --quiet",
            "stickler audit -n team-c",
            "stickler audit -A --format concise --policy audit-policy.yaml",
            "STICKLER_POLICY=audit-policy.yaml stickler audit -n team-a --format concise",
            "stickler audit -A --format concise --statistics",
            "stickler audit -n team-a -A",
            "stickler audit -A --policy nowhere.yaml",
            "stickler audit -A --context nobody",
            "stickler audit -A --context missing",
        ],
    );
    as_json(&audited);
}

/// The same for machines.
fn as_json(audited: &Audited) {
    let (code, text) = output(
        &audited.kubeconfig,
        "stickler audit -A --format json 2>/dev/null",
    );
    assert_eq!(code, 1, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|it| {
            (
                it["object"]["namespace"].as_str(),
                it["object"]["name"].as_str(),
                it["rule"].as_str(),
            )
        })
        .collect();
    let expected = [
        (Some("team-a"), Some("cafe"), Some("unknown-parameter")),
        (Some("team-b"), Some("warned"), Some("missing-path")),
    ];
    assert_eq!(found, expected);
    assert_eq!(findings[0]["location"], Value::Null);
    let counts = ["ingresses", "annotated", "errors", "warnings", "unreadable"];
    let counts = counts.map(|count| report["summary"][count].as_u64());
    assert_eq!(counts, [4, 3, 1, 1, 0].map(Some));
}

/// The names of an audit's findings, and its summary.
fn audit(kubeconfig: &Path, flags: &str) -> (i32, String) {
    let line = format!("stickler audit --format concise {flags}");
    output(kubeconfig, &line)
}

/// As many Ingresses as two pages take; every one of the second page is wrong.
fn many() -> String {
    let (_, good) = include_str!("manifests/good.yaml")
        .split_once("metadata:")
        .unwrap();
    (0..MANY).fold(String::new(), |mut all, number| {
        let good = good.replace("name: cafe\n", &format!("name: cafe-{number:03}\n"));
        let one = if number < 250 {
            good
        } else {
            good.replace("expires=1h", "expire=1h")
        };
        all += "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:";
        all += &one;
        all
    })
}

#[tokio::test]
async fn page_upon_page_is_read_and_a_list_that_expired_is_read_on() {
    let audited = Audited::open("audit-pages");
    audited.shell("kubectl create namespace many");
    let manifest = audited.folder.join("many.yaml");
    fs::write(&manifest, many()).unwrap();
    audited.shell(&format!("kubectl -n many create -f {}", manifest.display()));
    let proxy = Proxy::start(&audited);

    let wrong: Vec<_> = (250..MANY)
        .map(|number| format!("Ingress many/cafe-{number}: "))
        .collect();
    let checked = "Checked 261 Ingresses (261 with sticky cookies) in the cluster: 11 errors.\n";
    let whole = |(code, printed): (i32, String)| {
        assert_eq!(code, 1, "{printed}");
        assert!(printed.ends_with(checked), "{printed}");
        let lines: Vec<_> = printed.lines().collect();
        assert_eq!(lines.len(), 12, "{printed}");
        for (line, wrong) in lines.iter().zip(&wrong) {
            assert!(line.starts_with(wrong.as_str()), "{line}");
        }
    };
    whole(audit(&audited.kubeconfig, "-A"));

    // The same by way of a stub, which sees what is asked for.
    let stub = Stub::start(&proxy.address, |_, _| Reply::Pass);
    let detour = audited.detour(&stub.address(), "many");
    whole(audit(&detour, ""));
    let asked = stub.asked();
    let own = "/apis/networking.k8s.io/v1/namespaces/many/ingresses?limit=250";
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert_eq!(asked[0], own);
    assert!(asked[1].starts_with(&format!("{own}&continue=")));

    // The second page is gone, and the API server says how to go on.
    let resumed = Stub::start(&proxy.address, |number, path| match number {
        1 => {
            let next = path
                .split_once("&continue=")
                .map(|(_, next)| unescaped(next));
            Reply::Status(410, next)
        }
        _ => Reply::Pass,
    });
    whole(audit(&audited.detour(&resumed.address(), "many"), "-A"));
    assert_eq!(resumed.asked().len(), 3);

    // It does not, or something else is wrong: nobody is told half of it as all.
    for (status, next) in [(410, None), (500, Some("token".to_owned())), (403, None)] {
        let stub = Stub::start(&proxy.address, move |number, _| match number {
            1 => Reply::Status(status, next.clone()),
            _ => Reply::Pass,
        });
        let detour = audited.detour(&stub.address(), "many");
        let (code, printed) = audit(&detour, "");
        let refused = "stickler: audit: the cluster refuses to list Ingresses: the stub says no\n";
        assert_eq!((code, &*printed), (4, refused), "{status}");
        assert_eq!(stub.asked().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_namespace_stays_within_its_part_of_the_address() {
    let stub = Stub::start("127.0.0.1:1", |_, _| Reply::Status(404, None));
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: stub\n\
         contexts: [{{name: stub, context: {{cluster: stub, user: stub}}}}]\n\
         clusters: [{{name: stub, cluster: {{server: \"http://{}\"}}}}]\n\
         users: [{{name: stub, user: {{}}}}]\n",
        stub.address()
    );
    fs::write(&kubeconfig, text).unwrap();
    let (code, _) = audit(&kubeconfig, "-n 'a/../b?limit=1&x y'");
    assert_eq!(code, 4);
    let path =
        "/apis/networking.k8s.io/v1/namespaces/a%2F..%2Fb%3Flimit%3D1%26x%20y/ingresses?limit=250";
    assert_eq!(stub.asked(), [path]);
}

/// `kubectl proxy`: the API server over plain HTTP.
struct Proxy {
    _kubectl: Leashed,
    address: String,
}

impl Proxy {
    fn start(audited: &Audited) -> Self {
        let kubeconfig = format!("--kubeconfig={}", audited.kubeconfig.display());
        let arguments = [&kubeconfig, "proxy", "--port=0"];
        let program = audited.control_plane.bin.join("kubectl");
        let log = audited.folder.join("proxy.log");
        let mut kubectl = Leashed::start(&program, arguments, log).unwrap();
        let address = kubectl.until("kubectl proxy", |kubectl| {
            let log = kubectl.log();
            let line = log
                .lines()
                .find_map(|line| line.strip_prefix("Starting to serve on "));
            line.map(str::to_owned)
        });
        Self {
            address: address.unwrap(),
            _kubectl: kubectl,
        }
    }
}

/// `%2F` and the like as what they stand for.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut all, part| {
        let (code, rest) = part.split_at(2);
        all.push(char::from(u8::from_str_radix(code, 16).unwrap()));
        all + rest
    })
}
