//! The loop around the plan: look, take a step, look again, until there is
//! nothing left to do; then sign our own leaf if it is due.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;

use super::authority::{Leaf, Usage};
use super::cluster::{Cluster, Failed, Published, Write};
use super::plan::{Held, Signed, Step, leaf_is_due, plan};
use super::secret::{Contents, Foreign, take};
use super::{Authority, Lives};

/// Steps at one look. A rotation never needs as many; a bound all the same,
/// so that a fight with somebody else over an object goes at our pace.
const STEPS: usize = 12;

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How a replica keeps its certificate.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The names and addresses that the leaf is for.
    pub names: Vec<String>,
    /// How long what we make is good for.
    pub lives: Lives,
    /// How long to wait between two looks.
    pub interval: Duration,
}

/// What a look came to.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// A step was taken; other replicas see it too.
    Took(Step),
    /// This is what is to be served, and whom callers trust: one of them has changed.
    Serve(&'a Leaf, &'a [CertificateDer<'static>]),
    /// Something did not work, and will be tried again.
    Failed(&'a Failure),
    /// Nothing was amiss.
    Fine,
}

/// Why a look failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call of the API server.
    #[error(transparent)]
    Call(#[from] Failed),
    /// The Secret is somebody else's.
    #[error("the Secret cannot be used: {0}")]
    Foreign(#[from] Foreign),
    /// Something cannot be made.
    #[error("cannot sign: {0}")]
    Make(#[from] rcgen::Error),
    /// Somebody undoes what we do, as fast as we do it.
    #[error("somebody else keeps changing the Secret or the caBundle")]
    Contended,
}

/// Keeps a replica's certificate.
pub struct Keeper {
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
    held: Held,
    trusted: Vec<CertificateDer<'static>>,
}

/// What came of looking once.
enum Stepped {
    Took(Step),
    Outrun,
    Rests,
}

impl Keeper {
    /// Nothing happens yet.
    #[must_use]
    pub fn new(cluster: Cluster, settings: Settings) -> Self {
        Self {
            cluster,
            settings,
            serving: None,
        }
    }

    /// Looks again and again, for as long as it is polled.
    pub async fn keep(mut self, mut tell: impl FnMut(News<'_>)) {
        let mut failures = 0;
        loop {
            match self.look(Timestamp::now(), &mut tell).await {
                Ok(()) => {
                    failures = 0;
                    tell(News::Fine);
                }
                Err(failure) => {
                    failures += 1;
                    tell(News::Failed(&failure));
                }
            }
            tokio::time::sleep(self.pause(failures)).await;
        }
    }

    /// One look: afterwards the Secret, the bundle and our leaf are as they
    /// should be, or there is a failure.
    ///
    /// A leaf is renewed also while the bundle cannot be mended. The first one
    /// waits for it: nobody could trust it.
    pub async fn look(
        &mut self,
        now: Timestamp,
        tell: &mut impl FnMut(News<'_>),
    ) -> Result<(), Failure> {
        let mut seen = None;
        let settled = self.settle(now, &mut seen, tell).await;
        match seen {
            Some(seen) if settled.is_ok() || self.serving.is_some() => {
                settled.and(self.serve(seen, now, tell))
            }
            _ => settled,
        }
    }

    /// Takes steps until none is left.
    async fn settle(
        &self,
        now: Timestamp,
        seen: &mut Option<Seen>,
        tell: &mut impl FnMut(News<'_>),
    ) -> Result<(), Failure> {
        for _ in 0..STEPS {
            match self.step(now, seen).await? {
                Stepped::Took(step) => tell(News::Took(step)),
                Stepped::Outrun => {}
                Stepped::Rests => return Ok(()),
            }
        }
        Err(Failure::Contended)
    }

    /// Looks at the Secret and the bundle, and takes the next step.
    async fn step(&self, now: Timestamp, seen: &mut Option<Seen>) -> Result<Stepped, Failure> {
        *seen = None;
        let lives = self.settings.lives;
        let secret = self.cluster.secret().await?;
        let mut secret = secret.unwrap_or_else(|| self.cluster.new_secret());
        let data = secret.data.get_or_insert_default();
        let contents = Contents::read(data)?;
        for defect in &contents.defects {
            tracing::warn!(%defect, "the Secret is damaged");
        }
        let held = contents.held;
        let published = self.cluster.published().await;
        *seen = contents.current.map(|current| Seen {
            current,
            held: held.clone(),
            trusted: self.trusted(&held, published.as_ref().ok()),
        });
        let published = published?;
        let Some(step) = plan(&held, &published.bundle, now, lives) else {
            return Ok(Stepped::Rests);
        };
        let written = if step == Step::Publish {
            self.cluster.publish(&published, &held.trusted()).await?
        } else {
            take(step, data, now, lives)?;
            self.cluster.write(&secret).await?
        };
        Ok(match written {
            Write::Done => Stepped::Took(step),
            Write::Outrun => Stepped::Outrun,
        })
    }

    /// Whom callers trust: what is published, or what was when we last knew,
    /// or what will be when there is somewhere to publish it.
    fn trusted(&self, held: &Held, published: Option<&Published>) -> Vec<CertificateDer<'static>> {
        match (published, &self.serving) {
            (None, Some(serving)) => serving.trusted.clone(),
            (published, _) => published
                .and_then(|published| published.bundle.trusted_by_all())
                .unwrap_or_else(|| held.trusted()),
        }
    }

    /// Signs a leaf if it is due, and tells if anything has changed.
    fn serve(
        &mut self,
        seen: Seen,
        now: Timestamp,
        tell: &mut impl FnMut(News<'_>),
    ) -> Result<(), Failure> {
        let signed = self.serving.as_ref().map(Serving::signed);
        let current = seen.held.current.as_ref();
        let due = current.is_some_and(|ca| leaf_is_due(signed, ca, now, self.settings.lives));
        if due {
            self.serving = Some(self.sign(seen, now)?);
        } else {
            match &mut self.serving {
                Some(serving) if serving.trusted != seen.trusted => serving.trusted = seen.trusted,
                _ => return Ok(()),
            }
        }
        if let Some(serving) = &self.serving {
            tell(News::Serve(&serving.leaf, &serving.trusted));
        }
        Ok(())
    }

    fn sign(&self, seen: Seen, now: Timestamp) -> Result<Serving, rcgen::Error> {
        let Settings { names, lives, .. } = &self.settings;
        let leaf = seen.current.sign(names, Usage::Server, now, lives.leaf)?;
        Ok(Serving {
            leaf,
            by: seen.current.certificate().clone(),
            trusted: seen.trusted,
        })
    }

    /// The interval, or after failures 1 s, 2 s, 4 s and so on; a quarter more
    /// or less, so that replicas do not look in step.
    fn pause(&self, failures: u32) -> Duration {
        let pause = match failures {
            0 => self.settings.interval,
            _ => LONGEST_PAUSE.min(Duration::from_secs(1 << (failures - 1).min(10))),
        };
        let random = RandomState::new().hash_one(failures) % 1000;
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
