//! Clients that keep the server waiting, and too many of them. Nothing here sleeps: a test waits for what must happen.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use doorward_server::Limits;
use tokio::sync::Notify;

use crate::common::{House, Listening, Raw};

const SHORT: Duration = Duration::from_millis(40);
const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: door.example\r\n\r\n";

/// A handler that says when it has begun, and answers when it is told to.
struct Gate {
    begun: Arc<Notify>,
    go: Arc<Notify>,
    router: Router,
}

fn gate() -> Gate {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (begun.clone(), go.clone());
    let held = move || async move {
        tell.notify_one();
        wait.notified().await;
        "done"
    };
    let router = Router::new().route("/held", get(held)).route("/at-once", get(async || "at once"));
    Gate { begun, go, router: router.route("/never", get(async || pending::<&str>().await)) }
}

fn ask(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: door.example\r\n\r\n")
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let house = House::new().await;
    let listening = house.listen(Limits { head_time: SHORT, ..Limits::default() }).await;
    let mut silent = listening.connect().await;
    let mut half = listening.connect().await;
    half.send("GET /health/live HTTP/1.1\r\nHost: ").await;
    silent.must_be_closed_silently().await;
    half.must_be_closed_silently().await;
    listening.stop().await;
}

#[tokio::test]
async fn dripping_a_head_buys_no_time() {
    let house = House::new().await;
    let listening = house.listen(Limits { head_time: SHORT, idle_time: 10 * SHORT, ..Limits::default() }).await;
    let mut raw = listening.connect().await;
    raw.send(LIVE).await;
    assert_eq!(raw.answer().await.status, 200);
    raw.send("GET /health/live HTTP/1.1\r\n").await;
    let mut ticks = tokio::time::interval(SHORT / 8);
    // Each drop comes well within the time; all of them together do not.
    loop {
        tokio::select! {
            rest = raw.rest() => break assert_eq!(rest, ""),
            _ = ticks.tick() => {}
        }
        raw.send("X: y\r\n").await;
    }
    listening.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let house = House::new().await;
    let listening = house.listen(Limits { body_time: SHORT, ..Limits::default() }).await;
    let head = "POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\n";
    for (length, body) in
        [("Content-Length: 10", "{"), ("Content-Length: 10", ""), ("Transfer-Encoding: chunked", "1\r\n{\r\n")]
    {
        let mut raw = listening.connect().await;
        raw.send(format!("{head}{length}\r\n\r\n{body}")).await;
        assert_eq!(raw.answer().await.outcome(), "408 request_timeout", "{length}");
        assert_eq!(raw.rest().await, "", "and the connection is closed");
    }
    listening.stop().await;
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let house = House::new().await;
    let listening = house.listen(Limits { idle_time: SHORT, ..Limits::default() }).await;
    let mut raw = listening.connect().await;
    for _ in 0..3 {
        raw.send(LIVE).await;
        assert_eq!(raw.answer().await.status, 200);
    }
    raw.must_be_closed_silently().await;
    listening.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_let_go() {
    let house = House::new().await;
    let listening = house.listen(Limits { write_time: SHORT, ..Limits::default() }).await;
    let mut raw = listening.connect().await;
    const ASKED: usize = 2_000;
    raw.send("GET /metrics HTTP/1.1\r\nHost: door.example\r\n\r\n".repeat(ASKED)).await;
    // Stopping waits for running requests, and this one would never end.
    listening.stop().await;
    let taken = raw.rest().await;
    assert!(taken.matches("HTTP/1.1 200").count() < ASKED);
}

#[tokio::test]
async fn a_good_client_is_served_among_many_slow_ones() {
    let house = House::new().await;
    let listening = house.listen(Limits::default()).await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut raw = listening.connect().await;
        raw.send("GET /health/live HTTP/1.1\r\nHost: door.example\r\nX-").await;
        slow.push(raw);
    }
    let mut good = listening.connect().await;
    for _ in 0..10 {
        good.send(LIVE).await;
        assert_eq!(good.answer().await.status, 200);
    }
    drop(slow);
    listening.stop().await;
}

