//! A small HTTP server in front of an API server: it passes requests on, or
//! answers as the API server would in a trouble that cannot be had on demand.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

/// What becomes of a request.
pub(crate) enum Reply {
    /// The server behind it answers.
    Pass,
    /// A `Status` of this code, with where to go on.
    Status(u16, Option<String>),
}

/// Ends when it is dropped.
pub(crate) struct Stub {
    address: SocketAddr,
    asked: Arc<Mutex<Option<Vec<String>>>>,
}

impl Stub {
    /// Asks `reply` what becomes of each request, by its number and its path.
    pub(crate) fn start<F>(server: &str, reply: F) -> Self
    where
        F: Fn(usize, &str) -> Reply + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stub = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::new(Mutex::new(Some(Vec::new()))),
        };
        let (asked, server) = (Arc::clone(&stub.asked), server.to_owned());
        thread::spawn(move || {
            for caller in listener.incoming().map_while(Result::ok) {
                if asked.lock().unwrap().is_none() {
                    return;
                }
                // A caller who breaks off is no matter of ours.
                let _ = answer(caller, &server, &reply, &asked);
            }
        });
        stub
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The paths that were asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone().unwrap_or_default()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.asked.lock().unwrap().take();
        // Wakes the thread, which then closes the port.
        drop(TcpStream::connect(self.address));
    }
}

/// Answers the one request of a connection, which has no body.
fn answer(
    mut caller: TcpStream,
    server: &str,
    reply: &dyn Fn(usize, &str) -> Reply,
    asked: &Mutex<Option<Vec<String>>>,
) -> io::Result<()> {
    let mut lines = BufReader::new(caller.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let number = asked.lock().unwrap().as_mut().map_or(0, |asked| {
        asked.push(path.to_owned());
        asked.len() - 1
    });
    match reply(number, path) {
        Reply::Pass => {
            let mut server = TcpStream::connect(server)?;
            write!(
                server,
                "GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
            )?;
            let mut whole = Vec::new();
            server.read_to_end(&mut whole)?;
            caller.write_all(&whole)?;
        }
        Reply::Status(code, next) => {
            let status = json!({
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": next.map_or(json!({}), |next| json!({"continue": next})),
                "status": "Failure",
                "message": "the stub says no",
                "reason": if code == 410 { "Expired" } else { "InternalError" },
                "code": code,
            });
            let body = status.to_string();
            let length = body.len();
            write!(
                caller,
                "HTTP/1.1 {code} Refused\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )?;
        }
    }
    caller.shutdown(Shutdown::Both)
}
