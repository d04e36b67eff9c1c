//! Asked to stop, it lets nobody down who was already served.

use rustix::process::Signal;
use serde_json::json;

use crate::house::{House, PASSWORD, Running, client};

async fn hashes_waiting(server: &Running) -> f64 {
    let text = client().get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find(|l| l.starts_with("doorward_hashes_waiting ")).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn requests_that_run_are_answered_before_it_stops() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__PASSWORD__THREADS", "1");
    let server = Running::start(command);
    server.sign_up("ada@example.org").await;
    let url = format!("{}/v1/sign-in", server.url);
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let body = json!({ "identifier": "ada@example.org", "password": PASSWORD });
            tokio::spawn(client().post(&url).json(&body).send())
        })
        .collect();
    while hashes_waiting(&server).await == 0.0 {
        assert!(!asked.iter().all(tokio::task::JoinHandle::is_finished), "nobody was seen waiting");
    }
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    for answer in asked {
        assert_eq!(answer.await.unwrap().unwrap().status(), 200);
    }
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    assert!(client().get(&url).send().await.is_err(), "nobody listens any more");
    assert!(!house.data().join("control.sock").exists());
}

#[test]
fn the_keyboard_stops_it_too() {
    let house = House::new();
    let server = house.start();
    server.signal(Signal::INT);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn a_copy_of_the_file_that_is_made_while_nothing_runs_is_whole() {
    let (house, copy) = (House::new(), House::new());
    let server = house.start();
    house.add_account("ada@example.org");
    server.stop();
    std::fs::create_dir(copy.data()).unwrap();
    for name in ["doorward.db", "root-secret"] {
        std::fs::copy(house.data().join(name), copy.data().join(name)).unwrap();
    }
    assert_eq!(copy.operator(&["account", "show", "ada@example.org"]).json()["identifier"], "ada@example.org");
}

async fn readiness(server: &Running) -> u16 {
    client().get(format!("{}/health/ready", server.url)).send().await.unwrap().status().as_u16()
}

/// As a load balancer does: asks whether it is ready, sends a request, and stops once it is not. How many it sent.
async fn send_while_ready(url: String, keeps_connection: bool) -> u64 {
    let connected = client();
    let mut sent = 0;
    loop {
        let client = if keeps_connection { connected.clone() } else { client() };
        let ready = client.get(format!("{url}/health/ready")).send().await.unwrap();
        if ready.status() == 503 {
            let body: serde_json::Value = ready.json().await.unwrap();
            assert_eq!(body["reasons"][0], "the server is about to stop");
            return sent;
        }
        let answer = client.get(format!("{url}/.well-known/jwks.json")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().contains("keys"), "whole");
        sent += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_heeds_readiness_loses_no_request() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__SERVER__DRAIN_PAUSE", "3s");
    let server = Running::start(command);
    let load: Vec<_> = (0..12).map(|n| tokio::spawn(send_while_ready(server.url.clone(), n % 2 == 0))).collect();
    // Under way: the load has been seen.
    let seen = "doorward_requests_total{route=\"/.well-known/jwks.json\",class=\"2xx\"} ";
    let metrics = async || client().get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    let count = |text: &str| text.lines().find_map(|l| l.strip_prefix(seen)).unwrap().parse::<u64>().unwrap();
    while count(&metrics().await) < 100 {}
    server.signal(Signal::TERM);
    let mut sent = 0;
    for client in load {
        sent += client.await.unwrap();
    }
    assert!(sent >= 100, "{sent}");
    assert_eq!(count(&metrics().await), sent, "each was answered, and those who asked for it still are");
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("drain_cut_short"), "{log}");
}

#[tokio::test]
async fn asked_twice_it_ends_at_once() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__SERVER__DRAIN_PAUSE", "5m");
    let server = Running::start(command);
    server.signal(Signal::TERM);
    while readiness(&server).await != 503 {}
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("asked twice"), "{log}");
    house.start().stop();
}
