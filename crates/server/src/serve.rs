//! Takes connections, and bounds their number, what they send and how long they may take.
//!
//! A whole request that cannot be understood is answered by the HTTP library with a bare status, without a body: nothing in
//! it can be trusted, so no room of ours sees it.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Interval, MissedTickBehavior};
use tower::Service as _;

use connection::{Arriving, Order, Outgoing, Stream};
use registry::{Place, Registry};
use wire::Wire;

use crate::peer::Encrypted;

mod connection;
mod expiry;
mod head;
mod registry;
mod status;
mod tls;
mod wire;

pub(crate) use connection::{Endless, TooSlow};
pub use status::Status;
pub use tls::{Pair, Tls, TlsError};

/// A longer head is not read to its end: what the routes allow (8 KiB of address, 16 KiB of header fields) and the
/// punctuation between it.
const HEAD_BYTES: usize = 32 * 1024;

/// Nobody has come for so long: nobody is at the door.
const QUIET: Duration = Duration::from_millis(10);

/// What one connection, and all together, may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. One more, and the one that has kept us waiting longest is closed; if none is waiting, the new
    /// one is.
    pub connections: usize,
    /// The same for one address (one /64 network in IPv6). Behind a proxy all connections come from one.
    pub connections_per_address: usize,
    /// Time for a request's head to arrive, from its first byte; for the first one, from the connection on. As long for the
    /// handshake of TLS, before that.
    pub head_time: Duration,
    /// Time for a request's body to arrive; then 408.
    pub body_time: Duration,
    /// Time between two requests.
    pub idle_time: Duration,
    /// Time for which a client may stop taking an answer.
    pub write_time: Duration,
    /// Time that running requests get when the server is to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_000,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            drain: Duration::from_secs(30),
        }
    }
}

/// How a listener serves.
#[derive(Debug, Clone, Default)]
pub struct Serving {
    /// What connections may do.
    pub limits: Limits,
    /// With it, connections speak TLS; one that comes in the clear is told so and nothing else.
    pub tls: Option<Tls>,
    /// Where it tells of itself.
    pub status: Status,
}

/// Serves until `shutdown` is ready; then takes no new connection, lets running requests finish within 30 seconds, and
/// returns. [`Limits::default`] applies, and no TLS is spoken.
///
/// # Errors
/// None that a client can cause: a connection that fails concerns nobody else, and an accept that fails is tried again.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    Serving::default().run(listener, router, shutdown).await
}

impl Serving {
    /// As [`serve`](fn@serve), in this way.
    ///
    /// # Errors
    /// As [`serve`](fn@serve).
    pub async fn run(
        self,
        listener: TcpListener,
        router: Router,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let registry = Registry::new(self.limits);
        let house = House { registry: registry.clone(), http: protocol(), router, tls: self.tls, status: self.status };
        let mut ticks = tokio::time::interval(registry.tick());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                _ = ticks.tick() => {
                    registry.sweep();
                    house.status.connections(registry.len());
                }
                accepted = listener.accept() => match accepted {
                    Ok((tcp, address)) => house.take(tcp, address),
                    Err(error) => pause(&registry, &error).await,
                },
            }
        }
        house.last_call(&listener).await;
        drop(listener);
        stop(&registry, ticks, self.limits.drain).await;
        Ok(())
    }
}

/// What every connection of one listener shares.
struct House {
    registry: Arc<Registry>,
    http: http1::Builder,
    router: Router,
    tls: Option<Tls>,
    status: Status,
}

impl House {
    /// Whoever was let in by the system would be cut off unheard if the listener were closed over them.
    async fn last_call(&self, listener: &TcpListener) {
        let heard = async {
            while let Ok(Ok((tcp, address))) = tokio::time::timeout(QUIET, listener.accept()).await {
                self.take(tcp, address);
            }
        };
        // Under load somebody is always at the door.
        let _ = tokio::time::timeout(10 * QUIET, heard).await;
    }

    fn take(&self, tcp: TcpStream, address: SocketAddr) {
        let Some(place) = self.registry.enter(address.ip()) else {
            self.status.connection_refused();
            tracing::warn!(event = "connection_refused", open = self.registry.len(), "too many connections");
            return;
        };
        let _ = tcp.set_nodelay(true);
        let (http, router, tls, status) =
            (self.http.clone(), self.router.clone(), self.tls.clone(), self.status.clone());
        tokio::spawn(async move {
            let opened = connection::unless_told(&place.conn, wire::open(tcp, tls.as_ref())).await;
            match opened {
                Some(Ok((wire, encrypted))) => {
                    place.conn.opened();
                    converse(&place, http, router, wire, Sender { address, encrypted }).await;
                }
                _ => status.handshake_failed(),
            }
            drop(place);
        });
    }
}

/// Who is at the other end.
#[derive(Clone, Copy)]
struct Sender {
    address: SocketAddr,
    encrypted: Option<Encrypted>,
}

fn protocol() -> http1::Builder {
    let mut http = http1::Builder::new();
    // Times are bounded in `registry`, without a timer for each request. Answers are small: one copied into the buffer costs
    // less than a write in pieces.
    http.half_close(false).max_buf_size(HEAD_BYTES).writev(false);
    http
}

/// One connection, to its end.
async fn converse(place: &Place, http: http1::Builder, router: Router, wire: Wire, sender: Sender) {
    let stream = Stream::new(wire, place.conn.clone());
    let (conn, last) = (place.conn.clone(), stream.last.clone());
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        conn.begin();
        let mut request = request.map(|body| Arriving::of(body, &conn));
        request.extensions_mut().insert(ConnectInfo(sender.address));
        if let Some(encrypted) = sender.encrypted {
            request.extensions_mut().insert(encrypted);
        }
        let answer = router.clone().call(request);
        let (conn, last) = (conn.clone(), last.clone());
        async move {
            let Ok(answer) = answer.await;
            let leaving = conn.is_to_leave();
            let endless = answer.extensions().get::<Endless>().cloned();
            let mut answer: Response<Outgoing> = answer.map(|body| Outgoing::new(body, conn, endless));
            // Behind a body in chunks nobody has looked for the next request; and a server that is to stop takes no next one.
            if last.load(Ordering::Relaxed) || leaving {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    connection::drive(http.serve_connection(TokioIo::new(stream), service), &place.conn).await;
}

/// An accept that failed is a reason to wait a moment, not to stop serving those who are connected.
async fn pause(registry: &Registry, error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(event = "accept_failed", %error, "trying again in a moment");
    registry.shed();
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// Running requests may finish; a request that has not come whole may not.
async fn stop(registry: &Registry, mut ticks: Interval, drain: Duration) {
    registry.drain();
    let swept = async {
        loop {
            ticks.tick().await;
            registry.sweep();
        }
    };
    let emptied = async {
        tokio::select! {
            () = registry.emptied() => {}
            () = swept => {}
        }
    };
    if tokio::time::timeout(drain, emptied).await.is_err() {
        tracing::warn!(event = "drain_cut_short", open = registry.len(), "closing what is left");
        registry.order_all(Order::Close);
    }
}
