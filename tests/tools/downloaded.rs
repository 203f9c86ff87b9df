//! Files of Go modules.

use std::path::PathBuf;
use std::process::Command;

use crate::built::go;
use crate::installed::INSTALL;

/// A folder of a Go module, downloaded now if it is not there yet.
pub(crate) fn folder_of(module: &str, folder: &str) -> PathBuf {
    let download = ["mod", "download", "-json", module];
    let printed = go(Command::new("go").args(download), INSTALL);
    let printed = printed.unwrap_or_else(|why| panic!("no {module}: {why}"));
    let printed: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    PathBuf::from(printed["Dir"].as_str().expect("a folder")).join(folder)
}
