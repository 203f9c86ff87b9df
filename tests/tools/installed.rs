//! Tools whose `main` is a package of a Go module.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::built::{at, built, go, key};

/// A package and the version that the tests were written with.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
}

pub(crate) const HELM: Tool = Tool {
    name: "helm",
    package: "helm.sh/helm/v4/cmd/helm@v4.3.1",
};

/// Without service discovery, which it does not need, it is built in half the
/// time.
pub(crate) const PROMTOOL: Tool = Tool {
    name: "promtool",
    package: "github.com/prometheus/prometheus/cmd/promtool@v0.315.0",
};

pub(crate) const INSTALL: &str = "the tests of the chart build their tools from Go modules: \
    install Go 1.26 or newer (https://go.dev/dl)";

impl Tool {
    /// The program, built now if it is not there yet.
    pub(crate) fn program(&self) -> PathBuf {
        self.install()
            .unwrap_or_else(|why| panic!("no {}: {why}", self.name))
    }

    fn install(&self) -> Result<PathBuf, String> {
        let version = go(Command::new("go").arg("version"), INSTALL)?;
        built(self.name, key((version, self.package)), |program| {
            let folder = program.with_extension("bin");
            let install = [
                "install",
                "-tags",
                "remove_all_sd",
                "-ldflags",
                "-s -w",
                self.package,
            ];
            go(
                Command::new("go").args(install).env("GOBIN", &folder),
                INSTALL,
            )?;
            fs::rename(folder.join(self.name), program).map_err(at(program))?;
            fs::remove_dir_all(&folder).map_err(at(&folder))
        })
    }
}
