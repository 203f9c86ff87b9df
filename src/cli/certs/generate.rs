//! `stickler certs generate`: a CA and what it signs, into a folder.

use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::Failure;
use crate::certs::{Authority, Usage, pem};
use crate::cli::{duration, terminal};
use crate::lint::text::quote;

/// Make a CA and a certificate that it signs
///
/// DIR gets ca.crt, for curl's --cacert and the caBundle, and tls.crt and
/// tls.key, for `stickler serve`. The CA's own key is not written, so that
/// it cannot sign again, unless --keep-ca-key is set.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler certs generate certs/out
      for localhost and for the Service 'stickler' in the namespace 'stickler'
  stickler certs generate certs/out 192.0.2.7 webhook.example.com --life 90d
      for an address and a name, good for 90 days
  stickler certs generate certs/out --client kube-apiserver
      with a certificate for the API server to show: 'stickler serve --client-ca'")]
pub(super) struct Generate {
    /// Where to put the files; it is made if need be
    dir: PathBuf,

    /// The DNS names and addresses that tls.crt is for
    #[arg(default_values_t = ["localhost", "127.0.0.1", "stickler.stickler.svc"].map(str::to_owned))]
    names: Vec<String>,

    /// How long everything is good for, such as '36h' or '90d'
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = duration::parse)]
    life: SignedDuration,

    /// Also make client.crt and client.key, by which a caller of this name is known
    #[arg(long, value_name = "NAME")]
    client: Option<String>,

    /// Also write ca.key, for signing more
    #[arg(long)]
    keep_ca_key: bool,

    /// Replace files that are there already
    #[arg(long)]
    force: bool,
}

/// A file that is to be.
struct Planned {
    name: &'static str,
    content: Zeroizing<String>,
    /// Who may read it, as chmod has it.
    mode: u32,
}

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let files = self.make()?;
        self.write(&files)?;
        self.report(&files)
            .map_err(|error| Failure::new("standard output", error))?;
        Ok(ExitCode::SUCCESS)
    }

    fn make(&self) -> Result<Vec<Planned>, Failure> {
        let made = |error: rcgen::Error| Failure::new("making a certificate", error);
        let now = Timestamp::now();
        if now.checked_add(self.life).is_err() {
            return Err(Failure::new("--life", "ends later than any clock goes"));
        }
        let ca = Authority::make(now, self.life).map_err(made)?;
        let sign = |names: &[String], usage| {
            let leaf = ca.sign(names, usage, now, self.life);
            leaf.map_err(|error| Failure::new(quote(&names.join(", ")), error))
        };
        let tls = sign(&self.names, Usage::Server)?;
        let mut files = vec![
            public("ca.crt", pem::certificates([ca.certificate()])),
            public("tls.crt", pem::certificates([&tls.certificate])),
            private("tls.key", tls.key.pem()),
        ];
        if let Some(client) = &self.client {
            let client = sign(std::slice::from_ref(client), Usage::Client)?;
            files.push(public(
                "client.crt",
                pem::certificates([&client.certificate]),
            ));
            files.push(private("client.key", client.key.pem()));
        }
        if self.keep_ca_key {
            files.push(private("ca.key", ca.key_pem()));
        }
        Ok(files)
    }

    /// Every file is whole before the first gets its name: half of a set is
    /// worse than none.
    fn write(&self, files: &[Planned]) -> Result<(), Failure> {
        let at = |path: &Path| {
            let path = path.display().to_string();
            move |error: io::Error| Failure::new(path, error)
        };
        std::fs::create_dir_all(&self.dir).map_err(at(&self.dir))?;
        if !self.force {
            self.refuse_to_replace(files)?;
        }
        let whole: Result<Vec<_>, _> = files.iter().map(|file| file.beside(&self.dir)).collect();
        for (temporary, file) in whole.map_err(at(&self.dir))?.into_iter().zip(files) {
            let path = self.dir.join(file.name);
            let placed = if self.force {
                temporary.persist(&path)
            } else {
                temporary.persist_noclobber(&path)
            };
            placed.map_err(|error| at(&path)(error.error))?;
        }
        Ok(())
    }

    fn refuse_to_replace(&self, files: &[Planned]) -> Result<(), Failure> {
        let path = |file: &Planned| self.dir.join(file.name);
        match files.iter().map(path).find(|path| path.exists()) {
            Some(path) => Err(Failure::new(
                path.display(),
                "is there already; --force replaces it",
            )),
            None => Ok(()),
        }
    }

    fn report(&self, files: &[Planned]) -> io::Result<()> {
        let names: Vec<_> = files.iter().map(|file| file.name).collect();
        writeln!(
            terminal::stdout(),
            "{}: {} for {}",
            self.dir.display(),
            names.join(", "),
            self.names.join(", ")
        )
    }
}

impl Planned {
    /// The file under a name of its own.
    fn beside(&self, dir: &Path) -> io::Result<NamedTempFile> {
        let mode = PermissionsExt::from_mode(self.mode);
        let mut file = tempfile::Builder::new()
            .prefix(".stickler-")
            .permissions(mode)
            .tempfile_in(dir)?;
        file.write_all(self.content.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

fn public(name: &'static str, content: String) -> Planned {
    let content = Zeroizing::new(content);
    Planned {
        name,
        content,
        mode: 0o644,
    }
}

fn private(name: &'static str, content: Zeroizing<String>) -> Planned {
    Planned {
        name,
        content,
        mode: 0o600,
    }
}
