//! `stickler certs inspect`: what is in PEM files, and what is wrong with it.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use rustls::pki_types::ServerName;

use super::Failure;
use crate::certs::inspect::{Certificate, Content, File, Report, inspect};
use crate::cli::{duration, terminal};

/// Report what certificates and keys contain, and their problems
///
/// The files are also held against each other: a key and its certificate, a
/// certificate and its CA.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler certs inspect ca.crt tls.crt tls.key --name stickler.stickler.svc
      whether the API server will get through to the webhook
  kubectl get validatingwebhookconfiguration stickler \\
    -o jsonpath='{.webhooks[0].clientConfig.caBundle}' |
    base64 -d | stickler certs inspect /dev/stdin
      whom the API server trusts

Exit codes:
  0  no problems
  1  problems
  2  usage, or a file that cannot be read")]
pub(super) struct Inspect {
    /// Files with certificates or private keys in PEM
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The server name that callers ask for
    #[arg(long, value_parser = server_name)]
    name: Option<ServerName<'static>>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn server_name(text: &str) -> Result<ServerName<'static>, String> {
    let name = ServerName::try_from(text.to_owned());
    name.map_err(|_| "not a DNS name, and not an address".to_owned())
}

impl Inspect {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let files: Result<Vec<_>, _> = self.files.iter().map(|path| File::read(path)).collect();
        let files = files.map_err(|error| Failure::new("certs inspect", error))?;
        let report = inspect(&files, self.name.as_ref(), Timestamp::now());
        let written = if self.json {
            json(&report)
        } else {
            text(&report)
        };
        written.map_err(|error| Failure::new("standard output", error))?;
        Ok(ExitCode::from(u8::from(!report.problems.is_empty())))
    }
}

fn json(report: &Report) -> io::Result<()> {
    let mut out = terminal::stdout();
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)
}

fn text(report: &Report) -> io::Result<()> {
    let mut out = terminal::stdout();
    for found in &report.found {
        let file = found.file.display();
        match &found.what {
            Content::Ca(ca) => certificate(&mut out, &format!("{file}: CA"), ca)?,
            Content::Leaf(leaf) => certificate(&mut out, &format!("{file}: certificate"), leaf)?,
            Content::Key { belongs_to } => {
                let whose = belongs_to.as_deref().unwrap_or("something else");
                writeln!(out, "{file}: private key of {whose}")?;
            }
        }
    }
    for problem in &report.problems {
        writeln!(out, "problem: {problem}")?;
    }
    match report.problems.len() {
        0 => writeln!(terminal::stderr(), "No problems."),
        1 => writeln!(terminal::stderr(), "1 problem."),
        count => writeln!(terminal::stderr(), "{count} problems."),
    }
}

fn certificate(out: &mut impl io::Write, what: &str, certificate: &Certificate) -> io::Result<()> {
    writeln!(out, "{what} {}", certificate.subject)?;
    if !certificate.names.is_empty() {
        writeln!(out, "  names    {}", certificate.names.join(", "))?;
    }
    writeln!(out, "  issuer   {}", certificate.issuer)?;
    writeln!(
        out,
        "  valid    {} to {}",
        certificate.not_before, certificate.not_after
    )?;
    let seconds = certificate.expires_in_seconds;
    let about = duration::about(seconds.unsigned_abs());
    if seconds < 0 {
        writeln!(out, "  expired  {about} ago")
    } else {
        writeln!(out, "  expires  in {about}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_in_lines() {
        for (seconds, names, last) in [
            (90_000, &["a.svc", "b.svc"][..], "  expires  in 25 hours"),
            (0, &[], "  expires  in 0 seconds"),
            (-60, &[], "  expired  60 seconds ago"),
        ] {
            let shown = Certificate {
                subject: "CN=a".to_owned(),
                issuer: "CN=ca".to_owned(),
                serial: "01".to_owned(),
                names: names.iter().map(|&name| name.to_owned()).collect(),
                not_before: Timestamp::UNIX_EPOCH,
                not_after: Timestamp::UNIX_EPOCH,
                expires_in_seconds: seconds,
            };
            let mut out = Vec::new();
            certificate(&mut out, "certificate", &shown).unwrap();
            let names = match names {
                [] => String::new(),
                names => format!("  names    {}\n", names.join(", ")),
            };
            let expected = format!(
                "certificate CN=a\n{names}  issuer   CN=ca\n  valid    1970-01-01T00:00:00Z to \
                 1970-01-01T00:00:00Z\n{last}\n"
            );
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
