//! What operators' machines are told.

use std::sync::Arc;

use doorward_core::store::double::When;
use tokio::sync::Notify;

use crate::common::House;

#[tokio::test]
async fn a_node_is_ready_while_both_stores_answer_and_the_log_is_read() {
    let house = House::new().await;
    let mut probe = house.program();
    assert_eq!(probe.get("/health/live").send().await.text(), r#"{"status":"live"}"#);
    assert_eq!(probe.get("/health/ready").send().await.text(), r#"{"status":"ready"}"#);
    for (verb, reason) in [("head", "the database does not answer"), ("find", "the session store does not answer")] {
        house.store.fail(verb, Some(When::Before));
        let answer = probe.get("/health/ready").send().await;
        assert_eq!(answer.outcome(), "503 unavailable");
        assert_eq!(answer.json()["reasons"], serde_json::json!([reason]));
        assert_eq!(probe.get("/health/live").send().await.status, 200, "it is alive all the same");
        house.store.fail(verb, None);
        assert_eq!(probe.get("/health/ready").send().await.status, 200);
    }
}

#[tokio::test]
async fn a_node_that_has_not_read_the_log_for_ten_seconds_says_so() {
    let house = House::new().await;
    let mut probe = house.program();
    house.wait(10);
    assert_eq!(probe.get("/health/ready").send().await.status, 200);
    house.wait(1);
    let answer = probe.get("/health/ready").send().await;
    assert_eq!(answer.outcome(), "503 unavailable");
    assert_eq!(answer.json()["reasons"][0], "the revocation log has not been read for ten seconds");
    house.auth.follow().await.unwrap();
    assert_eq!(probe.get("/health/ready").send().await.status, 200);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_grows_old_and_tending_goes_on() {
    let house = House::new().await;
    house.store.fail("head", Some(When::Before));
    house.wait(11);
    assert!(house.auth.follow().await.is_err());
    assert_eq!(house.auth.log_age().as_secs(), 11);
    house.store.fail("head", None);
    let read = Arc::new(Notify::new());
    let told = read.clone();
    house.store.once("head", When::After, move || told.notify_one());
    let tending = tokio::spawn(doorward_server::tend(house.auth.clone()));
    read.notified().await;
    // The second reading has begun, so the first is over.
    let told = read.clone();
    house.store.once("head", When::Before, move || told.notify_one());
    read.notified().await;
    assert_eq!(house.auth.log_age().as_secs(), 0);
    tending.abort();
}

#[tokio::test]
async fn metrics_count_by_template_and_name_nobody() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice@example.com", "session").await;
    let sid = alice.get("/v1/session").send().await.json()["session"]["sid"].as_str().unwrap().to_owned();
    alice.delete(&format!("/v1/sessions/{sid}")).send().await;
    alice.get("/v1/session").send().await;
    alice.get("/anything/else").send().await;
    let answer = alice.get("/metrics").send().await;
    let text = answer.text();
    for line in [
        r#"doorward_requests_total{route="/v1/sign-in",class="2xx"} 1"#,
        r#"doorward_requests_total{route="/v1/session",class="2xx"} 1"#,
        r#"doorward_requests_total{route="/v1/session",class="4xx"} 1"#,
        r#"doorward_requests_total{route="/v1/sessions/{sid}",class="2xx"} 1"#,
        r#"doorward_requests_total{route="other",class="4xx"} 1"#,
        r#"doorward_problems_total{code="unauthenticated"} 1"#,
        "doorward_log_entries 1",
        "doorward_log_age_seconds 0",
        "doorward_hashes_waiting 0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(text.contains("process_resident_memory_bytes ") && text.contains("process_open_fds "));
    assert!(!text.contains("alice") && !text.contains(&sid));
}

#[tokio::test]
async fn metrics_are_not_there_unless_they_are_wanted() {
    let house = House::with(|setup| setup.options.metrics = false).await;
    assert_eq!(house.program().get("/metrics").send().await.outcome(), "404 not_found");
}
