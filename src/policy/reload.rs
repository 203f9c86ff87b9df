//! The policy while stickler serves: reloaded by content, and never half.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};

use super::Policies;
use super::controller::ControllerOverride;
use super::fault::Faults;

/// The largest file that is read: a ConfigMap holds at most 1 MiB.
const MAX_BYTES: u64 = 1 << 20;

/// A file that was not written for this long is whole.
const SETTLED: SignedDuration = SignedDuration::from_millis(500);

/// The policy of a running server. A request takes one snapshot and keeps it
/// to its end, so that an answer never mixes two policies.
#[derive(Debug, Default)]
pub struct Live {
    current: ArcSwap<Policies>,
    source: Option<Source>,
    /// What flags say of the controller, whatever the file says.
    controller: ControllerOverride,
    /// Changes of the file that were taken, and ones that were refused.
    reloads: [AtomicU64; 2],
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    /// What the last poll saw, good or bad.
    last: Mutex<Last>,
}

impl Source {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Clone)]
struct Last {
    /// The file's text, or why it could not be read.
    content: Result<String, String>,
    /// What was wrong with it; `None` where it is the one in force.
    refused: Option<Arc<Faults>>,
}

/// What a poll of the file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// The same as the last time, good or bad.
    Unchanged,
    /// A good one, now in force; with its warnings.
    Loaded(Faults),
    /// A bad one: the last good one stays in force.
    Refused(Arc<Faults>),
}

impl Live {
    /// A policy that stays as it is.
    #[must_use]
    pub fn fixed(policies: Policies) -> Self {
        Self {
            current: ArcSwap::from_pointee(policies),
            ..Self::default()
        }
    }

    /// Loads the file at `path`, to be polled from then on; with its warnings.
    /// A server does not start under a policy that it cannot read.
    pub fn open(path: &Path, now: Timestamp) -> Result<(Self, Faults), Faults> {
        Self::open_with(path, ControllerOverride::default(), now)
    }

    /// As [`Live::open`]; `controller` is used in place of what the file says,
    /// now and after each reload.
    pub fn open_with(
        path: &Path,
        controller: ControllerOverride,
        now: Timestamp,
    ) -> Result<(Self, Faults), Faults> {
        let content = read(path);
        let (policies, warnings) = parse(path, &content, now)?;
        let policies = policies.with_controller(controller);
        let last = Last {
            content,
            refused: None,
        };
        let source = Source {
            path: path.to_owned(),
            last: Mutex::new(last),
        };
        let live = Self {
            current: ArcSwap::from_pointee(policies),
            source: Some(source),
            controller,
            ..Self::default()
        };
        Ok((live, warnings))
    }

    /// The policy in force, for the length of one answer.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Policies> {
        self.current.load_full()
    }

    /// Compares the file's content with what the last poll saw, and loads it
    /// where it differs. By content, as a mounted ConfigMap changes by a
    /// symbolic link and keeps no useful time stamps.
    pub fn poll(&self, now: Timestamp) -> Poll {
        let Some(source) = &self.source else {
            return Poll::Unchanged;
        };
        let content = read(&source.path);
        if source.last().content == content || is_being_written(&source.path, now) {
            return Poll::Unchanged;
        }
        // Without the lock: probes and metrics wait for it on the threads that
        // serve.
        let parsed = parse(&source.path, &content, now);
        let mut last = source.last();
        last.content = content;
        match parsed {
            Ok((policies, warnings)) => {
                let policies = policies.with_controller(self.controller);
                self.current.store(Arc::new(policies));
                last.refused = None;
                self.reloads[0].fetch_add(1, Relaxed);
                Poll::Loaded(warnings)
            }
            Err(faults) => {
                let faults = Arc::new(faults);
                last.refused = Some(Arc::clone(&faults));
                self.reloads[1].fetch_add(1, Relaxed);
                Poll::Refused(faults)
            }
        }
    }

    /// What is wrong with the file as it is now, while an older one is in force.
    #[must_use]
    pub fn refused(&self) -> Option<Arc<Faults>> {
        self.source.as_ref()?.last().refused.clone()
    }

    /// How many changes of the file were taken, and how many were refused.
    #[must_use]
    pub fn reloads(&self) -> [u64; 2] {
        [0, 1].map(|index: usize| self.reloads[index].load(Relaxed))
    }
}

/// The content of a regular file. Opening a FIFO would wait for a writer, and a
/// device may have no end.
fn read(path: &Path) -> Result<String, String> {
    let read = || {
        let kind = std::fs::metadata(path)?;
        if !kind.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut text = String::new();
        let file = std::fs::File::open(path)?;
        file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(io::Error::other("it is larger than 1 MiB"));
        }
        Ok(text)
    };
    read().map_err(|error| error.to_string())
}

/// Whether the file was written a moment ago: what was read may be the first
/// half of it, and a policy without its second half may admit what the whole
/// refuses. The next poll reads it again. A write after `now` was taken counts
/// too; a time that is further ahead says nothing.
fn is_being_written(path: &Path, now: Timestamp) -> bool {
    let written = std::fs::metadata(path).and_then(|it| it.modified()).ok();
    let written = written.and_then(|it| Timestamp::try_from(it).ok());
    written.is_some_and(|written| (written - SETTLED..written + SETTLED).contains(&now))
}

fn parse(
    path: &Path,
    content: &Result<String, String>,
    now: Timestamp,
) -> Result<(Policies, Faults), Faults> {
    let name = path.display().to_string();
    match content {
        Ok(text) => Policies::parse(&name, text, now),
        Err(error) => Err(Faults::unreadable(&name, error)),
    }
}
