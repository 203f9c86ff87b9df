//! The loop around the plan: read, take a step, read again, until no step is
//! left; then sign our own leaf if it is due.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

use super::authority::{Leaf, Usage};
use super::clock::ClockError;
use super::cluster::{Cluster, Failed, Published, Write};
use super::plan::{Signed, Step, StoredCas, leaf_is_due, plan};
use super::secret::{Contents, Foreign, take};
use super::{Authority, Lifetimes};

/// The most steps of one pass. A rotation never needs as many; the bound
/// slows down a conflict with another writer of the same objects.
const STEPS: usize = 12;

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How a replica manages its certificate.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The names and addresses that the leaf is for.
    pub names: Vec<String>,
    /// How long the certificates that we generate are valid.
    pub lifetimes: Lifetimes,
    /// How long to wait between two passes.
    pub interval: Duration,
}

/// What a pass of the controller reports.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A step was taken; other replicas see it too.
    Took(Step),
    /// The leaf to serve and the CAs that callers trust: one of them has changed.
    Serve(&'a Leaf, &'a [CertificateDer<'static>]),
    /// The pass failed, and will be repeated.
    Failed(&'a Failure),
    /// The pass succeeded.
    Succeeded,
}

/// Why a pass failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call of the API server.
    #[error(transparent)]
    Call(#[from] Failed),
    /// Our clock and the API server's do not agree.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The Secret belongs to something else.
    #[error("the Secret cannot be used: {0}")]
    Foreign(#[from] Foreign),
    /// A certificate cannot be generated.
    #[error("cannot sign: {0}")]
    Make(#[from] rcgen::Error),
    /// Another writer undoes each step.
    #[error("another client keeps changing the Secret or the caBundle")]
    Contended,
}

/// Manages a replica's certificate, and with the other replicas the CA.
pub struct CertificateController {
    cluster: Cluster,
    settings: Settings,
    serving: Option<Serving>,
}

/// What is served now.
struct Serving {
    leaf: Leaf,
    by: CertificateDer<'static>,
    trusted: Vec<CertificateDer<'static>>,
}

/// The Secret and the bundle as they were last seen.
struct Seen {
    current: Authority,
    stored: StoredCas,
    trusted: Vec<CertificateDer<'static>>,
}

/// The outcome of one step.
enum Stepped {
    Took(Step),
    Conflict,
    Done,
}

impl CertificateController {
    /// A controller that has not begun.
    #[must_use]
    pub fn new(cluster: Cluster, settings: Settings) -> Self {
        Self {
            cluster,
            settings,
            serving: None,
        }
    }

    /// Makes one pass after another, for as long as it is polled.
    pub async fn run(mut self, mut report: impl FnMut(Event<'_>)) {
        let mut pauses = Pauses::new(self.settings.interval);
        loop {
            let outcome = self.reconcile(Timestamp::now(), &mut report).await;
            match &outcome {
                Ok(()) => report(Event::Succeeded),
                Err(failure) => report(Event::Failed(failure)),
            }
            tokio::time::sleep(pauses.after(outcome.is_ok())).await;
        }
    }

    /// One pass: afterwards the Secret, the bundle and our leaf are as they
    /// should be, or there is a failure.
    ///
    /// A leaf is renewed also while the bundle cannot be written. The first one
    /// waits for it: no caller would accept it.
    pub async fn reconcile(
        &mut self,
        now: Timestamp,
        report: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Failure> {
        let mut seen = None;
        let settled = self.settle(now, &mut seen, report).await;
        match seen {
            Some(seen) if settled.is_ok() || self.serving.is_some() => {
                settled.and(self.serve(seen, now, report))
            }
            _ => settled,
        }
    }

    /// Takes steps until none is left.
    async fn settle(
        &self,
        now: Timestamp,
        seen: &mut Option<Seen>,
        report: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Failure> {
        for _ in 0..STEPS {
            match self.step(now, seen).await? {
                Stepped::Took(step) => report(Event::Took(step)),
                Stepped::Conflict => {}
                Stepped::Done => return Ok(()),
            }
        }
        Err(Failure::Contended)
    }

    /// Reads the Secret and the bundle, and takes the next step.
    async fn step(&self, now: Timestamp, seen: &mut Option<Seen>) -> Result<Stepped, Failure> {
        *seen = None;
        let lifetimes = self.settings.lifetimes;
        let secret = self.cluster.secret().await?;
        self.cluster.clock_agrees(now)?;
        let mut secret = secret.unwrap_or_else(|| self.cluster.new_secret());
        let data = secret.data.get_or_insert_default();
        let contents = Contents::read(data)?;
        for defect in &contents.defects {
            tracing::warn!(%defect, "the Secret is damaged");
        }
        let stored = contents.stored;
        let published = self.cluster.published().await;
        *seen = contents.current.map(|current| Seen {
            current,
            stored: stored.clone(),
            trusted: self.trusted(&stored, published.as_ref().ok()),
        });
        let published = published?;
        let Some(step) = plan(&stored, &published.bundle, now, lifetimes) else {
            return Ok(Stepped::Done);
        };
        let written = if step == Step::Publish {
            self.cluster.publish(&published, &stored.trusted()).await?
        } else {
            take(step, data, now, lifetimes)?;
            self.cluster.write(&secret).await?
        };
        Ok(match written {
            Write::Done => Stepped::Took(step),
            Write::Conflict => Stepped::Conflict,
        })
    }

    /// The CAs that callers trust: those that are published, or were when the
    /// configuration was last read, or will be once there is one.
    fn trusted(
        &self,
        stored: &StoredCas,
        published: Option<&Published>,
    ) -> Vec<CertificateDer<'static>> {
        match (published, &self.serving) {
            (None, Some(serving)) => serving.trusted.clone(),
            (published, _) => published
                .and_then(|published| published.bundle.trusted_by_all())
                .unwrap_or_else(|| stored.trusted()),
        }
    }

    /// Signs a leaf if it is due, and reports any change.
    fn serve(
        &mut self,
        seen: Seen,
        now: Timestamp,
        report: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Failure> {
        let signed = self.serving.as_ref().map(Serving::signed);
        let current = seen.stored.current.as_ref();
        let due = current.is_some_and(|ca| leaf_is_due(signed, ca, now, self.settings.lifetimes));
        if due {
            self.serving = Some(self.sign(seen, now)?);
        } else {
            match &mut self.serving {
                Some(serving) if serving.trusted != seen.trusted => serving.trusted = seen.trusted,
                _ => return Ok(()),
            }
        }
        if let Some(serving) = &self.serving {
            report(Event::Serve(&serving.leaf, &serving.trusted));
        }
        Ok(())
    }

    fn sign(&self, seen: Seen, now: Timestamp) -> Result<Serving, rcgen::Error> {
        let Settings {
            names, lifetimes, ..
        } = &self.settings;
        let leaf = seen
            .current
            .sign(names, Usage::Server, now, lifetimes.leaf)?;
        Ok(Serving {
            leaf,
            by: seen.current.certificate().clone(),
            trusted: seen.trusted,
        })
    }
}

/// How long to wait between passes: the interval, or after failures 1 s, 2 s,
/// 4 s and so on.
struct Pauses {
    interval: Duration,
    failures: u32,
}

impl Pauses {
    fn new(interval: Duration) -> Self {
        let failures = 0;
        Self { interval, failures }
    }

    /// The next pause; a quarter more or less, so that the passes of replicas
    /// spread.
    fn after(&mut self, succeeded: bool) -> Duration {
        self.failures = if succeeded { 0 } else { self.failures + 1 };
        let pause = match self.failures {
            0 => self.interval,
            failures => LONGEST_PAUSE.min(Duration::from_secs(1 << (failures - 1).min(10))),
        };
        let random = RandomState::new().hash_one(self.failures) % 1000;
        pause * 3 / 4 + pause * u32::try_from(random).unwrap_or_default() / 2000
    }
}

impl Serving {
    fn signed(&self) -> Signed<'_> {
        Signed {
            by: &self.by,
            not_before: self.leaf.not_before,
            not_after: self.leaf.not_after,
        }
    }
}

#[cfg(test)]
mod tests;
