//! The one cluster that all tests share, each in a namespace of its own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::apiserver::ControlPlane;
use crate::child_guard::COLLECT_LESS;

/// A cluster, and how it is talked to.
pub(crate) struct Cluster {
    /// An administrator's kubeconfig.
    pub(crate) kubeconfig: PathBuf,
    /// The folder of this run, for files of the tests' making.
    pub(crate) folder: PathBuf,
    /// Ours; `None` for a cluster that was there before, with stickler in it.
    pub(crate) control_plane: Option<ControlPlane>,
}

/// The cluster, started by whoever asks first. It ends with the test program:
/// nothing drops a static, but the leash breaks.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(Cluster::find) {
        Ok(cluster) => cluster,
        Err(why) => panic!("no cluster to test against: {why}"),
    }
}

/// Our own control plane, for what another cluster does not give away; where
/// there is none it is said, whatever of a test's output is shown.
pub(crate) fn own_control_plane(test: &str) -> Option<&'static ControlPlane> {
    let own = cluster().control_plane.as_ref();
    if own.is_none() {
        // Not by a macro: those are caught.
        let line = format!("skipped: {test}: not in the cluster of STICKLER_TEST_KUBECONFIG\n");
        let _ = io::stderr().write_all(line.as_bytes());
    }
    own
}

impl Cluster {
    fn find() -> Result<Self, String> {
        let folder = folder().map_err(|error| error.to_string())?;
        if let Some(kubeconfig) = env::var_os("STICKLER_TEST_KUBECONFIG") {
            return Ok(Self {
                kubeconfig: PathBuf::from(kubeconfig),
                folder,
                control_plane: None,
            });
        }
        let control_plane = ControlPlane::start(&folder, &[])?;
        Ok(Self {
            kubeconfig: control_plane.kubeconfig.clone(),
            folder,
            control_plane: Some(control_plane),
        })
    }

    /// A shell command that finds our `kubectl`, `stickler` and `kubeconfig`,
    /// and nothing of the user's own settings.
    pub(crate) fn shell(&self, line: &str, kubeconfig: &Path) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .env("PATH", self.path())
            .env("KUBECONFIG", kubeconfig)
            .envs([COLLECT_LESS])
            .env("GITHUB_ACTIONS", "")
            .env("KUBECTL_KUBERC", "false")
            .env("KUBECACHEDIR", self.folder.join("cache"));
        command
    }

    fn path(&self) -> OsString {
        let path = env::var_os("PATH").unwrap_or_default();
        let ours = self.control_plane.iter().map(|plane| plane.bin.clone());
        let stickler = Path::new(env!("CARGO_BIN_EXE_stickler")).parent();
        let ours = ours.chain(stickler.map(Path::to_path_buf));
        env::join_paths(ours.chain(env::split_paths(&path))).unwrap_or(path)
    }

    /// A client of the administrator, for what kubectl is not needed for.
    pub(crate) async fn client(&self) -> Client {
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).expect("a kubeconfig");
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let mut config = config.expect("a usable kubeconfig");
        if self.control_plane.is_some() {
            // Loopback needs no proxy, whatever the environment says.
            config.proxy_url = None;
        }
        Client::try_from(config).expect("a client")
    }
}

/// A folder named after this process, below `target/`; those of earlier runs,
/// which had no chance to clear up, go first.
fn folder() -> std::io::Result<PathBuf> {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster");
    fs::create_dir_all(&parent)?;
    for entry in fs::read_dir(&parent)? {
        let entry = entry?;
        if !alive(&entry.file_name()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let folder = parent.join(process::id().to_string());
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Whether there is a process with this id.
fn alive(pid: &OsStr) -> bool {
    Command::new("sh")
        .args(["-c", "kill -0 \"$1\"", "alive"])
        .arg(pid)
        .output()
        .is_ok_and(|output| output.status.success())
}
