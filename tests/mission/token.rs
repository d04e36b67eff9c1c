//! Tokens: what they carry, and who can check them without asking.

use doorward_core::verify::{Algorithm, KeySet, Timestamp, Verifier};
use serde_json::{Value, json};

use crate::library;
use crate::server::{PASSWORD, Server, browser, program};

/// Unix seconds, as any service would take them.
fn now() -> i64 {
    use doorward_core::clock::{Clock as _, SystemClock};
    SystemClock::new().now().unwrap().as_secs()
}

#[tokio::test]
async fn a_token_pair_comes_as_json_and_the_token_says_who_somebody_is_and_what_they_may_do() {
    let server = Server::start();
    let account = server.sign_up("ada").await;
    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    assert_eq!((pair["token_type"].as_str(), pair["expires_in"].as_u64()), (Some("Bearer"), Some(300)));
    let token = pair["access_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value =
        serde_json::from_slice(&doorward_core::verify::base64url::decode(payload.as_bytes()).unwrap()).unwrap();
    assert_eq!(claims["sub"], account["account"]["id"]);
    for name in [
        "iss",
        "aud",
        "client_id",
        "exp",
        "iat",
        "jti",
        "sid",
        "ver",
        "auth_time",
        "amr",
        "acr",
        "roles",
        "permissions",
    ] {
        assert!(!claims[name].is_null(), "{name}");
    }
    assert!(!claims.to_string().contains("ada"), "no name and no address travels in it");
    assert_eq!(server.who(&program(), Some(token)).await.unwrap()["account"]["identifier"], "ada");
}

#[tokio::test]
async fn a_service_checks_the_signature_with_the_published_keys_while_the_server_is_gone() {
    let mut server = Server::start();
    server.sign_up("ada").await;
    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    let token = pair["access_token"].as_str().unwrap();
    let keys =
        program().get(format!("{}/.well-known/jwks.json", server.url)).send().await.unwrap().bytes().await.unwrap();
    server.stop();

    let verifier = Verifier::builder(&server.url, server.url.as_str())
        .algorithms([Algorithm::Es256])
        .keys(KeySet::from_json(&keys).unwrap())
        .build()
        .unwrap();
    let verified = verifier.verify(token.as_bytes(), Timestamp::from_secs(now())).unwrap();
    assert_eq!(verified.claims.sid.as_deref(), pair["session"]["sid"].as_str());

    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_slice(&keys).unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(set.find(&kid).unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&[&server.url]);
    let by_another_library = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap();
    assert_eq!(by_another_library.claims["sub"], verified.claims.sub.as_str());
}

/// A script that was smuggled in sees no token in the cookie modes; a refresh token that was copied anyway is noticed.
#[tokio::test]
async fn no_script_reads_a_token_in_the_cookie_modes_and_a_copied_refresh_token_ends_the_session_for_both() {
    let server = Server::start();
    server.sign_up("ada").await;
    for mode in ["session", "hybrid"] {
        let answer = server.sign_in(&browser(), "ada", mode).await;
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        let cookies: Vec<String> =
            answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap().to_owned()).collect();
        assert!(cookies.iter().all(|c| c.contains("; HttpOnly")), "{cookies:?}");
        let body = answer.text().await.unwrap();
        assert!(!body.contains("dw_st_") && !body.contains("dw_rt_") && !body.contains("eyJ"), "{body}");
    }
    // After the grace window, which a clock that is moved by hand reaches at once: whoever of the two refreshes second,
    // thief or victim, ends it for both.
    let (url, clock) = library::serve(|router, _| router).await;
    let post = async |path: &str, body: Value| {
        program().post(format!("{url}{path}")).json(&body).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let who = json!({ "identifier": "ada", "password": PASSWORD });
    post("/v1/accounts", who).await;
    let pair = post("/v1/sign-in", json!({ "identifier": "ada", "password": PASSWORD, "mode": "token" })).await;
    let copied = &pair["refresh_token"];
    let thief = post("/v1/refresh", json!({ "refresh_token": copied })).await;
    let works = async |token: &Value| {
        let request = program().get(format!("{url}/v1/session")).bearer_auth(token.as_str().unwrap());
        request.send().await.unwrap().status() == 200
    };
    assert!(works(&thief["access_token"]).await);
    clock.advance(std::time::Duration::from_secs(11));
    assert_eq!(post("/v1/refresh", json!({ "refresh_token": copied })).await["code"], "invalid_grant");
    assert!(!works(&thief["access_token"]).await && !works(&pair["access_token"]).await);
    assert_eq!(post("/v1/refresh", json!({ "refresh_token": thief["refresh_token"] })).await["code"], "invalid_grant");
}
