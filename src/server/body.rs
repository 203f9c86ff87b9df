//! A request's body, read up to a bound.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;

/// How much more than the bound is read and thrown away, so that a caller who
/// is still sending gets to read the answer.
const SWALLOWED: usize = 16 << 20;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than the bound.
    TooLarge,
    /// The caller went away.
    BrokenOff,
}

/// Reads a body of at most `limit` bytes. What is announced to be longer is
/// refused before it is read.
pub(super) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<Bytes, Unread> {
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        swallow(body);
        return Err(Unread::TooLarge);
    }
    let mut read: Vec<u8> = Vec::with_capacity(announced.unwrap_or(0).min(64 << 10));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Unread::BrokenOff)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if read.len() + data.len() > limit {
            swallow(body);
            return Err(Unread::TooLarge);
        }
        if announced == Some(data.len()) {
            return Ok(data);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.into())
}

/// Reads on in the background and keeps nothing.
fn swallow(mut body: Body) {
    tokio::spawn(async move {
        let mut swallowed = 0;
        while let Some(Ok(frame)) = body.frame().await {
            swallowed += frame.data_ref().map_or(0, Bytes::len);
            if swallowed > SWALLOWED {
                return;
            }
        }
    });
}
