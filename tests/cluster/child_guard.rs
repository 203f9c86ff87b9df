//! Programs that never outlive the test.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Waits for the end of a pipe that only the test holds open, then ends the
/// program: it has taken the shell's place and so has the shell's pid. The
/// kernel closes the pipe however the test ends, by `SIGKILL` too.
const LEASH: &str = r#"exec 3<&0; (cat <&3 >/dev/null; kill -KILL $$) & exec "$@" 3<&- </dev/null"#;

/// For programs in Go: what they allocate is collected four times less often
/// than by default. That is a quarter of their processor time here.
pub(crate) const COLLECT_LESS: (&str, &str) = ("GOGC", "400");

/// A program on its leash: dropping it ends it.
pub(crate) struct Leashed {
    child: Child,
    log: PathBuf,
}

impl Leashed {
    /// Starts `program`; what it prints goes to the file `log`.
    pub(crate) fn start<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        log: PathBuf,
    ) -> Result<Self, String> {
        let explain = |error| format!("cannot start {}: {error}", program.display());
        let output = File::create(&log).map_err(explain)?;
        let child = Command::new("sh")
            .args(["-c", LEASH, "child_guard"])
            .arg(program)
            .args(arguments)
            .envs([COLLECT_LESS])
            .stdin(Stdio::piped())
            .stdout(output.try_clone().map_err(explain)?)
            .stderr(output)
            .spawn()
            .map_err(explain)?;
        Ok(Self { child, log })
    }

    /// How the program ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// The program's process number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends the program a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// What the program printed so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks until `ready` answers; fails with the program's log when it ends
    /// before that, or does not get there.
    pub(crate) fn until<T>(
        &mut self,
        what: &str,
        mut ready: impl FnMut(&Self) -> Option<T>,
    ) -> Result<T, String> {
        let answer = poll(|| match ready(self) {
            Some(answer) => Some(Ok(answer)),
            None => self.ended().map(|status| Err(format!("ended: {status}"))),
        });
        answer
            .unwrap_or_else(|| Err("not in time".to_owned()))
            .map_err(|why| format!("{what}: {why}; it printed:\n{}", self.log()))
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Asks again and again until there is an answer; `None` after two minutes,
/// which only a machine that is stuck needs.
pub(crate) fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(120) {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    None
}
