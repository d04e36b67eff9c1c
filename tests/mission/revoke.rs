//! What ends: in services that ask nobody, with a key, and because it has leaked.

use std::process::{Command, Stdio};
use std::sync::Arc;

use doorward_core::verify::Algorithm;
use doorward_verify::fetch::{Following, Reach, Settings};
use doorward_verify::rule::{Policy, Rule};
use doorward_verify::{CheckError, VerifyError, Via};
use serde_json::{Value, json};

use crate::server::{Server, program};

async fn token(server: &Server) -> String {
    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    pair["access_token"].as_str().unwrap().to_owned()
}

async fn sign_out(server: &Server, token: &str) {
    let out = program().post(format!("{}/v1/sign-out", server.url)).bearer_auth(token).json(&json!({}));
    assert_eq!(out.send().await.unwrap().status(), 204);
}

async fn service(server: &Server, secret: &str, policy: Policy) -> Arc<Following> {
    let settings = Settings::new(&server.url, server.url.as_str(), [Algorithm::Es256]).reach(Reach::Loopback);
    let following = settings.client("api", secret).rule(Rule { policy, ..Rule::default() }).start().unwrap();
    following.ready().await;
    Arc::new(following)
}

async fn check(service: &Following, token: &str) -> Result<(), CheckError> {
    let guard = service.guard();
    guard.check(token, Via::Header, &guard.its_rule()).await.map(|_| ())
}

/// Three services, three policies, one sign-out.
#[tokio::test]
async fn a_service_that_only_checks_signatures_goes_on_and_one_with_a_denylist_or_an_allowlist_refuses_at_once() {
    let server = Server::start();
    server.sign_up("ada").await;
    let permissions = "revocations:read,tokens:introspect";
    let added = server.operator(&["client", "add", "api", "--permission", permissions, "--secret"]);
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    let secret = added["secret"].as_str().unwrap();
    let signature = service(&server, secret, Policy::Signature).await;
    let denylist = service(&server, secret, Policy::Denylist).await;
    let allowlist = service(&server, secret, Policy::Allowlist).await;
    let (mine, other) = (token(&server).await, token(&server).await);
    for service in [&signature, &denylist, &allowlist] {
        assert_eq!(check(service, &mine).await, Ok(()));
    }
    sign_out(&server, &mine).await;
    assert!(check(&allowlist, &mine).await.is_err(), "it asks for every token");
    while check(&denylist, &mine).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(check(&denylist, &mine).await, Err(CheckError::Refused(VerifyError::Revoked)));
    assert_eq!(check(&signature, &mine).await, Ok(()), "until the token's own end");
    for service in [&signature, &denylist, &allowlist] {
        assert_eq!(check(service, &other).await, Ok(()), "and nobody else is touched");
    }
}

#[tokio::test]
async fn signing_out_here_elsewhere_and_everywhere_and_distrusting_a_key_end_what_they_should() {
    let server = Server::start();
    server.sign_up("ada").await;
    let [here, elsewhere, third] = [token(&server).await, token(&server).await, token(&server).await];
    let works = async |token: &str| server.who(&program(), Some(token)).await.is_ok();
    let out = async |token: &str, end: &str| {
        let out = program().post(format!("{}/v1/sign-out", server.url)).bearer_auth(token).json(&json!({ "end": end }));
        assert_eq!(out.send().await.unwrap().status(), 204);
    };
    out(&elsewhere, "current").await;
    assert!(works(&here).await && !works(&elsewhere).await && works(&third).await);
    out(&here, "others").await;
    assert!(works(&here).await && !works(&third).await);
    let last = token(&server).await;
    out(&here, "all").await;
    assert!(!works(&here).await && !works(&last).await);

    let pair: Value = server.sign_in(&program(), "ada", "token").await.json().await.unwrap();
    let listed: Value = serde_json::from_slice(&server.operator(&["key", "list"]).stdout).unwrap();
    let signs = listed["keys"].as_array().unwrap().iter().find(|key| key["state"] == "active").unwrap();
    assert!(server.operator(&["key", "distrust", signs["kid"].as_str().unwrap()]).status.success());
    assert!(!works(pair["access_token"].as_str().unwrap()).await, "what it signed counts for nothing");
    let next = json!({ "refresh_token": pair["refresh_token"] });
    let (status, next) = server.post(&program(), "/v1/refresh", "", &next).await;
    assert_eq!(status, 200, "nobody has to sign in again");
    assert!(works(next["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn a_session_id_that_has_leaked_is_pasted_and_dead() {
    let server = Server::start();
    server.sign_up("ada").await;
    let browser = crate::server::browser();
    let signed_in = server.sign_in(&browser, "ada", "session").await;
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.args(["leaked", "--revoke", "--json", "--data"]).arg(server.data());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let line = format!("2026-11-25 12:00:01 GET /basket set-cookie: {cookie}\n");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
    let found: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(
        (found["found"][0]["kind"].as_str(), found["found"][0]["state"].as_str()),
        (Some("session_token"), Some("revoked"))
    );
    assert_eq!(server.who(&browser, None).await, Err("unauthenticated".into()));
}
