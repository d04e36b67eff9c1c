//! The process is killed while people sign in and out. What was answered stands.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Running, client};

/// What somebody was told before the end.
#[derive(Default)]
struct Told {
    accounts: Vec<String>,
    signed_in: Vec<String>,
    signed_out: Vec<String>,
}

/// Signs up, in and out again and again until nobody answers.
async fn live(url: String, name: usize, answers: Arc<AtomicUsize>) -> Told {
    let mut told = Told::default();
    for round in 0.. {
        let identifier = format!("person-{name}-{round}@example.org");
        let who = json!({ "identifier": identifier, "password": PASSWORD });
        let Ok(answer) = client().post(format!("{url}/v1/accounts")).json(&who).send().await else { break };
        assert_eq!(answer.status(), 201);
        told.accounts.push(identifier);
        for signs_out in [false, true] {
            let Ok(answer) = client().post(format!("{url}/v1/sign-in")).json(&who).send().await else { return told };
            let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
            let Ok(body) = answer.json::<Value>().await else { return told };
            if !signs_out {
                told.signed_in.push(cookie);
                answers.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            let request = client().post(format!("{url}/v1/sign-out")).header("Cookie", &cookie).header("Origin", &url);
            let request = request.header("X-CSRF-Token", body["csrf_token"].as_str().unwrap()).json(&json!({}));
            match request.send().await {
                Ok(answer) => assert_eq!(answer.status(), 204),
                // It may have ended or not: nobody was told.
                Err(_) => return told,
            }
            told.signed_out.push(cookie);
            answers.fetch_add(1, Ordering::SeqCst);
        }
    }
    told
}

async fn killed_while_busy(house: &House) -> Vec<Told> {
    let server = cheap(house);
    let answers = Arc::new(AtomicUsize::new(0));
    let people: Vec<_> = (0..4).map(|n| tokio::spawn(live(server.url.clone(), n, answers.clone()))).collect();
    while answers.load(Ordering::SeqCst) < 24 {
        assert!(!people.iter().any(tokio::task::JoinHandle::is_finished), "somebody gave up too early");
        tokio::task::yield_now().await;
    }
    server.kill();
    let mut told = Vec::new();
    for person in people {
        told.push(person.await.unwrap());
    }
    told
}

/// With the cheapest hashes there may be: this is about what is written, not about passwords.
fn cheap(house: &House) -> Running {
    let mut command = house.dev();
    command.env("DOORWARD__PASSWORD__MEMORY_KIB", "19456").env("DOORWARD__PASSWORD__PASSES", "2");
    Running::start(command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_that_it_acknowledged() {
    let house = House::new();
    let told = killed_while_busy(&house).await;
    let server = cheap(&house);
    let listed = house.operator(&["account", "list"]).json();
    let known: Vec<&str> =
        listed["accounts"].as_array().unwrap().iter().map(|a| a["identifier"].as_str().unwrap()).collect();
    for person in &told {
        assert!(person.accounts.iter().all(|a| known.contains(&a.as_str())), "{:?} of {known:?}", person.accounts);
        for cookie in &person.signed_in {
            assert_eq!(server.who("Cookie", cookie).await, 200);
        }
        for cookie in &person.signed_out {
            assert_eq!(server.who("Cookie", cookie).await, 401, "a sign-out that was answered is undone");
        }
    }
    assert!(told.iter().map(|t| t.signed_in.len() + t.signed_out.len()).sum::<usize>() >= 24);
}

#[tokio::test]
async fn a_refresh_token_survives_a_kill_and_a_revoked_one_stays_dead() {
    let house = House::new();
    let server = house.start();
    server.sign_up("ada@example.org").await;
    let (kept, ended) = (server.tokens("ada@example.org").await, server.tokens("ada@example.org").await);
    let sid = ended["session"]["sid"].as_str().unwrap();
    house.operator(&["session", "revoke", sid]).json();
    server.kill();
    let server = house.start();
    let refresh = async |pair: &Value| {
        let answer = server.post("/v1/refresh", &json!({ "refresh_token": pair["refresh_token"] })).await;
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (status, next) = refresh(&kept).await;
    assert_eq!(status, 200);
    let (status, problem) = refresh(&ended).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid_grant")));
    let bearer = format!("Bearer {}", next["access_token"].as_str().unwrap());
    assert_eq!(server.who("Authorization", &bearer).await, 200);
}
