//! The revocation feed: who may read it, what it says, when it is silent, and how it ends.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_core::directory::Client;
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use doorward_core::store::double::When;
use doorward_core::verify::feed::{Beat, Event, Position, Snapshot, sse};
use doorward_core::verify::{Algorithm, Ended};
use doorward_server::Limits;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tokio::task::unconstrained;
use tower::ServiceExt as _;

use crate::common::{Caller, House, URL};

const PATH: &str = "/v1/revocations";

/// Somebody who signs in by token and may read the feed.
async fn reader(house: &House) -> Caller {
    let account = house.account("reader@example.com").await;
    house.permit(account.id, &["revocations:read"]).await;
    house.auth.read_log().await.unwrap();
    let mut reader = house.program();
    reader.sign_in("reader@example.com", "token").await;
    reader
}

async fn snapshot(reader: &mut Caller) -> Snapshot {
    let answer = reader.get(PATH).send().await;
    assert_eq!(answer.status, 200);
    Snapshot::from_json(&answer.body).unwrap()
}

/// A stream that is being read.
struct Stream {
    body: Body,
    parser: sse::Parser,
}

impl Stream {
    async fn open(house: &House, reader: &Caller, from: &Position) -> Self {
        let answer = ask(house, reader, &from.to_string()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        Self { body: answer.into_body(), parser: sse::Parser::default() }
    }

    /// The events of the next piece; `None` at the end.
    async fn next(&mut self) -> Option<Vec<Event>> {
        let bytes = self.body.frame().await?.unwrap().into_data().unwrap();
        let mut events = Vec::new();
        self.parser.push(&bytes, |event| events.push(Event::read(&event).unwrap())).unwrap();
        Some(events)
    }

    /// Everything that is there, without waiting for more.
    async fn at_hand(&mut self) -> Vec<Event> {
        let mut all = Vec::new();
        while let Some(Some(events)) = futures_util::FutureExt::now_or_never(unconstrained(self.next())) {
            all.extend(events);
        }
        all
    }
}

async fn ask(house: &House, reader: &Caller, from: &str) -> Response<Body> {
    let bearer = format!("Bearer {}", reader.bearer.as_ref().unwrap());
    let request = Request::get(PATH).header("authorization", bearer).header("accept", "text/event-stream");
    house.router.clone().oneshot(request.header("last-event-id", from).body(Body::empty()).unwrap()).await.unwrap()
}

fn beat(house: &House, event: &Event) -> Beat {
    let Event::Heartbeat(text) = event else { panic!("{event:?}") };
    Beat::open(text.as_bytes(), &house.auth.keyring().published(), &Algorithm::ALL, URL).unwrap()
}

#[tokio::test]
async fn only_a_token_with_the_permission_reads_the_feed() {
    let house = House::new().await;
    let mut nobody = house.program();
    let answer = nobody.get(PATH).send().await;
    assert_eq!((answer.outcome(), answer.header("www-authenticate")), ("401 unauthenticated".into(), "Bearer"));
    let mut ada = house.program();
    house.account("ada@example.com").await;
    ada.sign_in("ada@example.com", "token").await;
    assert_eq!(ada.get(PATH).send().await.outcome(), "403 forbidden");
    let mut browser = house.signed_in("ada@example.com", "session").await;
    let account = house.auth.find_account("ada@example.com").await.unwrap().unwrap();
    house.permit(account.id, &["revocations:read"]).await;
    assert_eq!(browser.get(PATH).send().await.outcome(), "401 unauthenticated", "no cookie lets anybody in");
    let mut reader = reader(&house).await;
    let answer = reader.get(PATH).send().await;
    assert_eq!(
        (answer.status, answer.header("x-accel-buffering"), answer.header("cache-control")),
        (200, "no", "no-store")
    );
    assert_eq!(reader.get(PATH).header("accept", "text/html").send().await.outcome(), "406 not_acceptable");
}

#[tokio::test]
async fn an_end_is_in_the_snapshot_or_in_the_stream_behind_it_and_names_nobody() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let mut alice = house.signed_in("alice@example.com", "token").await;
    alice.post("/v1/sign-out", &serde_json::json!({})).send().await;
    house.auth.read_log().await.unwrap();
    let before = snapshot(&mut reader).await;
    assert_eq!(before.iss, URL);
    assert!(before.entries.iter().any(|e| matches!(e.what, Ended::Session { .. })));
    let mut stream = Stream::open(&house, &reader, &before.position()).await;
    assert_eq!(stream.next().await.unwrap(), [], "something is sent at once");
    let mut alice = house.signed_in("alice@example.com", "token").await;
    let sid = alice.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    alice.post("/v1/sign-out", &serde_json::json!({})).send().await;
    house.auth.read_log().await.unwrap();
    let events = stream.next().await.unwrap();
    let Event::Entry(at, entry) = &events[0] else { panic!("{events:?}") };
    assert_eq!((at.seq, &entry.what), (before.seq + 1, &Ended::Session { sid }));
    let mut late = Stream::open(&house, &reader, &before.position()).await;
    assert_eq!(late.next().await.unwrap(), events[..1], "whoever comes back hears what was missed");
    let text = String::from_utf8(reader.get(PATH).send().await.body.to_vec()).unwrap();
    assert!(!text.contains("alice") && !text.contains('@'));
}

