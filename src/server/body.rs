//! A request's body, read up to a bound.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

use super::connection::Connection;

/// How much more than the bound is read and discarded, so that a client that
/// is still sending can read the response.
const DRAIN_LIMIT: usize = 16 << 20;
/// Room is made for this much of what is announced; the rest as it comes.
const MAX_RESERVED: usize = 64 << 10;

/// A body and what has been read of it.
#[derive(Debug)]
pub(super) struct Incoming {
    body: Option<Body>,
    announced: Option<usize>,
    limit: usize,
    connection: Arc<Connection>,
    /// The first piece, as long as it is the only one.
    first: Bytes,
    /// All pieces, where there are several.
    rest: Vec<u8>,
}

/// Why a body was not read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than the bound.
    TooLarge,
    /// The caller went away.
    Disconnected,
}

impl Incoming {
    /// The body of a request, of at most `limit` bytes.
    pub(super) fn new(
        headers: &HeaderMap,
        body: Body,
        limit: usize,
        connection: Arc<Connection>,
    ) -> Self {
        let announced = headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|it| it.to_str().ok()?.parse().ok());
        Self {
            body: Some(body),
            announced,
            limit,
            connection,
            first: Bytes::new(),
            rest: Vec::new(),
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

    /// Reads to the end, or until there are more than `enough` bytes; whether
    /// there may be still more. What is announced to be too long is refused
    /// before it is read.
    pub(super) async fn beyond(&mut self, enough: usize) -> Result<bool, Unread> {
        if self.announced.is_some_and(|length| length > self.limit) {
            return Err(Unread::TooLarge);
        }
        while self.so_far().len() <= enough {
            if !self.more(self.limit).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes room for all that is announced. What does not come after all takes
    /// no memory, as long as nothing is written there; without this a buffer
    /// grows by doubling, and takes up to three times the body meanwhile.
    pub(super) fn reserve(&mut self) {
        let announced = self.announced.unwrap_or(0).min(self.limit);
        if self.rest.is_empty() {
            self.rest.reserve_exact(announced.max(self.first.len()));
            self.rest
                .extend_from_slice(&std::mem::take(&mut self.first));
        } else {
            self.rest
                .reserve_exact(announced.saturating_sub(self.rest.len()));
        }
    }

    /// Reads on to the end.
    pub(super) async fn whole(&mut self) -> Result<Bytes, Unread> {
        while self.more(self.limit).await? {}
        self.body = None;
        if !self.rest.is_empty() {
            self.first = std::mem::take(&mut self.rest).into();
        }
        Ok(self.first.clone())
    }

    /// Reads one piece more, up to `limit` bytes in all; whether there may be
    /// still more. A piece is kept even where the next is never waited for.
    pub(super) async fn more(&mut self, limit: usize) -> Result<bool, Unread> {
        let Some(body) = &mut self.body else {
            return Ok(false);
        };
        let waits = self.connection.waits_for_body();
        let frame = body.frame().await;
        drop(waits);
        let Some(frame) = frame else {
            return Ok(false);
        };
        let Ok(data) = frame.map_err(|_| Unread::Disconnected)?.into_data() else {
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
            let promised = self.announced.unwrap_or(0).min(MAX_RESERVED);
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
        let drains = Arc::clone(&self.connection).drains();
        runtime.spawn(async move {
            let _drains = drains;
            let mut drained = 0;
            while let Some(Ok(frame)) = body.frame().await {
                drained += frame.data_ref().map_or(0, Bytes::len);
                if drained > DRAIN_LIMIT {
                    return;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::SocketAddr;

    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;
    use crate::server::connection::Phase;

    /// How many pieces of `size` bytes are read of a body that is not wanted.
    async fn drained(pieces: usize, size: usize) -> usize {
        let (sender, receiver) = mpsc::channel::<Bytes>(1);
        let pieces_of = stream::unfold(receiver, |mut receiver| async {
            let piece = receiver.recv().await?;
            Some((Ok::<_, Infallible>(piece), receiver))
        });
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let connection = Arc::new(Connection::new(peer, Phase::Working));
        let body = Body::from_stream(pieces_of);
        drop(Incoming::new(&HeaderMap::new(), body, 1, connection));
        let piece = Bytes::from(vec![0; size]);
        let mut taken = 0;
        for _ in 0..pieces {
            if sender.send(piece.clone()).await.is_err() {
                break;
            }
            taken += 1;
        }
        taken
    }

    #[tokio::test]
    async fn a_body_that_is_not_wanted_is_read_up_to_a_bound() {
        let mebibyte = 1 << 20;
        assert_eq!(drained(8, mebibyte).await, 8);
        // The last one that is taken may still be on its way when the reader leaves.
        let taken = drained(40, mebibyte).await;
        let bound = DRAIN_LIMIT / mebibyte;
        assert!((bound + 1..=bound + 2).contains(&taken), "{taken}");
    }
}
