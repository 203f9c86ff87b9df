//! The small Ingress around a value, as lines that begin with `@`.
//!
//! ```text
//! @ https://cafe.example.com/tea tea-svc:81   a path that leads to a service; https has TLS,
//!                                             `_` is no host, a final `!` is type Exact
//! @annotation nginx.org/use-cluster-ip: true
//! @key nginx.com/sticky-cookie-services       instead of nginx.org
//! @default juice-svc                          the default backend
//! @spec {rules: [...]}                        the whole spec instead, as YAML
//! @version networking.k8s.io/v1beta1
//! @policy require: {secure: true}             the operator's policy
//! ```
//!
//! Consecutive lines make one Ingress; `@cafe` is the one that files begin with.

use std::fmt::Write as _;

use super::symbols;

/// Its paths are Exact: a cookie without `path=` sticks there, so that values
/// about other things need none.
const CAFE: [&str; 2] = [
    "https://cafe.example.com/tea! tea-svc",
    "https://cafe.example.com/coffee! coffee-svc",
];

pub(crate) struct Ingress {
    version: String,
    key: String,
    annotations: Vec<(String, String)>,
    /// Each host with its paths; whether it has TLS.
    hosts: Vec<(String, Vec<String>, bool)>,
    default: Option<String>,
    spec: Option<String>,
    pub(crate) policy: String,
}

impl Default for Ingress {
    fn default() -> Self {
        Self {
            version: "networking.k8s.io/v1".to_owned(),
            key: "nginx.org/sticky-cookie-services".to_owned(),
            annotations: Vec::new(),
            hosts: Vec::new(),
            default: None,
            spec: None,
            policy: "mode: enforce\n".to_owned(),
        }
    }
}

impl Ingress {
    pub(crate) fn directive(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.to_owned();
        match word {
            "" => self.path(&rest),
            "cafe" => {}
            "key" => self.key = rest,
            "version" => self.version = rest,
            "default" => self.default = Some(rest),
            "spec" => self.spec = Some(rest),
            "policy" => self.policy.push_str(&(rest + "\n")),
            "annotation" => {
                let (key, value) = rest.split_once(": ").unwrap();
                self.annotations
                    .push((key.to_owned(), symbols::read(value)));
            }
            _ => panic!("unknown directive @{line}"),
        }
    }

    fn path(&mut self, line: &str) {
        let (url, service) = line.split_once(' ').unwrap();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let kind = if path.ends_with('!') {
            "Exact"
        } else {
            "Prefix"
        };
        let path = quoted(&format!("/{}", path.trim_end_matches('!')));
        let backend = backend(service);
        let path = format!("{{path: {path}, pathType: {kind}, backend: {backend}}}");
        match self.hosts.iter_mut().find(|it| it.0 == host) {
            Some((_, paths, _)) => paths.push(path),
            None => self
                .hosts
                .push((host.to_owned(), vec![path], scheme == "https")),
        }
    }

    fn spec(&self) -> String {
        if let Some(spec) = &self.spec {
            return spec.clone();
        }
        if self.hosts.is_empty() {
            let mut cafe = Self::default();
            for line in CAFE {
                cafe.path(line);
            }
            cafe.default.clone_from(&self.default);
            return cafe.spec();
        }
        let rules = self.hosts.iter().map(|(host, paths, _)| {
            let host = (host != "_").then(|| format!("host: {}, ", quoted(host)));
            format!(
                "{{{}http: {{paths: [{}]}}}}",
                host.unwrap_or_default(),
                paths.join(", ")
            )
        });
        let tls = self.hosts.iter().filter(|it| it.2).map(|it| quoted(&it.0));
        let tls: Vec<_> = tls.filter(|host| host != "\"_\"").collect();
        let rules = rules.collect::<Vec<_>>().join(", ");
        let mut spec = format!("ingressClassName: nginx, rules: [{rules}]");
        if !tls.is_empty() {
            let _ = write!(spec, ", tls: [{{hosts: [{}]}}]", tls.join(", "));
        }
        if let Some(service) = &self.default {
            let _ = write!(spec, ", defaultBackend: {}", backend(service));
        }
        format!("{{{spec}}}")
    }

    /// The manifest with this value, in YAML; without the annotation for `-`.
    pub(crate) fn manifest(&self, value: &str) -> String {
        let own = (value != "-").then(|| (self.key.clone(), value.to_owned()));
        let annotations = self.annotations.iter().cloned().chain(own);
        let annotations: Vec<_> = annotations
            .map(|(key, value)| format!("{}: {}", quoted(&key), quoted(&value)))
            .collect();
        format!(
            "apiVersion: {}\nkind: Ingress\nmetadata: {{name: cafe, annotations: {{{}}}}}\nspec: {}\n",
            self.version,
            annotations.join(", "),
            self.spec(),
        )
    }
}

fn backend(service: &str) -> String {
    let (service, port) = service.split_once(':').unwrap_or((service, "80"));
    let kind = if port.parse::<u16>().is_ok() {
        "number"
    } else {
        "name"
    };
    format!(
        "{{service: {{name: {}, port: {{{kind}: {port}}}}}}}",
        quoted(service)
    )
}

/// A double-quoted scalar in which everything but printable ASCII is escaped.
fn quoted(text: &str) -> String {
    let escaped = text.chars().fold(String::new(), |mut escaped, c| {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            ' '..='~' => escaped.push(c),
            _ => {
                let _ = write!(escaped, "\\U{:08X}", u32::from(c));
            }
        }
        escaped
    });
    format!("\"{escaped}\"")
}
