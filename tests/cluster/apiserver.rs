//! etcd and kube-apiserver on loopback, in a folder of their own.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::authority::Authority;
use crate::child_guard::Leashed;
use crate::parts::{Part, Parts};

/// What the audit log holds: who did what to an Ingress, and what the webhook
/// had to say of it.
const AUDIT_POLICY: &str = r"
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources: [{group: networking.k8s.io, resources: [ingresses]}]
  - level: None
";

/// A control plane; it ends when this is dropped or the test ends.
pub(crate) struct ControlPlane {
    kube_apiserver: Leashed,
    _etcd: Leashed,
    /// An administrator's kubeconfig.
    pub(crate) kubeconfig: PathBuf,
    /// The folder that holds nothing but `kubectl`.
    pub(crate) bin: PathBuf,
    /// One JSON event a line.
    pub(crate) audit_log: PathBuf,
}

impl ControlPlane {
    /// Processor seconds that the API server has used so far (Linux).
    pub(crate) fn processor_seconds(&self) -> f64 {
        /// Of `/proc/PID/stat`, in hundredths of a second on every Linux (`USER_HZ`, time(7)).
        const TICKS: f64 = 100.0;
        let stat = format!("/proc/{}/stat", self.kube_apiserver.id());
        let stat = fs::read_to_string(stat).expect("a running API server");
        let (_, fields) = stat.rsplit_once(") ").expect("its fields");
        let times = fields.split(' ').skip(11).take(2);
        let ticks = times.map(|it| it.parse::<f64>().expect("a number"));
        ticks.sum::<f64>() / TICKS
    }

    /// Starts both, with `flags` in addition, and returns when the API server
    /// says that it is ready. Its port is free when it is chosen and may be gone
    /// when it is used: then it ends, and there are three attempts. Another's
    /// API server is never taken for ours, as it has no certificate of our CA.
    pub(crate) fn start(folder: &Path, flags: &[&str]) -> Result<Self, String> {
        let parts = Parts::find()?;
        let attempt = |number| {
            let folder = folder.join(format!("attempt-{number}"));
            fs::create_dir_all(&folder).map_err(text)?;
            Self::attempt(&parts, &folder, flags)
        };
        attempt(1).or_else(|_| attempt(2)).or_else(|_| attempt(3))
    }

    fn attempt(parts: &Parts, folder: &Path, flags: &[&str]) -> Result<Self, String> {
        let port = free_port().map_err(text)?;
        // Sockets of its folder, which no other etcd can have taken.
        let socket = |name: &str| format!("unix://{}", folder.join(name).display());
        let (etcd_url, peer_url) = (socket("client.sock"), socket("peer.sock"));
        let (program, arguments) = parts.etcd(&folder.join("etcd"), &etcd_url, &peer_url);
        let etcd = Leashed::start(&program, arguments, folder.join("etcd.log"))?;

        let access = Access::new(folder, port)?;
        let mut arguments = server_flags(folder, &etcd_url, port);
        arguments.extend(flags.iter().map(|&flag| flag.to_owned()));
        let Part { program, first } = parts.part("kube-apiserver");
        let arguments = first.map(str::to_owned).into_iter().chain(arguments);
        let log = folder.join("kube-apiserver.log");
        let mut kube_apiserver = Leashed::start(&program, arguments, log)?;
        let bin = kubectl(&parts.part("kubectl"), folder).map_err(text)?;
        kube_apiserver.until("kube-apiserver", |_| {
            ready(&bin, &access.kubeconfig).then_some(())
        })?;
        Ok(Self {
            kube_apiserver,
            _etcd: etcd,
            kubeconfig: access.kubeconfig,
            bin,
            audit_log: folder.join("audit.log"),
        })
    }
}

fn server_flags(folder: &Path, etcd: &str, port: u16) -> Vec<String> {
    let at = folder.display();
    vec![
        format!("--etcd-servers={etcd}"),
        format!("--secure-port={port}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--cert-dir={at}"),
        format!("--tls-cert-file={at}/tls.crt"),
        format!("--tls-private-key-file={at}/tls.key"),
        "--service-account-issuer=https://stickler.test".to_owned(),
        format!("--service-account-key-file={at}/tls.pub"),
        format!("--service-account-signing-key-file={at}/tls.key"),
        format!("--token-auth-file={at}/tokens.csv"),
        "--authorization-mode=RBAC".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // Nobody is there to make default ServiceAccounts or endpoints.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--audit-policy-file={at}/audit.yaml"),
        format!("--audit-log-path={at}/audit.log"),
    ]
}

/// The files by which an administrator and the API server know each other.
struct Access {
    kubeconfig: PathBuf,
}

impl Access {
    fn new(folder: &Path, port: u16) -> Result<Self, String> {
        let authority = Authority::new().map_err(text)?;
        let pair = authority.loopback().map_err(text)?;
        let secret = format!("{:x}", RandomState::new().build_hasher().finish());
        let ca = folder.join("ca.crt");
        let cluster = json!({
            "server": format!("https://127.0.0.1:{port}"),
            "certificate-authority": ca,
        });
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": secret}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        });
        let access = Self {
            kubeconfig: folder.join("kubeconfig"),
        };
        for (path, content) in [
            (&ca, authority.certificate()),
            (&folder.join("tls.crt"), &pair.certificate),
            (&folder.join("tls.key"), &pair.key),
            (&folder.join("tls.pub"), &pair.public_key),
            (
                &folder.join("tokens.csv"),
                &format!("{secret},admin,1,\"system:masters\"\n"),
            ),
            (&folder.join("audit.yaml"), AUDIT_POLICY),
            (&access.kubeconfig, &kubeconfig.to_string()),
        ] {
            fs::write(path, content).map_err(text)?;
        }
        Ok(access)
    }
}

/// A folder for `PATH`, with a `kubectl` that is the control plane's own.
fn kubectl(part: &Part, folder: &Path) -> io::Result<PathBuf> {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    let path = bin.join("kubectl");
    let first = part.first.unwrap_or_default();
    let script = format!(
        "#!/bin/sh\nexec '{}' {first} \"$@\"\n",
        part.program.display()
    );
    fs::write(&path, script)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(bin)
}

fn ready(bin: &Path, kubeconfig: &Path) -> bool {
    Command::new(bin.join("kubectl"))
        .args(["get", "--raw", "/readyz"])
        .env("KUBECONFIG", kubeconfig)
        .output()
        .is_ok_and(|output| output.status.success())
}

/// A port that nobody listens on.
fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
