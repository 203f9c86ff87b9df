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

const INSTALL: &str = "the tests of the chart build their tools from Go modules: \
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
            let install = ["install", "-ldflags", "-s -w", self.package];
            go(
                Command::new("go").args(install).env("GOBIN", &folder),
                INSTALL,
            )?;
            fs::rename(folder.join(self.name), program).map_err(at(program))?;
            fs::remove_dir_all(&folder).map_err(at(&folder))
        })
    }
}

/// A folder of a Go module, downloaded now if it is not there yet.
pub(crate) fn folder_of(module: &str, folder: &str) -> PathBuf {
    let download = ["mod", "download", "-json", module];
    let printed = go(Command::new("go").args(download), INSTALL);
    let printed = printed.unwrap_or_else(|why| panic!("no {module}: {why}"));
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    PathBuf::from(printed["Dir"].as_str().expect("a folder")).join(folder)
}