#[tokio::test]
async fn whoever_waits_longest_makes_room_for_who_comes() {
    let house = House::new().await;
    let listening = house.listen(Limits { connections: 20, ..Limits::default() }).await;
    let mut idle = Vec::new();
    for _ in 0..60 {
        let mut raw = listening.connect().await;
        raw.send(LIVE).await;
        assert_eq!(raw.answer().await.status, 200, "everybody is served");
        idle.push(raw);
    }
    let (gone, kept) = idle.split_at_mut(40);
    for raw in gone {
        raw.must_be_closed_silently().await;
    }
    for raw in kept {
        raw.send(LIVE).await;
        assert_eq!(raw.answer().await.status, 200, "the newest are still there");
    }
    listening.stop().await;
}

#[tokio::test]
async fn a_server_that_is_busy_with_everybody_turns_the_next_one_away() {
    let gate = gate();
    let listening = Listening::start(gate.router, Limits { connections: 1, ..Limits::default() }).await;
    let mut first = listening.connect().await;
    first.send(ask("/held")).await;
    gate.begun.notified().await;
    listening.connect().await.must_be_closed_silently().await;
    gate.go.notify_one();
    assert_eq!(first.answer().await.text(), "done");
    listening.stop().await;
}

#[tokio::test]
async fn one_address_gets_no_more_than_its_share() {
    let gate = gate();
    let limits = Limits { connections_per_address: 1, ..Limits::default() };
    let listening = Listening::start(gate.router, limits).await;
    let mut first = listening.connect().await;
    first.send(ask("/held")).await;
    gate.begun.notified().await;
    listening.connect().await.must_be_closed_silently().await;
    gate.go.notify_one();
    assert_eq!(first.answer().await.text(), "done");
    listening.stop().await;
}

#[tokio::test]
async fn a_stopping_server_finishes_what_runs_and_takes_nothing_new() {
    let gate = gate();
    let listening = Listening::start(gate.router, Limits::default()).await;
    let address = listening.address;
    let mut running = listening.connect().await;
    running.send(ask("/held")).await;
    gate.begun.notified().await;
    let mut idle = listening.connect().await;
    idle.send(ask("/at-once")).await;
    assert_eq!(idle.answer().await.text(), "at once");
    let stopped = listening.begin_to_stop();
    idle.must_be_closed_silently().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the listener is gone");
    assert!(!stopped.is_finished());
    gate.go.notify_one();
    let answer = running.answer().await;
    assert_eq!((answer.text(), answer.header("connection")), ("done", "close"));
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_a_server_from_stopping() {
    let gate = gate();
    let listening = Listening::start(gate.router, Limits { drain: SHORT, ..Limits::default() }).await;
    let mut raw = listening.connect().await;
    raw.send(ask("/never")).await;
    let mut other = listening.connect().await;
    other.send(ask("/at-once")).await;
    assert_eq!(other.answer().await.text(), "at once");
    listening.stop().await;
    raw.must_be_closed_silently().await;
}

#[tokio::test]
async fn a_request_that_is_on_its_way_when_the_server_stops_is_answered() {
    let gate = gate();
    let listening = Listening::start(gate.router, Limits { body_time: SHORT, ..Limits::default() }).await;
    let address = listening.address;
    let mut fresh = listening.connect().await;
    fresh.send("GET /at-once HTTP/1.1\r\n").await;
    let mut again = listening.connect().await;
    again.send(ask("/at-once")).await;
    assert_eq!(again.answer().await.text(), "at once");
    again.send("GET /at-once HTTP/1.1\r\nHo").await;
    let mut silent = listening.connect().await;
    let stopped = listening.begin_to_stop();
    while tokio::net::TcpStream::connect(address).await.is_ok() {}
    for (raw, rest) in [(&mut fresh, "Host: door.example\r\n\r\n"), (&mut again, "st: door.example\r\n\r\n")] {
        raw.send(rest).await;
        let answer = raw.answer().await;
        assert_eq!((answer.text(), answer.header("connection")), ("at once", "close"));
    }
    silent.must_be_closed_silently().await;
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_was_let_in_by_the_system_is_heard_before_the_listener_closes() {
    let gate = gate();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut raw = Raw::over(tokio::net::TcpStream::connect(address).await.unwrap());
        raw.send(ask("/at-once")).await;
        waiting.push(raw);
    }
    // It is told to stop before it has taken anybody.
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    doorward_server::serve(listener, gate.router, std::future::ready(())).await.unwrap();
    for raw in &mut waiting {
        assert_eq!(raw.answer().await.text(), "at once");
    }
}
