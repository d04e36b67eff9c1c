//! Following over real sockets: an issuer that answers as told, and every fault of one.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::*;
use crate::feed::{Beat, Event as Frame, Position, Snapshot};
use crate::tests::{AUDIENCE, Signing};
use crate::{CheckError, Ended, Entry, KeySet, Timestamp, VerifyError, Via, typ};

mod feed;
mod keys;

/// What an issuer answers to one question.
#[derive(Debug, Clone)]
enum Answer {
    /// These bytes, and then the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, for as long as somebody waits.
    Never,
    /// These bytes, and then nothing, for as long as somebody waits.
    Stalls(Vec<u8>),
    /// These bytes, and then blanks for as long as somebody reads.
    Endless(Vec<u8>),
}

fn ok(content_type: &str, body: impl AsRef<[u8]>) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n");
    Answer::Bytes([head.as_bytes(), body.as_ref()].concat())
}

fn status(line: &str) -> Answer {
    Answer::Bytes(format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").into_bytes())
}

/// An issuer behind a real socket. It answers with what stands next, and with the last one again and again.
struct Issuer {
    url: String,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    keys: Mutex<VecDeque<Answer>>,
    snapshot: Mutex<VecDeque<Answer>>,
    introspection: Mutex<VecDeque<Answer>>,
    keys_asked: AtomicUsize,
    /// Streams that were opened: their position, and where to write.
    streams: mpsc::UnboundedSender<(String, TcpStream)>,
    requests: Mutex<Vec<String>>,
}

impl Issuer {
    async fn start() -> (Self, mpsc::UnboundedReceiver<(String, TcpStream)>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (streams, opened) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            keys: Mutex::default(),
            snapshot: Mutex::default(),
            introspection: Mutex::default(),
            keys_asked: AtomicUsize::new(0),
            streams,
            requests: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        let for_all = shared.clone();
        tasks.spawn(async move {
            let mut conversations = JoinSet::new();
            while let Ok((tcp, _)) = listener.accept().await {
                conversations.spawn(converse(for_all.clone(), tcp));
            }
        });
        (Self { url: format!("http://{address}"), shared, _tasks: tasks }, opened)
    }

    fn keys(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.shared.keys.lock().unwrap() = answers.into_iter().collect();
    }

    fn snapshots(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.shared.snapshot.lock().unwrap() = answers.into_iter().collect();
    }

    fn introspections(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.shared.introspection.lock().unwrap() = answers.into_iter().collect();
    }

    fn keys_asked(&self) -> usize {
        self.shared.keys_asked.load(Ordering::SeqCst)
    }

    fn settings(&self) -> Settings {
        Settings::new(&self.url, AUDIENCE, [Algorithm::Ed25519]).reach(Reach::Loopback).client("articles", "secret")
    }
}

async fn converse(shared: Arc<Shared>, mut tcp: TcpStream) {
    let mut head = Vec::new();
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        if tcp.read_buf(&mut head).await.is_ok_and(|n| n == 0) {
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    shared.requests.lock().unwrap().push(head.clone());
    let next = |answers: &Mutex<VecDeque<Answer>>| {
        let mut answers = answers.lock().unwrap();
        let last = answers.len() == 1;
        if last { answers.front().cloned() } else { answers.pop_front() }.unwrap_or(status("404 Not Found"))
    };
    let position = head.lines().find_map(|line| line.strip_prefix("last-event-id: "));
    let answer = match (head.split(' ').nth(1).unwrap(), position) {
        ("/.well-known/jwks.json", _) => {
            let answer = next(&shared.keys);
            shared.keys_asked.fetch_add(1, Ordering::SeqCst);
            answer
        }
        ("/v1/revocations", None) => next(&shared.snapshot),
        ("/v1/revocations", Some(position)) => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            let _ = tcp.write_all(head).await;
            let _ = shared.streams.send((position.to_owned(), tcp));
            return;
        }
        ("/oauth/introspect", _) => next(&shared.introspection),
        _ => status("404 Not Found"),
    };
    match answer {
        Answer::Bytes(bytes) => {
            let _ = tcp.write_all(&bytes).await;
            let _ = tcp.shutdown().await;
        }
        Answer::Stalls(bytes) => {
            let _ = tcp.write_all(&bytes).await;
            while tcp.read(&mut [0; 64]).await.is_ok_and(|n| n > 0) {}
        }
        Answer::Never => while tcp.read(&mut [0; 64]).await.is_ok_and(|n| n > 0) {},
        Answer::Endless(bytes) => {
            let _ = tcp.write_all(&bytes).await;
            while tcp.write_all(&[b' '; 4096]).await.is_ok() {}
        }
    }
}

fn jwks(set: &KeySet) -> Answer {
    ok("application/jwk-set+json", set.to_json())
}

/// A token of this issuer.
fn token(issuer: &Issuer, signing: &Signing) -> String {
    signing.token(&crate::tests::with("iss", issuer.url.as_str().into()))
}

/// What is said of what happens, one after the other.
fn events() -> (impl Fn(Event) + Send + Sync + 'static, mpsc::UnboundedReceiver<Event>) {
    let (tell, told) = mpsc::unbounded_channel();
    let tell = move |event| {
        let _ = tell.send(event);
    };
    (tell, told)
}

async fn until(told: &mut mpsc::UnboundedReceiver<Event>, wanted: Event) {
    while told.recv().await.expect("somebody follows") != wanted {}
}
