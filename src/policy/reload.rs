//! The policy while stickler serves: reloaded by content, and never half.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::Policies;
use super::controller::ControllerOverride;
use super::fault::Faults;

/// The largest file that is read: a ConfigMap holds at most 1 MiB.
const MAX_BYTES: u64 = 1 << 20;

/// The policy of a running server. A request takes one snapshot and keeps it
/// to its end, so that an answer never mixes two policies.
#[derive(Debug, Default)]
pub struct PolicyHandle {
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

/// The text of a file, or why it could not be read.
type Content = Result<String, String>;

#[derive(Debug, Clone)]
struct Last {
    /// The file's text, or why it could not be read.
    content: Content,
    /// A newer content that only one poll has read yet.
    pending: Option<Content>,
    /// What was wrong with it; `None` where it is the one in force.
    refused: Option<Arc<Faults>>,
}

impl Last {
    /// Whether a content is new, and was read before.
    fn is_settled(&mut self, content: &Content) -> bool {
        let before = self.pending.take();
        if self.content == *content {
            return false;
        }
        if before.as_ref() == Some(content) {
            return true;
        }
        self.pending = Some(content.clone());
        false
    }
}

/// What a poll of the file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReloadOutcome {
    /// The same as the last time, good or bad.
    Unchanged,
    /// A good one, now in force; with its warnings.
    Loaded(Faults),
    /// A bad one: the last good one stays in force.
    Refused(Arc<Faults>),
}

impl PolicyHandle {
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

    /// As [`PolicyHandle::open`]; `controller` is used in place of what the file says,
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
            pending: None,
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

    /// Compares the file's content with what is known, and loads it where it
    /// differs and two polls in a row have read the same: one alone may read
    /// the first half of a file that is being written, and a policy without
    /// its second half may admit what the whole refuses. By content, as a
    /// mounted ConfigMap changes by a symbolic link and keeps no useful time
    /// stamps.
    pub fn poll(&self, now: Timestamp) -> ReloadOutcome {
        let Some(source) = &self.source else {
            return ReloadOutcome::Unchanged;
        };
        let content = read(&source.path);
        if !source.last().is_settled(&content) {
            return ReloadOutcome::Unchanged;
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
                ReloadOutcome::Loaded(warnings)
            }
            Err(faults) => {
                let faults = Arc::new(faults);
                last.refused = Some(Arc::clone(&faults));
                self.reloads[1].fetch_add(1, Relaxed);
                ReloadOutcome::Refused(faults)
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
fn read(path: &Path) -> Content {
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

fn parse(path: &Path, content: &Content, now: Timestamp) -> Result<(Policies, Faults), Faults> {
    let name = path.display().to_string();
    match content {
        Ok(text) => Policies::parse(&name, text, now),
        Err(error) => Err(Faults::unreadable(&name, error)),
    }
}
