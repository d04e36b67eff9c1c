//! How much may come in: to the byte, and refused before it is read.

use doorward_server::Limits;
use serde_json::json;

use crate::common::{House, Listening, PASSWORD};

async fn house() -> (House, Listening) {
    let house = House::new().await;
    let listening = house.listen(Limits::default()).await;
    (house, listening)
}

/// Status of the answer to one request.
async fn status(listening: &Listening, request: &str) -> u16 {
    let mut raw = listening.connect().await;
    raw.send(request).await;
    raw.answer().await.status
}

#[tokio::test]
async fn an_address_of_8192_bytes_is_read_and_one_more_is_414() {
    let (_house, listening) = house().await;
    let get = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: door.example\r\n\r\n", "x".repeat(length - 1));
    assert_eq!(status(&listening, &get(8192)).await, 404);
    assert_eq!(status(&listening, &get(8193)).await, 414);
    let query =
        |length: usize| format!("GET /v1/session?{} HTTP/1.1\r\nHost: door.example\r\n\r\n", "x".repeat(length - 12));
    assert_eq!(status(&listening, &query(8192)).await, 401);
    assert_eq!(status(&listening, &query(8193)).await, 414);
    listening.stop().await;
}

#[tokio::test]
async fn headers_of_16384_bytes_are_read_and_one_more_is_431() {
    let (_house, listening) = house().await;
    let get = |bytes: usize| {
        let others = "Host: door.example\r\n".len() + "X: \r\n".len();
        format!("GET /health/live HTTP/1.1\r\nHost: door.example\r\nX: {}\r\n\r\n", "x".repeat(bytes - others))
    };
    assert_eq!(status(&listening, &get(16_384)).await, 200);
    assert_eq!(status(&listening, &get(16_385)).await, 431);
    listening.stop().await;
}

#[tokio::test]
async fn a_hundred_headers_are_read_and_one_more_is_431() {
    let (_house, listening) = house().await;
    let get = |count: usize| {
        format!("GET /health/live HTTP/1.1\r\nHost: door.example\r\n{}\r\n", "X: y\r\n".repeat(count - 1))
    };
    assert_eq!(status(&listening, &get(100)).await, 200);
    assert_eq!(status(&listening, &get(101)).await, 431);
    listening.stop().await;
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let (_house, listening) = house().await;
    let mut raw = listening.connect().await;
    raw.send(format!("GET /health/live HTTP/1.1\r\nHost: door.example\r\nX: {}", "x".repeat(1_000_000))).await;
    let answer = raw.rest().await;
    assert!(answer.starts_with("HTTP/1.1 431 ") || answer.is_empty(), "{answer}");
    listening.stop().await;
}

#[tokio::test]
async fn a_body_to_the_limit_is_read_and_one_byte_more_is_413() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice", "session").await;
    for (path, limit) in
        [("/v1/sign-in", 8192), ("/v1/accounts", 8192), ("/v1/refresh", 65_536), ("/v1/sign-out", 65_536)]
    {
        for (length, refused) in [(limit, false), (limit + 1, true)] {
            let body = format!("{{{}}}", " ".repeat(length - 2));
            let mut anybody = house.program();
            let ask = anybody.ask("POST", path).header("content-type", "application/json").bytes(body);
            assert_eq!(ask.send().await.outcome() == "413 body_too_large", refused, "{path} {length}");
        }
    }
    let large = json!("x".repeat(65_536));
    assert_eq!(alice.put("/v1/session/data/client.x", &large).send().await.outcome(), "413 body_too_large");
    let small = json!("x".repeat(5_000));
    assert_eq!(alice.put("/v1/session/data/client.x", &small).send().await.outcome(), "413 session_data_too_large");
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_before_it_comes() {
    let (_house, listening) = house().await;
    let mut raw = listening.connect().await;
    raw.send("POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\nContent-Length: 8193\r\n\r\n")
        .await;
    assert_eq!(raw.answer().await.outcome(), "413 body_too_large");
    assert_eq!(raw.rest().await, "", "and the connection is closed");
    let mut raw = listening.connect().await;
    let expect = "Expect: 100-continue\r\nContent-Length: 99999999";
    raw.send(format!(
        "POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\n{expect}\r\n\r\n"
    ))
    .await;
    assert_eq!(raw.answer().await.outcome(), "413 body_too_large", "nobody was told to go on");
    listening.stop().await;
}

#[tokio::test]
async fn a_body_in_chunks_is_counted_while_it_comes() {
    let (_house, listening) = house().await;
    let mut raw = listening.connect().await;
    let head = "POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    raw.send(head).await;
    for _ in 0..8 {
        raw.send(format!("400\r\n{}\r\n", " ".repeat(1024))).await;
    }
    raw.send("1\r\n \r\n").await;
    assert_eq!(raw.answer().await.outcome(), "413 body_too_large");
    listening.stop().await;
}

#[tokio::test]
async fn a_body_in_chunks_is_answered_and_ends_the_connection() {
    let (house, listening) = house().await;
    house.account("alice").await;
    let body = json!({ "identifier": "alice", "password": PASSWORD, "mode": "token" }).to_string();
    let text = listening
        .exchange(format!(
            "POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n\
             GET /health/live HTTP/1.1\r\nHost: door.example\r\n\r\n",
            body.len()
        ))
        .await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("connection: close\r\n"), "{text}");
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "what came behind it is not a request: {text}");
    listening.stop().await;
}

#[tokio::test]
async fn requests_may_follow_each_other_without_waiting() {
    let (_house, listening) = house().await;
    let mut raw = listening.connect().await;
    let one = "POST /v1/refresh HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    raw.send(format!("{one}GET /health/live HTTP/1.1\r\nHost: door.example\r\n\r\n{one}")).await;
    for wanted in ["400 invalid_grant", "200", "400 invalid_grant"] {
        assert_eq!(raw.answer().await.outcome(), wanted);
    }
    listening.stop().await;
}

#[tokio::test]
async fn json_nested_deeper_than_32_is_400() {
    let house = House::new().await;
    let mut alice = house.signed_in("alice", "session").await;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (depth, status) in [(32, 204), (33, 400)] {
        let ask = alice.ask("PUT", "/v1/session/data/client.x").header("content-type", "application/json");
        let ask = ask.header("if-match", if depth == 32 { "" } else { "*" }).bytes(nested(depth));
        let ask = if depth == 32 { ask.without("if-match") } else { ask };
        assert_eq!(ask.send().await.status, status, "{depth}");
    }
}
