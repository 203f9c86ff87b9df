//! A manifest with one mistake, and the program to check it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) const KEY: &str = "nginx.org/sticky-cookie-services";
pub(crate) const BAD: &str = "serviceName=coffee-svc srv_id expire=1h path=/coffee";

/// An Ingress with these lines as its annotations.
pub(crate) fn ingress(annotations: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n    {annotations}\nspec:\n  ingressClassName: nginx\n  rules:\n  \
         - host: cafe.example.com\n    http:\n      paths:\n      - path: /coffee\n        \
         pathType: Prefix\n        backend: {{service: {{name: coffee-svc, port: {{number: 80}}}}}}\n"
    )
}

pub(crate) fn bad() -> String {
    ingress(&format!("{KEY}: \"{BAD}\""))
}

pub(crate) fn stickler(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stickler"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in [
        "STICKLER_POLICY",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "NO_COLOR",
        "CLICOLOR_FORCE",
    ] {
        command.env_remove(name);
    }
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}
