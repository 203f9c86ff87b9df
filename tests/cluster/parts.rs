//! The programs that a control plane is made of.

use std::env;
use std::path::{Path, PathBuf};

use crate::compile;

/// How the three programs are called.
pub(crate) enum Parts {
    /// A folder with `etcd`, `kube-apiserver` and `kubectl`, as the tools of
    /// Kubebuilder unpack it.
    Assets(PathBuf),
    /// The one program built from `controlplane/`.
    Built(PathBuf),
}

/// A program and the arguments that always come first.
pub(crate) struct Part {
    pub(crate) program: PathBuf,
    pub(crate) first: Option<&'static str>,
}

impl Parts {
    /// `KUBEBUILDER_ASSETS`, or else what Go builds.
    pub(crate) fn find() -> Result<Self, String> {
        match env::var_os("KUBEBUILDER_ASSETS") {
            Some(folder) => Self::assets(PathBuf::from(folder)),
            None => compile::controlplane().map(Self::Built),
        }
    }

    fn assets(folder: PathBuf) -> Result<Self, String> {
        for name in ["etcd", "kube-apiserver", "kubectl"] {
            let program = folder.join(name);
            if !program.is_file() {
                return Err(format!(
                    "KUBEBUILDER_ASSETS: there is no {}; install it, or unset the variable \
                     to have the control plane built with Go",
                    program.display()
                ));
            }
        }
        Ok(Self::Assets(folder))
    }

    /// The program called `name`: `kube-apiserver` or `kubectl`.
    pub(crate) fn part(&self, name: &'static str) -> Part {
        match self {
            Self::Assets(folder) => Part {
                program: folder.join(name),
                first: None,
            },
            Self::Built(program) => Part {
                program: program.clone(),
                first: Some(name),
            },
        }
    }

    /// etcd and its arguments, for one throw-away member.
    pub(crate) fn etcd(&self, data: &Path, client: &str, peer: &str) -> (PathBuf, Vec<String>) {
        let data = data.display();
        match self {
            Self::Built(program) => {
                let arguments = ["etcd", &data.to_string(), client, peer];
                (program.clone(), arguments.map(str::to_owned).into())
            }
            Self::Assets(folder) => {
                let arguments = vec![
                    format!("--data-dir={data}"),
                    format!("--listen-client-urls={client}"),
                    format!("--advertise-client-urls={client}"),
                    format!("--listen-peer-urls={peer}"),
                    format!("--initial-advertise-peer-urls={peer}"),
                    format!("--initial-cluster=default={peer}"),
                    "--log-level=error".to_owned(),
                    "--unsafe-no-fsync".to_owned(),
                ];
                (folder.join("etcd"), arguments)
            }
        }
    }
}
