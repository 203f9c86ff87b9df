//! Several servers behind one address, as behind a Service.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Forwards each new connection to the next of its servers. Dropping it closes
/// its port and all of its connections.
pub(crate) struct Balancer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Both ends of every connection; `None` when it is to end.
    open: Arc<Mutex<Option<Vec<TcpStream>>>>,
}

impl Balancer {
    /// Listens on `address`, where port 0 means any.
    pub(crate) fn start(address: &str, servers: Vec<String>) -> Self {
        let mut servers = servers.into_iter().cycle();
        Self::by(address, move || servers.next())
    }

    /// The same with another way to choose a server; without one a connection
    /// ends at once.
    pub(crate) fn by<F>(address: &str, mut choose: F) -> Self
    where
        F: FnMut() -> Option<String> + Send + 'static,
    {
        let listener = TcpListener::bind(address).unwrap();
        let balancer = Self {
            address: listener.local_addr().unwrap(),
            open: Arc::new(Mutex::new(Some(Vec::new()))),
        };
        let open = Arc::clone(&balancer.open);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut open = open.lock().unwrap();
                let Some(open) = open.as_mut() else { return };
                if let (Ok(caller), Some(server)) = (connection, choose()) {
                    // A server that is gone is a connection that ends at once.
                    let _ = join(caller, &server, open);
                }
            }
        });
        balancer
    }

    /// How many connections it has carried so far.
    pub(crate) fn carried(&self) -> usize {
        self.open.lock().unwrap().iter().flatten().count() / 2
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let open = self.open.lock().unwrap().take();
        for stream in open.iter().flatten() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread, which then closes the port.
        drop(TcpStream::connect(self.address));
    }
}

/// Carries bytes both ways until either side is done.
fn join(caller: TcpStream, server: &str, open: &mut Vec<TcpStream>) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    open.extend([caller.try_clone()?, server.try_clone()?]);
    carry(caller.try_clone()?, server.try_clone()?);
    carry(server, caller);
    Ok(())
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
