//! A real socket, and bytes as they are.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use doorward_server::{Limits, Serving};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Answer;

/// A server that runs until it is stopped.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    pub(crate) async fn start(router: Router, limits: Limits) -> Self {
        Self::start_as(Serving { limits, ..Serving::default() }, router).await
    }

    pub(crate) async fn start_as(serving: Serving, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let task = tokio::spawn(serving.run(listener, router, shutdown));
        Self { address, stop, task }
    }

    pub(crate) async fn connect(&self) -> Raw {
        Raw::over(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends bytes on a connection of their own and reads what comes until the server closes it.
    pub(crate) async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut raw = self.connect().await;
        raw.send(bytes).await;
        raw.rest().await
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.begin_to_stop().await.unwrap().unwrap();
    }

    /// Tells it to stop.
    pub(crate) fn begin_to_stop(self) -> JoinHandle<std::io::Result<()>> {
        self.stop.send(()).unwrap();
        self.task
    }
}

/// A connection.
pub(crate) struct Raw<S = TcpStream> {
    stream: S,
    unread: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Raw<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    /// Sends; that the server may have closed meanwhile is for the reading to find out.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
        let _ = self.stream.flush().await;
    }

    /// The next answer, whole.
    pub(crate) async fn answer(&mut self) -> Answer {
        let head_end = loop {
            match self.unread.windows(4).position(|w| w == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => assert!(
                    self.read_more().await,
                    "closed before an answer: {:?}",
                    String::from_utf8_lossy(&self.unread)
                ),
            }
        };
        let head = String::from_utf8(self.unread.drain(..head_end).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: HeaderMap = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap()))
            .collect();
        let length = headers.get("content-length").map_or(0, |v| v.to_str().unwrap().parse().unwrap());
        while self.unread.len() < length {
            assert!(self.read_more().await, "closed within an answer");
        }
        let body = Bytes::from(self.unread.drain(..length).collect::<Vec<_>>());
        Answer { status, headers, body }
    }

    /// Waits until an answer has begun, and that it begins like this.
    pub(crate) async fn must_begin(&mut self, with: &str) {
        while self.unread.len() < with.len() && self.read_more().await {}
        assert!(self.unread.starts_with(with.as_bytes()), "{:?}", String::from_utf8_lossy(&self.unread));
    }

    /// What it runs over.
    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// Everything that comes until the server closes.
    pub(crate) async fn rest(&mut self) -> String {
        String::from_utf8(self.rest_as_bytes().await).unwrap()
    }

    /// The same, whatever it is.
    pub(crate) async fn rest_as_bytes(&mut self) -> Vec<u8> {
        while self.read_more().await {}
        std::mem::take(&mut self.unread)
    }

    /// Waits until the server closes, and sends nothing before.
    pub(crate) async fn must_be_closed_silently(&mut self) {
        assert_eq!(self.rest().await, "");
    }

    /// `false` if the server has closed or reset.
    async fn read_more(&mut self) -> bool {
        self.stream.read_buf(&mut self.unread).await.is_ok_and(|n| n > 0)
    }
}
