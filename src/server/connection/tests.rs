//! Phases, and the bytes that pass.

use std::sync::Arc;

use super::*;

#[test]
fn phases_are_looked_at_eight_times_while_they_may_last() {
    let timeouts = |milliseconds: [u64; 4]| {
        let [handshake, first_request, idle, stalled] = milliseconds.map(Duration::from_millis);
        Timeouts {
            handshake,
            first_request,
            idle,
            stalled,
        }
    };
    for (milliseconds, expected) in [
        ([800, 900, 900, 900], 100),
        ([900, 800, 900, 900], 100),
        ([900, 900, 800, 900], 100),
        ([900, 900, 900, 800], 100),
        ([8, 900, 900, 900], 10),
        ([90_000; 4], 1000),
    ] {
        let interval = timeouts(milliseconds).interval();
        assert_eq!(
            interval,
            Duration::from_millis(expected),
            "{milliseconds:?}"
        );
    }
}

#[test]
fn bytes_of_a_body_begin_its_time_anew_and_no_others_do() {
    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    let before = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    for (phase, expected, anew) in [
        (Phase::Idle, Phase::Head, true),
        (Phase::Body, Phase::Body, true),
        (Phase::Head, Phase::Head, false),
        (Phase::Working, Phase::Working, false),
    ] {
        let connection = Connection::new(peer, phase);
        connection.state().since = before;
        connection.has_read();
        let (phase, since) = connection.phase();
        assert_eq!((phase, since > before), (expected, anew));
    }
}

#[test]
fn bytes_pass_and_so_does_their_end() {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    let connection = Arc::new(Connection::new(peer, Phase::Answer));
    let (bytes, mut far) = tokio::io::duplex(64);
    let mut near = Stream { bytes, connection };
    near.write_all(b"ab").now_or_never().unwrap().unwrap();
    let slices = [io::IoSlice::new(b"c"), io::IoSlice::new(b"d")];
    let written = near
        .write_vectored(&slices)
        .now_or_never()
        .unwrap()
        .unwrap();
    near.flush().now_or_never().unwrap().unwrap();
    assert_eq!(near.connection.phase().0, Phase::Idle);
    near.shutdown().now_or_never().unwrap().unwrap();
    let mut read = Vec::new();
    far.read_to_end(&mut read).now_or_never().unwrap().unwrap();
    assert_eq!(read, b"abcd"[..2 + written]);
    assert!(written > 0);
}

/// The last one to be read to its end makes a connection idle, unless it is in
/// another phase by then.
#[test]
fn what_drains_is_idle_afterwards() {
    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    for (phase, last) in [
        (Phase::Drain, Phase::Idle),
        (Phase::Answer, Phase::Answer),
        (Phase::Head, Phase::Head),
    ] {
        let connection = Arc::new(Connection::new(peer, phase));
        let [one, other] = [(); 2].map(|()| Arc::clone(&connection).drains());
        drop(one);
        assert_eq!(connection.phase().0, phase);
        drop(other);
        assert_eq!(connection.phase().0, last);
    }
}

#[test]
fn what_is_kept_until_the_answer_is_kept() {
    let peer = SocketAddr::from(([127, 0, 0, 1], 1));
    let connection = Connection::new(peer, Phase::Working);
    let place = Arc::new(());
    connection.keep_until_answered(Box::new(Arc::clone(&place)));
    assert_eq!(Arc::strong_count(&place), 2);
    drop(connection);
    assert_eq!(Arc::strong_count(&place), 1);
}
