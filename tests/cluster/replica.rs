//! A stickler that makes its own certificates: one of several, as a process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::child_guard::{Leashed, poll};
use crate::cluster::cluster;
use crate::place::Place;
use crate::webhook::{http_get, listening};

/// A running `stickler serve --self-managed`.
pub(crate) struct Replica {
    stickler: Leashed,
    /// Where it answers probes.
    pub(crate) admin: String,
    /// Where it answers reviews.
    pub(crate) reviews: String,
}

impl Replica {
    /// Starts one that keeps the place's own Secret and configuration, and
    /// returns when it listens, which is before it is ready.
    pub(crate) fn start(place: &Place, name: &str, kubeconfig: &Path, flags: &[&str]) -> Self {
        Self::start_in(place, name, kubeconfig, &[], flags)
    }

    /// Starts one whose clock is ahead by so many days, or behind.
    pub(crate) fn with_clock(place: &Place, name: &str, days: i64) -> Self {
        let environment = [
            &format!("LD_PRELOAD={}", wrong_clock(place).display())[..],
            &format!("CLOCK_OFFSET={}", days * 24 * 60 * 60),
        ];
        Self::start_in(place, name, &place.kubeconfig, &environment, &[])
    }

    fn start_in(
        place: &Place,
        name: &str,
        kubeconfig: &Path,
        environment: &[&str],
        flags: &[&str],
    ) -> Self {
        let namespace = &place.namespace;
        let kubeconfig = format!("KUBECONFIG={}", kubeconfig.display());
        let own = [
            "--self-managed",
            &format!("--namespace={namespace}"),
            &format!("--webhook-configuration={namespace}"),
            "--server-name=127.0.0.1",
        ];
        let environment = [&[&*kubeconfig], environment].concat();
        Self::run(place, name, &environment, &[&own, flags].concat())
    }

    /// Starts one that reads its certificate from a folder, as a mounted Secret.
    pub(crate) fn with_files(place: &Place, folder: &Path, flags: &[&str]) -> Self {
        Self::mounted(place, "files", folder, flags)
    }

    /// One of several of those.
    pub(crate) fn mounted(place: &Place, name: &str, folder: &Path, flags: &[&str]) -> Self {
        let files = [
            &format!("--tls-cert={}/tls.crt", folder.display())[..],
            &format!("--tls-key={}/tls.key", folder.display()),
        ];
        Self::run(place, name, &["KUBECONFIG="], &[&files, flags].concat())
    }

    fn run(place: &Place, name: &str, environment: &[&str], flags: &[&str]) -> Self {
        let log = cluster()
            .folder
            .join(format!("{}.{name}.log", place.namespace));
        let program = [env!("CARGO_BIN_EXE_stickler"), "serve"];
        let local = [
            "--reload-interval=0.25",
            "--listen=127.0.0.1:0",
            "--admin=127.0.0.1:0",
        ];
        let arguments = [environment, &program, &local, flags].concat();
        let mut stickler = Leashed::start(Path::new("env"), arguments, log).unwrap();
        let line = stickler.until("stickler serve", |stickler| listening(&stickler.log()));
        let line = line.unwrap();
        let address = |name| line[name].as_str().unwrap_or_default().to_owned();
        Self {
            admin: address("admin"),
            reviews: address("reviews"),
            stickler,
        }
    }

    /// What the API server is to call.
    pub(crate) fn url(&self) -> String {
        format!("https://{}/validate", self.reviews)
    }

    /// What `path` on the admin port answers: with status 200, or otherwise.
    pub(crate) fn get(&self, path: &str) -> Result<String, String> {
        http_get(&self.admin, path)
    }

    /// Asks until `/readyz` is fine.
    pub(crate) fn until_ready(&mut self) {
        let admin = &self.admin;
        let ready = |_: &Leashed| http_get(admin, "/readyz").ok();
        self.stickler.until("/readyz", ready).unwrap();
    }

    /// Asks until `/readyz` says `text`, whatever its status.
    pub(crate) fn until_readyz_says(&mut self, text: &str) {
        let admin = &self.admin;
        let says = |_: &Leashed| {
            let answer = http_get(admin, "/readyz").unwrap_or_else(|answer| answer);
            answer.contains(text).then_some(())
        };
        self.stickler.until(text, says).unwrap();
    }

    /// Has it stop, as a kubelet does; serving goes on until nobody calls.
    pub(crate) fn stop(&self) {
        self.stickler.signal("TERM");
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.stickler.ended()
    }

    /// Waits for its end, and returns what it logged.
    pub(crate) fn until_ended(mut self) -> (std::process::ExitStatus, String) {
        let status = poll(|| self.stickler.ended()).expect("an end");
        (status, self.stickler.log())
    }

    /// Waits for a log line with this in its `error`, and returns the line.
    pub(crate) fn until_error(&mut self, text: &str) -> Value {
        let line = |stickler: &Leashed| {
            let log = stickler.log();
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            lines.find(|line: &Value| {
                line["error"]
                    .as_str()
                    .is_some_and(|error| error.contains(text))
            })
        };
        self.stickler.until(text, line).unwrap()
    }

    /// The steps it has taken, in their order.
    pub(crate) fn steps(&self) -> Vec<String> {
        let log = self.stickler.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines
            .filter_map(|line: Value| Some(line["step"].as_str()?.to_owned()))
            .collect()
    }

    /// Its resident memory in megabytes, and its open files (Linux).
    pub(crate) fn weight(&self) -> (f64, usize) {
        let proc = format!("/proc/{}", self.stickler.id());
        let status = fs::read_to_string(format!("{proc}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes: f64 = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        let files = fs::read_dir(format!("{proc}/fd")).unwrap().count();
        (kilobytes / 1024.0, files)
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        self.stickler.log()
    }
}

/// The library that gives a program another clock, `clock.c`.
fn wrong_clock(place: &Place) -> PathBuf {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/clock.c");
    let name = format!("{}.clock.so", place.namespace);
    let library = cluster().folder.join(name);
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Werror", "-o"])
        .args([&library, Path::new(source)])
        .output()
        .expect("cc");
    assert!(compiled.status.success(), "{compiled:?}");
    library
}