#[tokio::test]
async fn a_heartbeat_is_signed_each_second_and_only_over_a_log_that_was_just_read() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let start = snapshot(&mut reader).await.position();
    let mut stream = Stream::open(&house, &reader, &start).await;
    house.auth.read_log().await.unwrap();
    let first = stream.at_hand().await;
    let one = beat(&house, &first[0]);
    assert_eq!((one.feed_id, one.seq), (start.feed_id, start.seq));
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.at_hand().await, [], "not twice in a second");
    house.wait(1);
    assert_eq!(stream.at_hand().await, [], "nothing was read");
    house.auth.read_log().await.unwrap();
    let two = beat(&house, &stream.at_hand().await[0]);
    assert_eq!((two.time - one.time, &two.node), (1000, &one.node));
    house.store.fail("head", Some(When::Before));
    for _ in 0..5 {
        house.wait(1);
        assert!(house.auth.read_log().await.is_err());
    }
    assert_eq!(stream.at_hand().await, [], "a node that cannot read its log is silent");
    house.store.fail("head", None);
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.at_hand().await.len(), 1);
}

#[tokio::test]
async fn a_position_that_is_not_known_is_gone_and_one_that_is_none_is_refused() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let at = snapshot(&mut reader).await.position();
    for gone in [format!("{}:{}", at.feed_id, at.seq + 1), "other:0".to_owned()] {
        assert_eq!(ask(&house, &reader, &gone).await.status(), 410, "{gone}");
    }
    let without = reader.get(PATH).header("accept", "text/event-stream").send().await;
    assert_eq!(without.outcome(), "410 snapshot_required");
    let stream = reader.get(PATH).header("accept", "text/event-stream").header("last-event-id", "7");
    assert_eq!(stream.send().await.outcome(), "400 bad_request");
    let stream = reader.get(PATH).header("accept", "text/event-stream").header("last-event-id", "log:7");
    assert_eq!(stream.also("last-event-id", "log:8").send().await.outcome(), "400 bad_request");
}

/// Whatever let a reader in is weighed with every message.
#[tokio::test]
async fn a_stream_ends_with_what_let_its_reader_in() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let account = house.auth.find_account("reader@example.com").await.unwrap().unwrap();
    let start = snapshot(&mut reader).await.position();
    let mut stream = Stream::open(&house, &reader, &start).await;
    stream.next().await;
    house.permit(account.id, &[]).await;
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.next().await.unwrap(), [Event::Bye], "and not one entry more");
    assert!(stream.next().await.is_none());
    assert_eq!(ask(&house, &reader, &start.to_string()).await.status(), 401);
    house.permit(account.id, &["revocations:read"]).await;
    house.auth.read_log().await.unwrap();
    reader.sign_in("reader@example.com", "token").await;
    let start = snapshot(&mut reader).await.position();
    let mut stream = Stream::open(&house, &reader, &start).await;
    house.wait(331);
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.at_hand().await, [Event::Bye], "the token has expired");
}

