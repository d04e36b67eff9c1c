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
