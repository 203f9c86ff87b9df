use std::time::Duration;

use super::*;

const LONG: Duration = Duration::from_secs(60);

fn connections(open: usize, handshakes: usize) -> Arc<Connections> {
    let timeouts = Timeouts {
        handshake: LONG,
        first_request: LONG,
        idle: 3 * LONG,
        stalled: LONG / 2,
    };
    let bounds = Bounds {
        open,
        handshakes,
        timeouts,
    };
    let metrics = Metrics::registered(&prometheus::Registry::new()).unwrap();
    Arc::new(Connections::new(bounds, metrics))
}

fn peer(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], port))
}

/// Whether it has been closed to make room.
fn is_closed(entry: &Entry) -> bool {
    !entry.connections.open().contains_key(&entry.id.unwrap())
}

#[test]
fn the_longest_idle_gives_way() {
    let connections = connections(4, 1);
    let enter = |host, port| connections.enter(peer(host, port), Phase::Idle).unwrap();
    let entries = [enter(1, 1), enter(2, 2), enter(3, 3), enter(4, 4)];
    entries[0].enter(Phase::Idle);
    let fifth = enter(5, 5);
    let closed = entries.each_ref().map(is_closed);
    assert_eq!(closed, [false, true, false, false]);
    assert!(!is_closed(&fifth));
}

#[test]
fn what_waits_for_us_never_gives_way_and_what_is_idle_goes_first() {
    let connections = connections(4, 1);
    let enter = |host, phase| connections.enter(peer(host, 1), phase);
    let phases = [Phase::Working, Phase::Body, Phase::Answer, Phase::Idle];
    let entries: Vec<_> = (1..)
        .zip(phases)
        .map(|(host, it)| enter(host, it).unwrap())
        .collect();
    let mut newer = Vec::new();
    for closed in [3, 2, 1] {
        newer.push(enter(9 + closed, Phase::Working).unwrap());
        for (index, entry) in entries.iter().enumerate() {
            assert_eq!(
                is_closed(entry),
                index >= usize::from(closed),
                "{closed} {index}"
            );
        }
    }
    assert!(enter(20, Phase::New).is_none());
    drop(newer.pop());
    assert!(enter(20, Phase::New).is_some());
}

#[test]
fn one_peer_has_half_and_gives_way_to_itself() {
    let connections = connections(4, 1);
    let enter = |host, port| connections.enter(peer(host, port), Phase::Idle).unwrap();
    let honest = enter(1, 1);
    let crowd: Vec<_> = (1..=10).map(|port| enter(2, port)).collect();
    assert!(!is_closed(&honest));
    let open: Vec<_> = crowd.iter().map(|it| !is_closed(it)).collect();
    assert_eq!(open, [vec![false; 8], vec![true; 2]].concat());
}

#[test]
fn handshakes_have_bounds_of_their_own() {
    let connections = connections(4, 2);
    let enter = |host, phase| connections.enter(peer(host, 1), phase).unwrap();
    let open = [1, 2, 3, 4].map(|host| enter(host, Phase::Idle));
    let first = enter(5, Phase::Handshake);
    let second = enter(6, Phase::Handshake);
    let third = enter(7, Phase::Handshake);
    assert!(is_closed(&first) && !is_closed(&second) && !is_closed(&third));
    assert!(!open.iter().any(is_closed));
    assert_eq!(second.shaken(), Some(()));
    assert!(is_closed(&open[0]) && !is_closed(&open[1]));
    assert_eq!(first.shaken(), None, "it has given way");
}

#[test]
fn each_phase_has_its_time() {
    for (phase, seconds) in [
        (Phase::Handshake, Some(60)),
        (Phase::New, Some(60)),
        (Phase::Idle, Some(180)),
        (Phase::Head, Some(30)),
        (Phase::Body, Some(30)),
        (Phase::Answer, Some(30)),
        (Phase::Drain, Some(30)),
        (Phase::Working, None),
    ] {
        let connections = connections(1, 1);
        let entry = connections.enter(peer(1, 1), phase).unwrap();
        let now = Instant::now();
        let last = seconds.unwrap_or(1 << 20);
        connections.close_expired(now + Duration::from_secs(last - 1));
        assert!(!is_closed(&entry), "{phase:?}");
        connections.close_expired(now + Duration::from_secs(last));
        assert_eq!(is_closed(&entry), seconds.is_some(), "{phase:?}");
    }
}

#[test]
fn peers_are_distinguished_by_network() {
    for (one, other, same_network) in [
        ("10.0.0.1", "10.0.0.2", false),
        ("10.0.0.1", "::ffff:10.0.0.1", true),
        ("2001:db8::1", "2001:db8::2", true),
        ("2001:db8::1", "2001:db8:0:1::1", false),
    ] {
        let [a, b] = [one, other].map(|it| network(it.parse().unwrap()));
        assert_eq!(a == b, same_network, "{one} {other}");
    }
}
