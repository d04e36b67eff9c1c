//! One connection: what it is waiting for, since when, and how it is told to end.
//!
//! The clock is a counter that the accept loop moves, and nobody arms a timer: a request costs a few plain stores, and one
//! walk over all connections, now and then, finds those that have been waited for too long.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::head::{BadAt, Scan};
use super::wire::Wire;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// The head of a request is arriving, or the first one has not begun to.
    Head = 0,
    /// A request is being answered.
    Busy = 1,
    /// The last bytes of an answer are on their way out.
    Leaving = 2,
    /// Nothing, between two requests.
    Idle = 3,
}

impl Phase {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Head,
            2 => Self::Leaving,
            3 => Self::Idle,
            _ => Self::Busy,
        }
    }
}

/// What the accept loop wants of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Order {
    /// Go on.
    None = 0,
    /// The body took too long: answer that, and close.
    GiveUpBody = 1,
    /// Finish the request, then close.
    Drain = 2,
    /// Close now.
    Close = 3,
}

/// The state of one connection, shared between its task and the accept loop.
#[derive(Debug)]
pub(super) struct Conn {
    /// The address that counts for it.
    pub(super) from: IpAddr,
    clock: Arc<AtomicU32>,
    phase: AtomicU8,
    since: AtomicU32,
    /// When the body was first waited for; 0: it is not.
    body_since: AtomicU32,
    /// When the client stopped taking bytes; 0: it has not.
    stalled_since: AtomicU32,
    order: AtomicU8,
    waker: AtomicWaker,
}

/// Only counters of time: nothing else is read by what they say.
const LOOSE: Ordering = Ordering::Relaxed;

impl Conn {
    pub(super) fn new(from: IpAddr, clock: Arc<AtomicU32>) -> Arc<Self> {
        let since = AtomicU32::new(clock.load(LOOSE));
        Arc::new(Self {
            from,
            clock,
            phase: AtomicU8::new(Phase::Head as u8),
            since,
            body_since: AtomicU32::new(0),
            stalled_since: AtomicU32::new(0),
            order: AtomicU8::new(Order::None as u8),
            waker: AtomicWaker::new(),
        })
    }

    pub(super) fn phase(&self) -> Phase {
        Phase::of(self.phase.load(LOOSE))
    }

    /// Ticks since the phase began.
    pub(super) fn waited(&self) -> u32 {
        self.age(&self.since)
    }

    /// Ticks for which its body, and its client's taking of an answer, have been waited for.
    pub(super) fn delays(&self) -> (u32, u32) {
        let of = |since: &AtomicU32| if since.load(LOOSE) == 0 { 0 } else { self.age(since) };
        (of(&self.body_since), of(&self.stalled_since))
    }

    fn age(&self, since: &AtomicU32) -> u32 {
        self.clock.load(LOOSE).wrapping_sub(since.load(LOOSE))
    }

    /// Gives an order; one that is stronger stands.
    pub(super) fn order(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::AcqRel);
        self.waker.wake();
    }

    #[cfg(test)]
    pub(super) fn is_told_to_close(&self) -> bool {
        self.has_order(Order::Close)
    }

    /// This answer is to be the last.
    pub(super) fn is_to_leave(&self) -> bool {
        self.has_order(Order::Drain)
    }

    fn has_order(&self, order: Order) -> bool {
        self.order.load(Ordering::Acquire) >= order as u8
    }

    /// It is open, and its first request may arrive.
    pub(super) fn opened(&self) {
        self.enter(Phase::Head);
    }

    fn enter(&self, phase: Phase) {
        self.since.store(self.clock.load(LOOSE), LOOSE);
        self.phase.store(phase as u8, LOOSE);
    }

    /// A request has begun to be answered.
    pub(super) fn begin(&self) {
        self.enter(Phase::Busy);
    }

    /// Marks the beginning of a wait, unless it has begun.
    fn wait(&self, since: &AtomicU32) {
        if since.load(LOOSE) == 0 {
            since.store(self.clock.load(LOOSE), LOOSE);
        }
    }
}

/// Opens a connection, unless it is told to end first.
pub(super) async fn unless_told<F: Future>(conn: &Conn, open: F) -> Option<F::Output> {
    let mut open = std::pin::pin!(open);
    std::future::poll_fn(|cx| {
        conn.waker.register(cx.waker());
        if conn.has_order(Order::Close) { Poll::Ready(None) } else { open.as_mut().poll(cx).map(Some) }
    })
    .await
}