#[tokio::test]
async fn an_application_reads_by_its_secret_for_as_long_as_both_count() {
    let house = House::new().await;
    let id: ClientId = "articles".parse().unwrap();
    house.auth.add_client(Client::new(id.clone(), vec![Mode::Token])).await.unwrap();
    let secret = house.auth.add_client_secret(&id).await.unwrap();
    let basic = |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let good = basic("articles", secret.plain.expose());
    let mut program = house.program();
    let start = program.get(PATH).header("authorization", &good).send().await;
    let start = Snapshot::from_json(&start.body).unwrap().position();
    for bad in [basic("articles", "x"), basic("spa", secret.plain.expose()), basic("", ""), "Basic !".into()] {
        assert_eq!(program.get(PATH).header("authorization", &bad).send().await.outcome(), "401 unauthenticated");
    }
    let request = Request::get(PATH).header("authorization", &good).header("accept", "text/event-stream");
    let request = request.header("last-event-id", start.to_string()).body(Body::empty()).unwrap();
    let body = house.router.clone().oneshot(request).await.unwrap().into_body();
    let mut stream = Stream { body, parser: sse::Parser::default() };
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.at_hand().await.len(), 1, "a heartbeat");
    house.auth.remove_client_secret(&id, &secret.id).await.unwrap();
    house.wait(1);
    house.auth.read_log().await.unwrap();
    assert_eq!(stream.at_hand().await, [Event::Bye]);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_let_go_without_a_farewell() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let start = snapshot(&mut reader).await.position();
    let mut slow = Stream::open(&house, &reader, &start).await;
    let mut quick = Stream::open(&house, &reader, &start).await;
    for _ in 0..260 {
        house.clock.advance(Duration::from_secs(1));
        house.auth.read_log().await.unwrap();
        quick.at_hand().await;
    }
    slow.next().await;
    assert!(slow.next().await.is_none());
    house.clock.advance(Duration::from_secs(1));
    house.auth.read_log().await.unwrap();
    assert_eq!(quick.at_hand().await.len(), 1);
}

#[tokio::test]
async fn readers_are_counted_until_they_leave() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let start = snapshot(&mut reader).await.position();
    let streams = [Stream::open(&house, &reader, &start).await, Stream::open(&house, &reader, &start).await];
    let mut probe = house.program();
    assert!(probe.get("/metrics").send().await.text().contains("\ndoorward_feed_readers 2\n"));
    drop(streams);
    assert!(probe.get("/metrics").send().await.text().contains("\ndoorward_feed_readers 0\n"));
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_and_does_not_wait_for_its_readers() {
    let house = House::new().await;
    let mut reader = reader(&house).await;
    let start = snapshot(&mut reader).await.position();
    let listening = house.listen(Limits { drain: Duration::from_secs(600), ..Limits::default() }).await;
    let mut raw = listening.connect().await;
    let bearer = reader.bearer.as_ref().unwrap();
    raw.send(format!("GET {PATH} HTTP/1.1\r\nhost: door.example\r\naccept: text/event-stream\r\nlast-event-id: {start}\r\nauthorization: Bearer {bearer}\r\n\r\n")).await;
    raw.must_begin("HTTP/1.1 200 OK").await;
    let stopping = listening.begin_to_stop();
    let rest = raw.rest().await;
    assert!(rest.contains("event: bye\ndata: {}\n\n\r\n0\r\n\r\n"), "{rest}");
    stopping.await.unwrap().unwrap();
}
