//! Services that verify offline, beside a real server: they hear of every end, through kills and restarts, and decide like it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use doorward_verify::fetch::{Following, Reach, Settings, SystemClock};
use doorward_verify::guard::Clock as _;
use doorward_verify::tower::{GuardLayer, RequireLayer};
use doorward_verify::{Algorithm, CheckError, Demand, Principal, VerifyError, Via};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::house::{House, Running, client, doorward};

/// Within this time after the answer to a revoke every follower must refuse.
const BOUND: Duration = Duration::from_secs(1);

fn settings(server: &Running, secret: &str) -> Settings {
    Settings::new(&server.url, server.url.as_str(), [Algorithm::Es256])
        .reach(Reach::Loopback)
        .client("articles", secret)
}

fn secret(house: &House) -> String {
    let added = house.operator(&["client", "add", "articles", "--mode", "token", "--secret"]).json();
    added["secret"].as_str().unwrap().to_owned()
}

async fn followers(server: &Running, secret: &str, count: usize) -> Vec<Arc<Following>> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(Arc::new(settings(server, secret).start().unwrap()));
    }
    for following in &all {
        following.ready().await;
    }
    all
}

fn access(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

async fn sign_out(server: &Running, tokens: &Value) {
    let out = client().post(format!("{}/v1/sign-out", server.url)).bearer_auth(access(tokens)).json(&json!({}));
    assert_eq!(out.send().await.unwrap().status(), 204);
}

async fn check(following: &Following, token: &str) -> Result<Principal, CheckError> {
    let guard = following.guard();
    guard.check(token, Via::Header, &guard.its_rule()).await
}

/// How long after the answer the last of them refused.
async fn all_refuse(followers: &[Arc<Following>], token: &str) -> Duration {
    let clock = SystemClock::new();
    for following in followers {
        loop {
            match check(following, token).await {
                Err(CheckError::Refused(VerifyError::Revoked)) => break,
                Ok(_) => assert!(clock.monotonic() < BOUND, "accepted after the bound"),
                Err(other) => panic!("{other}"),
            }
            tokio::task::yield_now().await;
        }
    }
    clock.monotonic()
}

#[tokio::test]
async fn after_a_revoke_no_follower_accepts_beyond_the_bound() {
    let house = House::new();
    let server = house.start();
    let secret = secret(&house);
    server.sign_up("ada").await;
    let followers = followers(&server, &secret, 20).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..30 {
        let tokens = server.tokens("ada").await;
        for following in &followers {
            assert_eq!(check(following, access(&tokens)).await.unwrap().claims().client_id, "default");
        }
        sign_out(&server, &tokens).await;
        slowest = slowest.max(all_refuse(&followers, access(&tokens)).await);
    }
    assert!(slowest < BOUND, "{slowest:?}");
}

/// Signing out goes on at several places at once: a token that was never ended is never refused.
#[tokio::test]
async fn of_many_ends_at_once_none_is_missed_and_nothing_good_is_refused() {
    let house = House::new();
    let server = Arc::new(house.start());
    let secret = secret(&house);
    server.sign_up("ada").await;
    let kept = server.tokens("ada").await;
    let followers = followers(&server, &secret, 5).await;
    let mut people = JoinSet::new();
    for _ in 0..4 {
        let mut theirs = Vec::new();
        for _ in 0..5 {
            theirs.push(server.tokens("ada").await);
        }
        let (server, followers) = (server.clone(), followers.clone());
        people.spawn(async move {
            for tokens in theirs {
                sign_out(&server, &tokens).await;
                all_refuse(&followers, access(&tokens)).await;
            }
        });
    }
    while let Some(done) = people.join_next().await {
        done.unwrap();
        for following in &followers {
            assert!(check(following, access(&kept)).await.is_ok());
        }
    }
}

#[tokio::test]
async fn followers_outlive_a_killed_server_and_take_up_what_it_ended_while_they_were_away() {
    let house = House::new();
    let server = house.start();
    let secret = secret(&house);
    server.sign_up("ada").await;
    let (one, two) = (server.tokens("ada").await, server.tokens("ada").await);
    let followers = followers(&server, &secret, 3).await;
    house.operator(&["session", "revoke", one["session"]["sid"].as_str().unwrap()]).json();
    all_refuse(&followers, access(&one)).await;
    let port = server.url.rsplit_once(':').unwrap().1.to_owned();
    server.kill();
    for following in &followers {
        assert!(check(following, access(&two)).await.is_ok(), "what is known still counts");
        assert_eq!(check(following, access(&one)).await.err(), Some(CheckError::Refused(VerifyError::Revoked)));
    }
    // Nobody serves: the command opens the database itself, and followers hear of it when somebody does again.
    house.operator(&["session", "revoke", two["session"]["sid"].as_str().unwrap()]).json();
    let mut again = doorward(&["serve", "--dev", "--listen", &format!("127.0.0.1:{port}"), "--data"]);
    again.arg(house.data());
    let server = Running::start(again);
    let heard = |following: &Following| following.guard().numbers().seq;
    for following in &followers {
        while heard(following) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(check(following, access(&two)).await.err(), Some(CheckError::Refused(VerifyError::Revoked)));
        assert_eq!(following.guard().numbers().snapshots, 1, "from where they stood, not from the beginning");
    }
    server.stop();
}

/// Good ones, bent ones, cut ones, others' ones: the server, the library and the layer say the same to each.
#[tokio::test]
async fn one_corpus_of_credentials_gets_one_verdict_from_the_server_and_from_every_verifier() {
    let house = House::new();
    let server = house.start();
    let secret = secret(&house);
    server.sign_up("ada").await;
    let following = settings(&server, &secret).start().unwrap();
    following.ready().await;
    let (good, ended) = (server.tokens("ada").await, server.tokens("ada").await);
    house.operator(&["session", "revoke", ended["session"]["sid"].as_str().unwrap()]).json();
    let following = Arc::new(following);
    all_refuse(std::slice::from_ref(&following), access(&ended)).await;
    let layered = Router::new().route("/", get(async || StatusCode::OK)).layer(GuardLayer::new(following.guard()));
    let corpus = corpus(access(&good), access(&ended));
    assert!(corpus.len() >= 500, "{}", corpus.len());
    let (program, mut accepted) = (client(), 0);
    for credential in corpus {
        let by_library = check(&following, &credential).await.is_ok();
        let request = Request::get("/").header("authorization", format!("Bearer {credential}"));
        let by_layer = layered.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status();
        let by_server =
            program.get(format!("{}/v1/session", server.url)).bearer_auth(&credential).send().await.unwrap();
        let verdicts = (by_library, by_layer.as_u16(), by_server.status().as_u16());
        assert!(matches!(verdicts, (true, 200, 200) | (false, 401, 401)), "{verdicts:?}: {credential}");
        accepted += usize::from(by_library);
    }
    assert_eq!(accepted, 1, "the good one");
}

async fn settings_ready(server: &Running, secret: &str) -> Following {
    let following = settings(server, secret).start().unwrap();
    following.ready().await;
    following
}

fn corpus(good: &str, ended: &str) -> Vec<String> {
    let alphabet = b"ABab01-_.";
    let mut all = vec![good.to_owned(), ended.to_owned(), "a.b.c".into(), "...".into(), good.replace('.', "..")];
    let bent = (0..good.len()).map(|at| {
        let mut bytes = good.as_bytes().to_vec();
        let other = alphabet.iter().find(|c| **c != bytes[at] && (**c as usize + at).is_multiple_of(2));
        bytes[at] = *other.unwrap_or(&b'x');
        String::from_utf8(bytes).unwrap()
    });
    all.extend(bent.filter(|bent| bent != good));
    all.extend((1..good.len()).step_by(7).map(|at| good[..at].to_owned()));
    all.extend(["A", "=", ".", ".A", "~"].map(|end| format!("{good}{end}")));
    let parts: Vec<_> = good.split('.').collect();
    let others: Vec<_> = ended.split('.').collect();
    all.push([parts[0], parts[1], others[2]].join("."));
    all.push([parts[0], others[1], parts[2]].join("."));
    all.push([parts[1], parts[0], parts[2]].join("."));
    for header in [r#"{"alg":"none","typ":"at+jwt"}"#, r#"{"alg":"HS256","typ":"at+jwt"}"#, r#"{"alg":"ES256"}"#] {
        all.push([&doorward_verify::base64url::encode(header.as_bytes()), parts[1], parts[2]].join("."));
    }
    all
}

#[tokio::test]
async fn a_service_in_axum_lets_in_who_may_and_says_what_is_lacking() {
    let house = House::new();
    let server = house.start();
    let secret = secret(&house);
    server.sign_up("ada").await;
    let following = settings_ready(&server, &secret).await;
    let who = async |somebody: Principal| somebody.subject().to_owned();
    let service = Router::new()
        .route("/write", get(who).layer(RequireLayer::new(Demand::default().permission("articles:write"))))
        .route("/read", get(who))
        .layer(GuardLayer::new(following.guard()));
    let tokens = server.tokens("ada").await;
    let ask = async |path: &str, bearer: Option<&str>| {
        let mut request = Request::get(path);
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let answer = service.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|v| v.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default())
    };
    assert_eq!(ask("/read", Some(access(&tokens))).await, (200, String::new()));
    assert_eq!(ask("/read", None).await, (401, "Bearer".into()));
    assert_eq!(ask("/write", Some(access(&tokens))).await, (403, "Bearer error=\"insufficient_scope\"".into()));
}
