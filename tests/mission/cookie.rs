//! Sessions and their cookies.

use axum::Router;
use doorward_core::Auth;
use serde_json::{Value, json};

use crate::library;
use crate::server::{PASSWORD, Server, browser};

fn session_cookie(answer: &reqwest::Response) -> String {
    let cookies = answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap());
    cookies.into_iter().find(|c| c.contains("doorward_session=dw_st_")).unwrap().to_owned()
}

fn secret_of(cookie: &str) -> String {
    cookie.split('=').nth(1).unwrap().split('.').nth(2).unwrap().to_owned()
}

/// In SQLite: the real program, killed in between.
#[tokio::test]
async fn the_server_keeps_the_session_and_the_cookie_carries_a_secret_that_is_stored_nowhere() {
    let mut server = Server::start();
    server.sign_up("ada").await;
    let browser = browser();
    let cookie = session_cookie(&server.sign_in(&browser, "ada", "session").await);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Domain"));
    assert_eq!(server.who(&browser, None).await.unwrap()["account"]["identifier"], "ada");
    let old = server.url.clone();
    server.kill_and_start_again();
    let request = crate::server::program().get(format!("{}/v1/session", server.url));
    let answer = request.header("Cookie", cookie.split(';').next().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200, "the session outlives the process that made it ({old})");
    server.stop();
    let secret = secret_of(&cookie);
    for file in std::fs::read_dir(server.data()).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{}", path.display());
    }
}

/// In memory: the same walk as a library, without a database.
#[tokio::test]
async fn the_same_session_works_with_nothing_but_memory() {
    let (url, _) = library::serve(|router, _| router).await;
    let browser = browser();
    let body = json!({ "identifier": "ada", "password": PASSWORD });
    for path in ["/v1/accounts", "/v1/sign-in"] {
        let answer = browser.post(format!("{url}{path}")).header("Origin", &url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success());
    }
    let who: Value = browser.get(format!("{url}/v1/session")).send().await.unwrap().json().await.unwrap();
    assert_eq!((who["mode"].as_str(), who["account"]["identifier"].as_str()), (Some("session"), Some("ada")));
}

/// A server-rendered application with Doorward's router inside, which keeps a basket for whoever is signed in.
#[tokio::test]
async fn an_application_that_renders_pages_mounts_the_router_and_keeps_state_that_browsers_cannot_change() {
    use axum::extract::State;
    use axum::routing::get;
    use doorward_core::authenticate::Credential;
    use doorward_core::data::{DataChange, Expect};

    async fn basket(State(auth): State<Auth>, headers: http::HeaderMap) -> String {
        let cookie = headers["cookie"].to_str().unwrap();
        let token = cookie.split("doorward_session=").nth(1).unwrap().split(';').next().unwrap();
        let principal = auth.authenticate(Credential::Session(token)).await.unwrap();
        let sid = principal.sid().unwrap();
        let data = auth.data(sid).await.unwrap().unwrap();
        let count: u32 = data.values.get("basket").map_or(0, |v| v.json.parse().unwrap()) + 1;
        let change = DataChange { key: "basket".into(), json: Some(count.to_string()), expect: Expect::Anything };
        auth.write_data(sid, change).await.unwrap();
        format!("{count} in the basket")
    }

    let shop = |router: Router, auth| router.merge(Router::new().route("/shop", get(basket)).with_state(auth));
    let (url, _) = library::serve(shop).await;
    let browser = browser();
    let body = json!({ "identifier": "ada", "password": PASSWORD });
    for path in ["/v1/accounts", "/v1/sign-in"] {
        browser.post(format!("{url}{path}")).header("Origin", &url).json(&body).send().await.unwrap();
    }
    let page = async || browser.get(format!("{url}/shop")).send().await.unwrap().text().await.unwrap();
    assert_eq!(page().await, "1 in the basket");
    let who: Value = browser.get(format!("{url}/v1/session")).send().await.unwrap().json().await.unwrap();
    let write = browser.put(format!("{url}/v1/session/data/basket")).header("Origin", &url).json(&json!(1000));
    let refused = write.header("X-CSRF-Token", who["csrf_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(refused.status(), 404, "over HTTP there is no such key");
    assert_eq!(page().await, "2 in the basket");
}
