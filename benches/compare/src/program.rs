//! Servers as programs: started, asked, weighed, and ended with their owner.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::caller::{Caller, request};
use crate::review;

/// A server that can be started.
pub struct Program {
    pub name: &'static str,
    pub path: PathBuf,
    /// What stands before the address, and before certificate and key; bare
    /// programs take the three as arguments.
    pub flags: Option<[&'static str; 3]>,
    pub more: Vec<String>,
    pub log_level: &'static str,
}

/// What a server has to bear beside its callers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Adversity {
    None,
    /// Its log goes to a disk that is full.
    FullDisk,
    /// Nobody reads its log.
    UnreadLog,
    /// It starts with a soft limit of 1,024 open files.
    FewFiles,
    /// It admits callers with a certificate only.
    ClientCa,
}

/// A server that runs until this is dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// Where it is probed; nobody listens there but for stickler.
    pub admin: SocketAddr,
    /// Who may call it.
    pub caller: Caller,
    /// From its start to its first answer.
    pub ready: Duration,
}

impl Program {
    /// stickler as it is released.
    pub fn stickler(name: &'static str, root: &Path, log_level: &'static str) -> Self {
        let more = ["serve"].map(str::to_owned);
        Self {
            name,
            path: root.join("target/compare/stickler"),
            flags: Some(["--listen", "--tls-cert", "--tls-key"]),
            more: more.into(),
            log_level,
        }
    }

    /// A program that takes address, certificate and key.
    pub fn bare(name: &'static str, path: PathBuf) -> Self {
        Self {
            name,
            path,
            flags: None,
            more: Vec::new(),
            log_level: "info",
        }
    }

    /// Starts it on one processor, as if it had no other.
    pub async fn start_on(&self, processor: &str, folder: &Path) -> Result<Running> {
        let mut command = on(processor, &self.path);
        self.started(&mut command, Adversity::None, folder).await
    }

    /// Starts it with the certificate in `folder`, and returns with its first answer.
    pub async fn start(&self, folder: &Path) -> Result<Running> {
        self.start_under(Adversity::None, folder).await
    }

    /// The same, with something more to bear.
    pub async fn start_under(&self, adversity: Adversity, folder: &Path) -> Result<Running> {
        let mut command = Command::new(&self.path);
        if adversity == Adversity::FewFiles {
            command = Command::new("sh");
            command.args(["-c", "ulimit -Sn 1024 && exec \"$0\" \"$@\""]);
            command.arg(&self.path);
        }
        self.started(&mut command, adversity, folder).await
    }

    async fn started(
        &self,
        command: &mut Command,
        adversity: Adversity,
        folder: &Path,
    ) -> Result<Running> {
        let free = || TcpListener::bind("127.0.0.1:0")?.local_addr();
        let (address, admin) = (free()?, free()?);
        let request = request(&review(1));
        command
            .args(&self.more)
            .args(self.arguments(address, folder));
        if self.flags.is_some() {
            command.arg(format!("--admin={admin}"));
        }
        let authority = folder.join("ca.crt");
        let caller = if adversity == Adversity::ClientCa {
            let [callers, certificate, key] = callers(folder)?;
            command.arg(format!("--client-ca={}", callers.display()));
            Caller::known_by(&authority, &certificate, &key)?
        } else {
            Caller::trusting(&authority)?
        };
        command.env("RUST_LOG", self.log_level);
        command.stdout(Stdio::null()).stderr(match adversity {
            Adversity::FullDisk => fs::OpenOptions::new().write(true).open("/dev/full")?.into(),
            Adversity::UnreadLog => Stdio::piped(),
            _ => Stdio::null(),
        });
        let begun = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", self.path.display()))?;
        loop {
            if let Ok(mut call) = caller.call(address).await
                && call.ask(&request).await.is_ok()
            {
                let ready = begun.elapsed();
                return Ok(Running {
                    child,
                    address,
                    admin,
                    caller,
                    ready,
                });
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("{} ended: {status}", self.name).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn arguments(&self, address: SocketAddr, folder: &Path) -> Vec<String> {
        let file = |name| folder.join(name).display().to_string();
        let values = [address.to_string(), file("tls.crt"), file("tls.key")];
        match self.flags {
            Some(flags) => flags
                .iter()
                .zip(values)
                .map(|(flag, it)| format!("{flag}={it}"))
                .collect(),
            None => values.into(),
        }
    }

    /// Its size in megabytes.
    pub fn megabytes(&self) -> Result<f64> {
        let bytes = fs::metadata(&self.path)?.len();
        Ok(f64::from(u32::try_from(bytes >> 10)?) / 1024.0)
    }
}

impl Running {
    /// Resident memory in megabytes: `VmRSS` is what it is now, `VmHWM` the most it was.
    pub fn memory(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
        Ok(kilobytes.ok_or("no such line")? / 1024.0)
    }

    /// Processor time that it has used, in seconds: its own, and the kernel's for it.
    pub fn processor_times(&self) -> Result<[f64; 2]> {
        /// Of `/proc/PID/stat`, in hundredths of a second on every Linux (`USER_HZ`, time(7)).
        const TICKS: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(") ").ok_or("no such line")?;
        let mut fields = fields.split(' ').skip(11);
        let mut next = || -> Result<f64> {
            let field = fields.next().ok_or("no such field")?;
            Ok(field.parse::<f64>()? / TICKS)
        };
        Ok([next()?, next()?])
    }

    /// Open files.
    pub fn descriptors(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs on one processor only (taskset, of util-linux).
pub fn on(processor: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", processor]).arg(program);
    command
}

/// A CA of callers, and the certificate and key of one.
fn callers(folder: &Path) -> Result<[PathBuf; 3]> {
    let files = ["callers.crt", "caller.crt", "caller.key"].map(|name| folder.join(name));
    let [authority, certificate, key] = &files;
    let authority_key = folder.join("callers.key");
    let make = |name: &str, extensions: &[&str], certificate: &Path, key: &Path| {
        let mut command = Command::new("openssl");
        command.args(["req", "-x509", "-nodes", "-days", "30", "-newkey", "ec"]);
        command.args(["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", name]);
        command.args(extensions.iter().flat_map(|it| ["-addext", it]));
        command.arg("-out").arg(certificate).arg("-keyout").arg(key);
        command
    };
    let is_ca = ["basicConstraints=critical,CA:TRUE"];
    let first = make("/CN=callers", &is_ca, authority, &authority_key).output()?;
    let is_caller = [
        "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=clientAuth",
    ];
    let mut second = make("/CN=kube-apiserver", &is_caller, certificate, key);
    second
        .arg("-CA")
        .arg(authority)
        .arg("-CAkey")
        .arg(&authority_key);
    for made in [first, second.output()?] {
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into());
        }
    }
    Ok(files)
}

/// The repository, and a folder with a fresh certificate in it.
pub fn places() -> Result<(PathBuf, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let folder = root.join("target/compare");
    fs::create_dir_all(&folder)?;
    let made = Command::new(root.join("certs/make.sh"))
        .arg(&folder)
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into());
    }
    Ok((root, folder))
}
