//! `--dev`: a certificate authority that lives as long as the server, and a
//! line to try it with.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::Failure;
use crate::certs::{Authority, Usage, pem};
use crate::cli::terminal;
use crate::probe::REVIEW;
use crate::server::certificate::CertifiedKeyPair;

/// Longer than any trial.
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);

/// The folder with the CA's certificate and an example.
pub(super) struct Dev {
    path: PathBuf,
    /// Gone with the server, unless the user named a folder.
    _temporary: Option<TempDir>,
}

impl Dev {
    /// Makes a CA and a leaf for localhost. Neither key is ever written.
    pub(super) fn start(dir: Option<&Path>) -> Result<(Self, CertifiedKeyPair), Failure> {
        let dev = Self::folder(dir).map_err(|error| Failure::new("--dev-dir", error))?;
        let (ca, pair) = make().map_err(|error| Failure::new("--dev", error))?;
        let written =
            std::fs::write(dev.ca(), ca).and_then(|()| std::fs::write(dev.review(), REVIEW));
        written.map_err(|error| Failure::new(dev.path.display(), error))?;
        Ok((dev, pair))
    }

    fn folder(dir: Option<&Path>) -> std::io::Result<Self> {
        if let Some(dir) = dir {
            std::fs::create_dir_all(dir)?;
            let path = dir.canonicalize()?;
            return Ok(Self {
                path,
                _temporary: None,
            });
        }
        let temporary = tempfile::Builder::new().prefix("stickler-dev-").tempdir()?;
        let path = temporary.path().to_owned();
        Ok(Self {
            path,
            _temporary: Some(temporary),
        })
    }

    fn ca(&self) -> PathBuf {
        self.path.join("ca.crt")
    }

    fn review(&self) -> PathBuf {
        self.path.join("review.json")
    }

    /// Prints a line that posts the example and gets its denial.
    pub(super) fn announce(&self, address: SocketAddr) -> Result<(), Failure> {
        let curl = format!(
            "curl --cacert {} -H 'Content-Type: application/json' --data-binary @{} https://localhost:{}/validate",
            shell_quote(&self.ca()),
            shell_quote(&self.review()),
            address.port(),
        );
        let mut out = terminal::stdout();
        writeln!(out, "Try it in another terminal:\n\n  {curl}\n")
            .and_then(|()| out.flush())
            .map_err(|error| Failure::new("standard output", error))
    }
}

/// The CA's certificate in PEM, and a leaf of it.
fn make() -> Result<(String, CertifiedKeyPair), Box<dyn std::error::Error>> {
    let now = Timestamp::now();
    let ca = Authority::make(now, LIFE)?;
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let leaf = ca.sign(&names, Usage::Server, now, LIFE)?;
    let authority = Some(vec![ca.certificate().clone()]);
    let pair = CertifiedKeyPair::new(vec![leaf.certificate], leaf.key.der(), authority)?;
    Ok((pem::certificates([ca.certificate()]), pair))
}

/// A path as one word of a shell.
fn shell_quote(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