/// Runs a connection until it ends or is told to.
pub(super) async fn drive<S>(
    http: hyper::server::conn::http1::Connection<hyper_util::rt::TokioIo<Stream>, S>,
    conn: &Conn,
) where
    S: hyper::service::HttpService<Incoming, ResBody = Outgoing>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut http = std::pin::pin!(http);
    let mut draining = false;
    std::future::poll_fn(|cx| {
        conn.waker.register(cx.waker());
        if conn.has_order(Order::Close) {
            return Poll::Ready(());
        }
        // A client that breaks off is no news.
        let polled = http.as_mut().poll(cx).map(drop);
        // What has arrived by now has been read; a request that is still on its way is waited for, and not long.
        if polled.is_pending() && conn.has_order(Order::Drain) && !draining && conn.phase() != Phase::Head {
            draining = true;
            http.as_mut().graceful_shutdown();
            return http.as_mut().poll(cx).map(drop);
        }
        polled
    })
    .await;
}

/// The socket, with a look at what comes in.
#[derive(Debug)]
pub(super) struct Stream {
    wire: Wire,
    conn: Arc<Conn>,
    scan: Scan,
    refused: bool,
    /// Set once the connection must end with the next answer.
    pub(super) last: Arc<std::sync::atomic::AtomicBool>,
}

impl Stream {
    pub(super) fn new(wire: Wire, conn: Arc<Conn>) -> Self {
        Self { wire, conn, scan: Scan::default(), refused: false, last: Arc::default() }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.refused {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.wire).poll_read(cx, buf))?;
        if buf.filled().len() == before {
            return Poll::Ready(Ok(()));
        }
        if self.conn.phase() == Phase::Idle {
            self.conn.enter(Phase::Head);
        }
        match self.scan.feed(&buf.filled()[before..]) {
            Ok(()) if self.scan.is_last() => self.last.store(true, LOOSE),
            Ok(()) => {}
            Err(BadAt(at)) => {
                // No parser of HTTP takes this byte in a head: the library answers 400 and closes.
                buf.filled_mut()[before + at] = 0;
                buf.set_filled(before + at + 1);
                self.refused = true;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Stream {
    fn wrote<T>(&self, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &polled {
            Poll::Pending => self.conn.wait(&self.conn.stalled_since),
            Poll::Ready(_) if self.conn.stalled_since.load(LOOSE) != 0 => self.conn.stalled_since.store(0, LOOSE),
            Poll::Ready(_) => {}
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.wire).poll_write(cx, bytes);
        self.wrote(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.wire).poll_flush(cx);
        if polled.is_ready() && self.conn.phase() == Phase::Leaving {
            self.conn.enter(Phase::Idle);
        }
        self.wrote(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

/// A body took longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("the body took too long to arrive")]
pub(crate) struct TooSlow;

/// The body of a request, for as long as it may take.
pub(super) struct Arriving {
    inner: Incoming,
    conn: Arc<Conn>,
}

impl Arriving {
    /// As the routes read it; most requests have none.
    pub(super) fn of(inner: Incoming, conn: &Arc<Conn>) -> Body {
        use http_body::Body as _;
        if inner.is_end_stream() { Body::empty() } else { Body::new(Self { inner, conn: conn.clone() }) }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx).map_err(Into::into);
        if polled.is_pending() {
            self.conn.wait(&self.conn.body_since);
            if self.conn.has_order(Order::GiveUpBody) {
                return Poll::Ready(Some(Err(Box::new(TooSlow))));
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.conn.body_since.store(0, LOOSE);
    }
}

/// Marks an answer that does not end by itself. When the server is to stop, these last bytes are sent and it ends.
#[derive(Debug, Clone)]
pub(crate) struct Endless {
    pub(crate) last: Bytes,
}

/// The body of an answer; when it is gone, all of it was handed to the socket's buffer.
pub(super) struct Outgoing {
    inner: Body,
    conn: Arc<Conn>,
    endless: Option<Endless>,
}

impl Outgoing {
    pub(super) fn new(inner: Body, conn: Arc<Conn>, endless: Option<Endless>) -> Self {
        Self { inner, conn, endless }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.endless.is_some() && self.conn.has_order(Order::Drain) {
            self.inner = Body::empty();
            return Poll::Ready(self.endless.take().map(|endless| Ok(Frame::data(endless.last))));
        }
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.conn.enter(Phase::Leaving);
    }
}
