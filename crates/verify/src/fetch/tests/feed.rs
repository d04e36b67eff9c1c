//! A feed over real sockets, cut and taken up again; and an issuer that is asked about each token.

use super::*;
use crate::{OnSilence, Policy};

const FEED: &str = "feed-1";

fn at(seq: u64) -> Position {
    Position { feed_id: FEED.into(), seq }
}

fn ends() -> Entry {
    Entry { what: Ended::Session { sid: "CCCCCCCCCCCCCCCCCCCCCC".into() }, until: 2_000_000_000 }
}

/// An issuer, its key, and a follower that has a stream open.
struct Scene {
    issuer: Issuer,
    signing: Signing,
    streams: mpsc::UnboundedReceiver<(String, TcpStream)>,
    clock: Arc<keys::Moved>,
    following: Following,
    told: mpsc::UnboundedReceiver<Event>,
    token: String,
}

impl Scene {
    async fn new(rule: Rule) -> Self {
        let signing = Signing::new(Algorithm::Ed25519, "key-1");
        let (issuer, streams) = Issuer::start().await;
        issuer.keys([jwks(&signing.keys())]);
        let snapshot = Snapshot { feed_id: FEED.into(), seq: 3, iss: issuer.url.clone(), entries: Vec::new() };
        issuer.snapshots([ok("application/json", serde_json::to_vec(&snapshot).unwrap())]);
        let (clock, (listener, mut told)) = (keys::Moved::new(), events());
        let settings = issuer.settings().rule(rule).clock(clock.clone()).on_event(listener);
        let following = settings.start().unwrap();
        until(&mut told, Event::NewKeys).await;
        let token = token(&issuer, &signing);
        Self { issuer, signing, streams, clock, following, told, token }
    }

    async fn stream(&mut self, from: u64) -> TcpStream {
        let (position, stream) = self.streams.recv().await.unwrap();
        assert_eq!(position, at(from).to_string());
        stream
    }

    fn beat(&self, seq: u64, second: i64) -> String {
        let beat =
            Beat { iss: self.issuer.url.clone(), feed_id: FEED.into(), seq, node: "n".into(), time: second * 1000 };
        let header = serde_json::json!({ "alg": "Ed25519", "typ": typ::HEARTBEAT, "kid": "key-1" }).to_string();
        Frame::Heartbeat(self.signing.raw(header.as_bytes(), &beat.payload())).write()
    }

    async fn check(&self) -> Result<(), CheckError> {
        let guard = self.following.guard();
        guard.check(&self.token, Via::Header, &guard.its_rule()).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_follower_is_ready_with_the_first_heartbeat_and_refuses_what_ended_from_then_on() {
    let mut scene = Scene::new(Rule::default()).await;
    assert_eq!(scene.check().await, Err(CheckError::Unavailable));
    let mut stream = scene.stream(3).await;
    stream.write_all(scene.beat(3, 1).as_bytes()).await.unwrap();
    scene.following.ready().await;
    assert_eq!(scene.check().await, Ok(()));
    scene.clock.advance(1);
    let frames = Frame::Entry(at(4), ends()).write() + &scene.beat(4, 2);
    stream.write_all(frames.as_bytes()).await.unwrap();
    drop(stream);
    let _next = scene.stream(4).await;
    assert_eq!(scene.check().await, Err(CheckError::Refused(VerifyError::Revoked)));
    let requests = scene.issuer.shared.requests.lock().unwrap().join("\n").to_lowercase();
    assert!(requests.contains("authorization: basic yxj0awnszxm6c2vjcmv0"), "{requests}");
    let numbers = scene.following.guard().numbers();
    assert_eq!((numbers.snapshots, numbers.entries, numbers.heartbeats, numbers.seq), (1, 1, 2, 4));
}

#[tokio::test]
async fn cut_off_it_goes_from_fresh_to_silent_to_503_and_comes_back_by_itself() {
    let mut scene = Scene::new(Rule::default()).await;
    let mut stream = scene.stream(3).await;
    stream.write_all(scene.beat(3, 1).as_bytes()).await.unwrap();
    scene.following.ready().await;
    scene.clock.advance(10);
    until(&mut scene.told, Event::Silence(Silence::Silent)).await;
    assert_eq!(scene.check().await, Ok(()));
    let (guard, rule) = (scene.following.guard(), Rule::default());
    let principal = guard.check(&scene.token, Via::Header, &rule).await.unwrap();
    assert!(principal.revocation_age().unwrap() >= Duration::from_secs(10));
    scene.clock.advance(50);
    until(&mut scene.told, Event::Silence(Silence::TooLong)).await;
    assert_eq!(scene.check().await, Err(CheckError::Unavailable));
    stream.write_all(b":\n\n").await.unwrap();
    let mut next = scene.stream(3).await;
    next.write_all(scene.beat(3, 61).as_bytes()).await.unwrap();
    scene.following.ready().await;
    assert_eq!(scene.check().await, Ok(()));
}

#[tokio::test]
async fn an_issuer_that_is_asked_decides_and_one_that_is_away_is_503() {
    let rule = Rule { on_silence: OnSilence::Introspect, ..Rule::default() };
    for rule in [rule, Rule { policy: Policy::Allowlist, ..Rule::default() }] {
        let scene = Scene::new(rule).await;
        let json = |text: &str| ok("application/json", text);
        for (answer, wanted) in [
            (json("{\"active\":true,\"sub\":\"x\"}"), Ok(())),
            (json("{\"active\":false}"), Err(CheckError::Refused(VerifyError::Revoked))),
            (json("{\"active\":\"true\"}"), Err(CheckError::Unavailable)),
            (json("{}"), Err(CheckError::Unavailable)),
            (status("401 Unauthorized"), Err(CheckError::Unavailable)),
            (ok("text/html", "{\"active\":true}"), Err(CheckError::Unavailable)),
            (ok("application/json", vec![b' '; 65 * 1024]), Err(CheckError::Unavailable)),
        ] {
            scene.issuer.introspections([answer]);
            assert_eq!(scene.check().await, wanted);
        }
    }
}

#[tokio::test]
async fn nothing_is_started_that_could_never_follow() {
    let start = |settings: Settings| settings.start().map(|_| ()).err();
    let new = |url: &str| Settings::new(url, AUDIENCE, [Algorithm::Es256]).client("a", "b");
    assert_eq!(start(new("http://door.example")), Some(StartError::Url));
    assert_eq!(start(new("https://127.0.0.1")), Some(StartError::Url));
    assert_eq!(start(new("https://door.example").at("file:///etc")), Some(StartError::Url));
    let nobody = Settings::new("https://door.example", AUDIENCE, [Algorithm::Es256]);
    assert_eq!(start(nobody), Some(StartError::Credentials));
    let none = Settings::new("https://door.example", AUDIENCE, []).client("a", "b");
    assert_eq!(start(none), Some(StartError::Build(BuildError::Algorithms)));
    assert!(!format!("{:?}", new("https://door.example").client("a", "hidden")).contains("hidden"));
}
