//! What two readers may read differently, over a real socket: 400, closed, and nothing behind it is taken for a request.

use doorward_server::Limits;

use crate::common::House;

const BEHIND: &str = "GET /v1/session HTTP/1.1\r\nHost: door.example\r\n\r\n";

#[tokio::test]
async fn doubtful_requests_are_400_and_the_end_of_the_connection() {
    let house = House::new().await;
    let listening = house.listen(Limits::default()).await;
    let post = "POST /v1/sign-out HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\n";
    let corpus = [
        format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length: 0\r\nContent-Length: 40\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length: 0\r\nContent-Length: 0\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length: 0, 40\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length: +0\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length : 0\r\n\r\n{BEHIND}"),
        format!("{post}Content-Length: -1\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post}Transfer-Encoding:\u{b}chunked\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("{post} Content-Length: 0\r\n\r\n{BEHIND}"),
        format!("{post}X: y\r\n folded\r\n\r\n{BEHIND}"),
        format!("{post}X: y\r\n\tfolded\r\n\r\n{BEHIND}"),
        format!("{post}X: y\n\r\n{BEHIND}"),
        format!("{post}X: y\r\n\n{BEHIND}"),
        format!("{post}X: y\rContent-Length: 0\r\n\r\n{BEHIND}"),
        format!("{post}X: y\0\r\n\r\n{BEHIND}"),
        format!("{post}: empty\r\n\r\n{BEHIND}"),
        format!("{post}no colon\r\n\r\n{BEHIND}"),
        format!("{post}Host: b\r\n\r\n{BEHIND}"),
        format!("POST /v1/sign-out HTTP/1.1\r\n\r\n{BEHIND}"),
        format!("GET /health/live HTTP/1.1\nHost: door.example\n\n{BEHIND}"),
        format!("GET /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{BEHIND}"),
        format!("GET /health/live HTTP/1.1 \r\nHost: door.example\r\n\r\n{BEHIND}"),
        format!("GET  /health/live HTTP/1.1\r\nHost: door.example\r\n\r\n{BEHIND}"),
        format!("GET /health live HTTP/1.1\r\nHost: door.example\r\n\r\n{BEHIND}"),
        format!("GET /health/live HTTP/2.0\r\nHost: door.example\r\n\r\n{BEHIND}"),
        format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{BEHIND}"),
        format!("\u{16}\u{3}\u{1}{BEHIND}"),
    ];
    for request in corpus {
        let text = listening.exchange(&request).await;
        assert!(text.starts_with("HTTP/1.1 400 ") || text.is_empty(), "{request:?} was answered {text}");
        assert_eq!(text.matches("HTTP/1.").count(), usize::from(!text.is_empty()), "{request:?} was answered {text}");
    }
    listening.stop().await;
}

#[tokio::test]
async fn a_connection_is_no_tunnel_and_changes_to_nothing_else() {
    let house = House::new().await;
    let listening = house.listen(Limits::default()).await;
    for (request, status) in [
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: door.example\r\n\r\n", 405),
        ("GET http://evil.example/v1/session HTTP/1.1\r\nHost: door.example\r\n\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: door.example\r\n\r\n", 404),
        ("GET /v1/session HTTP/1.1\r\nHost: door.example\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", 401),
        ("TRACE /v1/session HTTP/1.1\r\nHost: door.example\r\nCookie: x=y\r\n\r\n", 405),
    ] {
        let mut raw = listening.connect().await;
        raw.send(request).await;
        let answer = raw.answer().await;
        assert_eq!(answer.status, status, "{request}");
        assert!(!answer.text().contains("x=y"));
    }
    listening.stop().await;
}

#[tokio::test]
async fn an_answer_names_no_software() {
    let house = House::new().await;
    let listening = house.listen(Limits::default()).await;
    let text = listening
        .exchange("GET /health/live HTTP/1.1\r\nHost: door.example\r\nConnection: close\r\n\r\nGET")
        .await
        .to_lowercase();
    assert!(!text.contains("server:") && !text.contains("hyper") && !text.contains("axum"), "{text}");
    listening.stop().await;
}
