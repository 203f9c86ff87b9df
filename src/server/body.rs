//! A request's body, read up to a bound, and all large ones together up to
//! another.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// How much more than the bound is read and thrown away, so that a caller who
/// is still sending gets to read the answer.
const SWALLOWED: usize = 16 << 20;
/// Bodies up to this many bytes are read whatever else there is, so that large
/// ones hold up no others.
const UNCOUNTED: usize = 64 << 10;
/// Room is made for this much of what is announced; the rest as it comes.
const LARGEST_PROMISE: usize = UNCOUNTED + PIECE;
/// The most that comes at once: what a connection reads ahead.
/// TLS hands out no more than a record of 16 KiB anyway (RFC 8446, section 5.1).
pub(super) const PIECE: usize = 16 << 10;

/// A body and what has been read of it.
#[derive(Debug)]
pub(super) struct Incoming {
    body: Option<Body>,
    announced: Option<usize>,
    limit: usize,
    /// The first piece, as long as it is the only one.
    first: Bytes,
    /// All pieces, where there are several.
    rest: Vec<u8>,
    /// What `rest` takes of the memory for large bodies.
    room: Option<Room>,
}

/// Memory for large bodies, a permit a byte; all requests share it.
#[derive(Debug, Clone)]
pub(super) struct Memory(Arc<Semaphore>);

/// A part of it, free again when this is dropped.
pub(super) type Room = OwnedSemaphorePermit;

impl Memory {
    /// So many bytes, and at least what the largest body takes.
    pub(super) fn new(bytes: usize, largest: usize) -> Self {
        let bytes = bytes.max(largest.saturating_add(PIECE));
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// Waits for so many bytes, but not for ever.
    async fn room(&self, bytes: usize, until: Instant) -> Option<Room> {
        let bytes = u32::try_from(bytes).ok()?;
        let room = Arc::clone(&self.0).acquire_many_owned(bytes);
        timeout_at(until, room).await.ok()?.ok()
    }
}

/// Why a body was not read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than the bound.
    TooLarge,
    /// The large bodies of others take all memory there is for them.
    NoRoom,
    /// The caller went away.
    BrokenOff,
}

impl Incoming {
    /// The body of a request, of at most `limit` bytes.
    pub(super) fn new(headers: &HeaderMap, body: Body, limit: usize) -> Self {
        let announced = headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|it| it.to_str().ok()?.parse().ok());
        Self {
            body: Some(body),
            announced,
            limit,
            first: Bytes::new(),
            rest: Vec::new(),
            room: None,
        }
    }

    /// What has been read so far.
    pub(super) fn so_far(&self) -> &[u8] {
        if self.rest.is_empty() {
            &self.first
        } else {
            &self.rest
        }
    }

    /// Reads to the end. What is announced to be too long is refused before
    /// it is read, and a large body where there is no memory for it `until`
    /// then; what it takes of that is handed out with it.
    pub(super) async fn whole(
        &mut self,
        memory: &Memory,
        until: Instant,
    ) -> Result<(Bytes, Option<Room>), Unread> {
        if self.announced.is_some_and(|length| length > self.limit) {
            return Err(Unread::TooLarge);
        }
        loop {
            self.grow(memory, until).await?;
            if !self.more(self.limit).await? {
                break;
            }
        }
        self.body = None;
        if !self.rest.is_empty() {
            self.first = std::mem::take(&mut self.rest).into();
        }
        Ok((self.first.clone(), self.room.take()))
    }

    /// Makes room for another piece. A large body pays for each doubling, and
    /// so for what has come, whatever it announces.
    async fn grow(&mut self, memory: &Memory, until: Instant) -> Result<(), Unread> {
        let (length, capacity) = (self.rest.len(), self.rest.capacity());
        if length <= UNCOUNTED || capacity - length >= PIECE {
            return Ok(());
        }
        let most = self.announced.unwrap_or(self.limit).min(self.limit) + PIECE;
        let more = capacity.min(most.saturating_sub(capacity));
        let room = memory.room(more, until).await.ok_or(Unread::NoRoom)?;
        match &mut self.room {
            Some(all) => all.merge(room),
            none => *none = Some(room),
        }
        self.rest.reserve_exact(capacity - length + more);
        Ok(())
    }

    /// Reads one piece more, up to `limit` bytes in all; whether there may be
    /// still more. A piece is kept even where the next is never waited for.
    pub(super) async fn more(&mut self, limit: usize) -> Result<bool, Unread> {
        let Some(body) = &mut self.body else {
            return Ok(false);
        };
        let Some(frame) = body.frame().await else {
            return Ok(false);
        };
        let Ok(data) = frame.map_err(|_| Unread::BrokenOff)?.into_data() else {
            return Ok(true);
        };
        if self.so_far().len() + data.len() > limit {
            return Err(Unread::TooLarge);
        }
        self.append(data);
        Ok(true)
    }

    /// The first piece is most often the only one, and is not copied.
    fn append(&mut self, data: Bytes) {
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = data;
            return;
        }
        if self.rest.is_empty() {
            let promised = self.announced.unwrap_or(0).min(LARGEST_PROMISE);
            self.rest
                .reserve(promised.max(self.first.len() + data.len()));
            self.rest
                .extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.rest.extend_from_slice(&data);
    }
}

impl Drop for Incoming {
    /// Reads what is still to come in the background, and keeps nothing of
    /// it: a caller who is still sending would otherwise find the connection
    /// reset and never see the answer.
    fn drop(&mut self) {
        let Some(mut body) = self.body.take() else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            let mut swallowed = 0;
            while let Some(Ok(frame)) = body.frame().await {
                swallowed += frame.data_ref().map_or(0, Bytes::len);
                if swallowed > SWALLOWED {
                    return;
                }
            }
        });
    }
}
