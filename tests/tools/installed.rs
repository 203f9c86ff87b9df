//! Tools whose `main` is a package of a Go module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::built::{at, built, go, key};

/// A tool and the version that the tests were written with.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// The arguments of `go build` or of `go install`.
    pub(crate) arguments: &'static [&'static str],
    /// The folder with the `go.mod` that pins it; `None` where its own does,
    /// which `go install` needs to have no `replace` in it.
    pub(crate) module: Option<&'static str>,
}

/// Installs charts.
pub(crate) const HELM: Tool = Tool {
    name: "helm",
    arguments: &["-ldflags", "-s -w", "helm.sh/helm/v4/cmd/helm@v4.3.1"],
    module: None,
};

/// Tries alerts, and reads metrics. It needs no service discovery, and is built faster without.
pub(crate) const PROMTOOL: Tool = Tool {
    name: "promtool",
    arguments: &[
        "-tags",
        "remove_all_sd",
        "-ldflags",
        "-s -w",
        "github.com/prometheus/prometheus/cmd/promtool",
    ],
    module: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/promtool")),
};

pub(crate) const INSTALL: &str = "the tests of the chart build their tools from Go modules: \
    install Go 1.26 or newer (https://go.dev/dl)";

impl Tool {
    /// The program, built now if it is not there yet.
    pub(crate) fn program(&self) -> PathBuf {
        let program = self.find();
        program.unwrap_or_else(|why| panic!("no {}: {why}", self.name))
    }

    fn find(&self) -> Result<PathBuf, String> {
        let version = go(Command::new("go").arg("version"), INSTALL)?;
        let Some(module) = self.module else {
            let key = key((version, self.arguments));
            return built(self.name, key, |program| self.install(program));
        };
        let pins = Path::new(module).join("go.sum");
        let key = key((version, self.arguments, fs::read(&pins).map_err(at(&pins))?));
        built(self.name, key, |program| {
            let mut command = Command::new("go");
            command
                .args(["build", "-buildvcs=false", "-o"])
                .arg(program);
            go(command.args(self.arguments).current_dir(module), INSTALL).map(drop)
        })
    }

    /// `go install` takes a folder, and puts the tool there by its own name.
    fn install(&self, program: &Path) -> Result<(), String> {
        let folder = program.with_extension("bin");
        let mut command = Command::new("go");
        command.arg("install").args(self.arguments);
        go(command.env("GOBIN", &folder), INSTALL)?;
        fs::rename(folder.join(self.name), program).map_err(at(program))?;
        fs::remove_dir_all(&folder).map_err(at(&folder))
    }
}
