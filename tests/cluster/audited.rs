//! A cluster for audits: a control plane of a test's own.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::apiserver::ControlPlane;
use crate::cluster::cluster;
use crate::session::output;

/// A control plane that nobody else changes.
pub(crate) struct Audited {
    pub(crate) control_plane: ControlPlane,
    pub(crate) folder: PathBuf,
    pub(crate) kubeconfig: PathBuf,
}

impl Audited {
    pub(crate) fn open(name: &str) -> Self {
        let folder = cluster().folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        let control_plane = ControlPlane::start(&folder, &[]).unwrap();
        Self {
            kubeconfig: control_plane.kubeconfig.clone(),
            control_plane,
            folder,
        }
    }

    pub(crate) fn shell(&self, line: &str) -> String {
        let (code, printed) = output(&self.kubeconfig, line);
        assert_eq!(code, 0, "{line}: {printed}");
        printed
    }

    /// A kubeconfig for plain HTTP at `address`, with a namespace as default.
    pub(crate) fn detour(&self, address: &str, namespace: &str) -> PathBuf {
        let context = json!({"cluster": "stub", "user": "stub", "namespace": namespace});
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "stub", "cluster": {"server": format!("http://{address}")}}],
            "users": [{"name": "stub", "user": {}}],
            "contexts": [{"name": "stub", "context": context}],
            "current-context": "stub",
        });
        let path = self.folder.join("detour.kubeconfig");
        fs::write(&path, kubeconfig.to_string()).unwrap();
        path
    }

    /// The exit code of an audit, and what it prints.
    pub(crate) fn audit(&self, arguments: &str) -> (i32, String) {
        let program = env!("CARGO_BIN_EXE_stickler");
        output(&self.kubeconfig, &format!("'{program}' audit {arguments}"))
    }

    pub(crate) fn audit_json(&self, arguments: &str) -> (i32, Value) {
        let (code, printed) = self.audit(&format!("{arguments} 2>/dev/null"));
        (code, serde_json::from_str(&printed).unwrap())
    }
}
