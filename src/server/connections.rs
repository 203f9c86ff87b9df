//! The connections of a port, and their bounds.
//!
//! No peer can use up the bounds: where they are reached, the connection that
//! has waited longest for its peer gives way to the new one. Idle ones go
//! first, since their peers can connect again at no loss.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::net::{TcpSocket, TcpStream};

use super::closed::Closed;
use super::connection::{Connection, Phase, Timeouts};
use super::metrics::Connections as Metrics;

/// Bounds of a port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Connections that may send requests.
    pub(super) open: usize,
    /// Connections without a finished handshake.
    pub(super) handshakes: usize,
    pub(super) timeouts: Timeouts,
}

/// The connections of a port.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) bounds: Bounds,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    /// The next connection's.
    id: AtomicU64,
    /// Addresses that we call ourselves from: outside of the bounds.
    exempt: Mutex<HashSet<SocketAddr>>,
    metrics: Metrics,
}

/// A connection that is let in; it leaves when it is dropped.
#[derive(Debug)]
pub(super) struct Entry {
    connections: Arc<Connections>,
    pub(super) connection: Arc<Connection>,
    /// `None` for one of our own.
    id: Option<u64>,
}

impl Connections {
    pub(super) fn new(bounds: Bounds, metrics: Metrics) -> Self {
        Self {
            bounds,
            open: Mutex::default(),
            id: AtomicU64::new(0),
            exempt: Mutex::default(),
            metrics,
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exempt(&self) -> MutexGuard<'_, HashSet<SocketAddr>> {
        self.exempt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in, if there is or can be made room for it.
    pub(super) fn enter(self: &Arc<Self>, peer: SocketAddr, phase: Phase) -> Option<Entry> {
        let connection = Arc::new(Connection::new(peer, phase));
        let id = if self.exempt().contains(&peer) {
            None
        } else {
            let mut open = self.open();
            self.make_room(&mut open, peer, phase)?;
            let id = self.id.fetch_add(1, Relaxed);
            self.metrics.open.inc();
            open.insert(id, Arc::clone(&connection));
            Some(id)
        };
        Some(Entry {
            connections: Arc::clone(self),
            connection,
            id,
        })
    }

    /// Closes connections until the bounds allow one more in `phase`.
    fn make_room(
        &self,
        open: &mut HashMap<u64, Arc<Connection>>,
        peer: SocketAddr,
        phase: Phase,
    ) -> Option<()> {
        let handshake = phase == Phase::Handshake;
        let bounds = &self.bounds;
        let bound = if handshake {
            bounds.handshakes
        } else {
            bounds.open
        };
        let peer = network(peer.ip());
        let (mut all, mut of_peer) = (0, 0);
        for (other, ..) in waiting(open, handshake) {
            all += 1;
            of_peer += usize::from(other == peer);
        }
        let over_share = of_peer >= share(bound);
        if all < bound && !over_share {
            return Some(());
        }
        let candidates = waiting(open, handshake);
        let candidates = candidates.filter(|(other, ..)| !over_share || *other == peer);
        let candidates =
            candidates.filter_map(|(_, id, phase, since)| Some(((gives_way(phase)?, since), id)));
        let Some((_, id)) = candidates.min() else {
            self.observe(Closed::Limit);
            return None;
        };
        self.close(open, id, Closed::Evicted);
        Some(())
    }

    fn close(&self, open: &mut HashMap<u64, Arc<Connection>>, id: u64, why: Closed) {
        if let Some(connection) = open.remove(&id) {
            self.observe(why);
            connection.close();
        }
    }

    fn observe(&self, why: Closed) {
        if let Some(reason) = why.reason() {
            self.metrics.observe_error(reason);
        }
    }

    /// Closes the connection that has been idle for longest: the process has
    /// run out of files.
    pub(super) fn close_one(&self) {
        let mut open = self.open();
        let idle = open.iter().filter_map(|(id, connection)| {
            let (phase, since) = connection.phase();
            Some(((gives_way(phase)?, since), *id))
        });
        if let Some((_, id)) = idle.min() {
            self.close(&mut open, id, Closed::Evicted);
        }
    }

    /// Closes what has taken too long, for as long as it is polled.
    pub(super) async fn watch(&self) {
        let mut ticks = tokio::time::interval(self.bounds.timeouts.interval());
        loop {
            ticks.tick().await;
            self.close_expired(Instant::now());
        }
    }

    fn close_expired(&self, now: Instant) {
        let mut open = self.open();
        let expired = open.iter().filter_map(|(id, connection)| {
            let (phase, since) = connection.phase();
            let timeout = self.bounds.timeouts.of(phase)?;
            (now.saturating_duration_since(since) >= timeout).then_some((*id, phase))
        });
        for (id, phase) in expired.collect::<Vec<_>>() {
            let why = match phase {
                Phase::Handshake => Closed::HandshakeTimeout,
                Phase::Idle => Closed::Idle,
                _ => Closed::Stalled,
            };
            self.close(&mut open, id, why);
        }
    }

    /// Calls our own port, outside of the bounds.
    pub(super) async fn call(self: &Arc<Self>, address: SocketAddr) -> std::io::Result<OwnCall> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        let mut from = address;
        from.set_port(0);
        socket.bind(from)?;
        let from = canonical(socket.local_addr()?);
        self.exempt().insert(from);
        let exemption = Exemption {
            connections: Arc::clone(self),
            from,
        };
        let stream = socket.connect(address).await?;
        Ok(OwnCall {
            stream,
            _exemption: exemption,
        })
    }
}

/// A call of our own port.
pub(super) struct OwnCall {
    pub(super) stream: TcpStream,
    _exemption: Exemption,
}

struct Exemption {
    connections: Arc<Connections>,
    from: SocketAddr,
}

impl Drop for Exemption {
    fn drop(&mut self) {
        self.connections.exempt().remove(&self.from);
    }
}

impl Entry {
    /// The handshake is done. `None` where there is no room for one more.
    pub(super) fn shaken(&self) -> Option<()> {
        let Some(id) = self.id else {
            self.connection.enter(Phase::New);
            return Some(());
        };
        let connections = &self.connections;
        let mut open = connections.open();
        // One that has just given way is gone.
        open.remove(&id)?;
        connections.make_room(&mut open, self.connection.peer, Phase::New)?;
        self.connection.enter(Phase::New);
        open.insert(id, Arc::clone(&self.connection));
        Some(())
    }
}

impl Deref for Entry {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.connections.open().remove(&id);
            self.connections.metrics.open.dec();
        }
    }
}

/// The connections with or without a finished handshake: whose, which, and
/// what they are doing since when.
fn waiting(
    open: &HashMap<u64, Arc<Connection>>,
    handshake: bool,
) -> impl Iterator<Item = (IpAddr, u64, Phase, Instant)> {
    open.iter().filter_map(move |(id, connection)| {
        let (phase, since) = connection.phase();
        let same_phase = (phase == Phase::Handshake) == handshake;
        same_phase.then(|| (network(connection.peer.ip()), *id, phase, since))
    })
}

/// The order in which connections give way; `None` for those that wait for us.
fn gives_way(phase: Phase) -> Option<u8> {
    match phase {
        Phase::Handshake | Phase::New | Phase::Idle => Some(0),
        Phase::Drain => Some(1),
        Phase::Head | Phase::Answer => Some(2),
        Phase::Body => Some(3),
        Phase::Working => None,
    }
}

/// What one peer may hold of a bound: half of it.
fn share(bound: usize) -> usize {
    bound.div_ceil(2)
}

/// The network of a peer: it is assumed to have all IPv6 addresses of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// An address of IPv4 that came over a socket of IPv6, as itself.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests;
