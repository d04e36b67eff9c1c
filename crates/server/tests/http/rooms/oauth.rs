//! `/oauth/token`, `/oauth/revoke`, `/oauth/introspect`, and where they are.

use doorward_core::directory::Client;
use doorward_core::records::Mode;
use serde_json::{Value, json};

use crate::common::{Answer, House};

struct Applications {
    house: House,
    /// Of the application `api`: may introspect, and serves `https://api.example`.
    api: String,
    /// Of the application `web`: signs people in, for `https://api.example`.
    web: String,
}

async fn applications() -> Applications {
    let house = House::new().await;
    let audiences = vec!["https://api.example".to_owned()];
    let with = |id: &str, modes: &[Mode], permissions: &[&str]| Client {
        audiences: audiences.clone(),
        permissions: permissions.iter().map(ToString::to_string).collect(),
        ..Client::new(id.parse().unwrap(), modes.to_vec())
    };
    for client in [
        with("api", &[], &["tokens:introspect", "revocations:read"]),
        with("web", &[Mode::Token], &[]),
        Client { audiences: vec!["https://other.example".into()], ..with("other", &[], &["tokens:introspect"]) },
    ] {
        house.auth.add_client(client).await.unwrap();
    }
    let (api, web) = (secret(&house, "api").await, secret(&house, "web").await);
    Applications { house, api, web }
}

async fn secret(house: &House, id: &str) -> String {
    house.auth.add_client_secret(&id.parse().unwrap()).await.unwrap().plain.expose().clone()
}

impl Applications {
    async fn ask(&self, path: &str, form: &str) -> Answer {
        let mut program = self.house.program();
        let ask = program.ask("POST", path).header("content-type", "application/x-www-form-urlencoded");
        ask.bytes(form.to_owned()).send().await
    }

    /// As an application that shows its secret in the body.
    async fn by(&self, id: &str, secret: &str, path: &str, form: &str) -> Answer {
        self.ask(path, &format!("client_id={id}&client_secret={secret}&{form}")).await
    }

    async fn pair(&self) -> Value {
        let body = json!({ "identifier": "ada", "password": crate::common::PASSWORD, "client_id": "web" });
        let answer = self.house.program().post("/v1/sign-in", &body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn is_active(&self, token: &Value) -> bool {
        let form = format!("token={}", token.as_str().unwrap());
        let answer = self.by("api", &self.api, "/oauth/introspect", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        if body["active"] != true {
            assert_eq!(answer.text(), "{\"active\":false}", "nothing says why");
        }
        body["active"] == true
    }
}

fn error(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.json()["error"].as_str().unwrap_or("-"))
}

#[tokio::test]
async fn a_refresh_token_buys_the_next_pair_from_the_application_that_has_it() {
    let all = applications().await;
    all.house.account("ada").await;
    let pair = all.pair().await;
    let form = format!("grant_type=refresh_token&refresh_token={}", pair["refresh_token"].as_str().unwrap());
    for (id, secret, wrong) in [
        ("web", "dw_cs_nonsense", "401 invalid_client"),
        ("api", all.api.as_str(), "400 invalid_grant"),
        ("nobody", all.web.as_str(), "401 invalid_client"),
    ] {
        assert_eq!(error(&all.by(id, secret, "/oauth/token", &form).await), wrong, "{id}");
    }
    assert_eq!(
        error(&all.ask("/oauth/token", &format!("client_id=web&{form}")).await),
        "401 invalid_client",
        "no secret"
    );
    let next = all.by("web", &all.web, "/oauth/token", &form).await;
    assert_eq!(next.status, 200, "{}", next.text());
    let next = next.json();
    assert_eq!((next["token_type"].as_str(), next["expires_in"].as_u64()), (Some("Bearer"), Some(300)));
    assert!(all.is_active(&next["access_token"]).await && next["refresh_token"] != pair["refresh_token"]);
    all.house.wait(11);
    assert_eq!(error(&all.by("web", &all.web, "/oauth/token", &form).await), "400 invalid_grant", "a copy");
    assert!(!all.is_active(&next["access_token"]).await, "ended for both");
}

#[tokio::test]
async fn an_application_gets_a_token_of_its_own_which_is_nobodys_session() {
    let all = applications().await;
    let form = "grant_type=client_credentials&scope=revocations:read";
    let answer = all.by("api", &all.api, "/oauth/token", form).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!((body["scope"].as_str(), body.get("refresh_token")), (Some("revocations:read"), None));
    let token = body["access_token"].as_str().unwrap().to_owned();
    let claims = all.by("api", &all.api, "/oauth/introspect", &format!("token={token}")).await.json();
    assert_eq!((claims["sub"].as_str(), claims["client_id"].as_str()), (Some("api"), Some("api")));
    assert_eq!((claims["permissions"][0].as_str(), claims.get("sid")), (Some("revocations:read"), None));
    let mut program = all.house.program();
    program.bearer = Some(token.clone());
    assert_eq!(program.get("/v1/session").send().await.outcome(), "401 invalid_token", "it is no person");
    assert_eq!(program.get("/v1/revocations").send().await.status, 200);
    for (form, wrong) in [
        ("grant_type=client_credentials&scope=admin:accounts", "400 invalid_scope"),
        ("grant_type=password&username=a&password=b", "400 unsupported_grant_type"),
        ("grant_type=authorization_code&code=x", "400 unsupported_grant_type"),
        ("grant_type=", "400 invalid_request"),
        ("", "400 invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", "400 invalid_request"),
    ] {
        assert_eq!(error(&all.by("api", &all.api, "/oauth/token", form).await), wrong, "{form}");
    }
    let none = all.by("web", &all.web, "/oauth/token", "grant_type=client_credentials").await;
    assert_eq!(error(&none), "400 unauthorized_client");
    let public = all.ask("/oauth/token", "client_id=native&grant_type=client_credentials").await;
    assert_eq!(error(&public), "400 unauthorized_client");
    all.house.auth.disable_client(&"api".parse().unwrap()).await.unwrap();
    assert_eq!(
        program.get("/v1/revocations").send().await.outcome(),
        "401 invalid_token",
        "ended with the application"
    );
}

#[tokio::test]
async fn the_answer_to_a_revoke_is_the_same_for_every_token_and_only_ones_own_ends() {
    let all = applications().await;
    all.house.account("ada").await;
    let pair = all.pair().await;
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    for (id, secret) in [("api", &all.api), ("web", &all.web)] {
        for token in ["nonsense", "dw_rt_nonsense", "a.b.c"] {
            let answer = all.by(id, secret, "/oauth/revoke", &format!("token={token}")).await;
            assert_eq!((answer.status, answer.text()), (200, "{}"), "{token}");
        }
    }
    for token in [text("access_token"), text("refresh_token")] {
        assert_eq!(all.by("api", &all.api, "/oauth/revoke", &format!("token={token}")).await.status, 200);
    }
    assert!(all.is_active(&pair["access_token"]).await, "another application's token stays");
    let refreshed = format!("grant_type=refresh_token&refresh_token={}", text("refresh_token"));
    let next = all.by("web", &all.web, "/oauth/token", &refreshed).await.json();
    let hint = format!("token={}&token_type_hint=refresh_token", text("access_token"));
    assert_eq!(all.by("web", &all.web, "/oauth/revoke", &hint).await.status, 200, "a wrong hint does no harm");
    assert!(
        !all.is_active(&pair["access_token"]).await && all.is_active(&next["access_token"]).await,
        "one token alone"
    );
    let refresh = format!("token={}", next["refresh_token"].as_str().unwrap());
    assert_eq!(all.by("web", &all.web, "/oauth/revoke", &refresh).await.status, 200);
    assert!(!all.is_active(&next["access_token"]).await, "a refresh token takes its session along");
    let odd = all.by("web", &all.web, "/oauth/revoke", "token=x&token_type_hint=id_token").await;
    assert_eq!(error(&odd), "400 unsupported_token_type");
    assert_eq!(error(&all.by("web", &all.web, "/oauth/revoke", "").await), "400 invalid_request");
}

#[tokio::test]
async fn only_a_resource_server_of_its_audience_learns_of_a_token() {
    let all = applications().await;
    let ada = all.house.account("ada").await;
    let other = secret(&all.house, "other").await;
    let pair = all.pair().await;
    let token = format!("token={}", pair["access_token"].as_str().unwrap());
    assert!(all.is_active(&pair["access_token"]).await);
    let foreign = all.by("other", &other, "/oauth/introspect", &token).await;
    assert_eq!((foreign.status, foreign.text()), (200, "{\"active\":false}"));
    let refresh = format!("token={}", pair["refresh_token"].as_str().unwrap());
    assert_eq!(all.by("api", &all.api, "/oauth/introspect", &refresh).await.text(), "{\"active\":false}");
    assert_eq!(error(&all.by("web", &all.web, "/oauth/introspect", &token).await), "400 unauthorized_client");
    assert_eq!(error(&all.ask("/oauth/introspect", &token).await), "401 invalid_client");
    assert_eq!(error(&all.ask("/oauth/introspect", &format!("client_id=native&{token}")).await), "401 invalid_client");
    all.house.permit(ada.id, &["admin:audit"]).await;
    assert!(!all.is_active(&pair["access_token"]).await, "stale");
    let next = all.pair().await;
    all.house.auth.disable(ada.id).await.unwrap();
    assert!(!all.is_active(&next["access_token"]).await, "disabled");
    for nothing in [json!("nonsense"), json!("a.b.c"), json!("dw_st_x")] {
        assert!(!all.is_active(&nothing).await);
    }
}

#[tokio::test]
async fn an_application_shows_its_secret_in_one_place_and_parameters_stand_once_in_the_body() {
    use base64::Engine as _;
    let all = applications().await;
    let basic =
        |id: &str, secret: &str| format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let ask = async |authorization: &str, path: &str, form: &str| {
        let mut program = all.house.program();
        let ask = program.ask("POST", path).header("content-type", "application/x-www-form-urlencoded");
        ask.header("authorization", authorization).bytes(form.to_owned()).send().await
    };
    let good = basic("api", &all.api);
    assert_eq!(ask(&good, "/oauth/token", "grant_type=client_credentials").await.status, 200);
    let both = format!("grant_type=client_credentials&client_secret={}", all.api);
    for (authorization, path, form, wrong) in [
        (good.as_str(), "/oauth/token", both.as_str(), "400 invalid_request"),
        (&good, "/oauth/token", "grant_type=client_credentials&client_id=web", "400 invalid_request"),
        (&good, "/oauth/token?grant_type=client_credentials", "", "400 invalid_request"),
        (&good, "/oauth/token", "grant_type=client_credentials&scope=a&scope=b", "400 invalid_request"),
        (&basic("api", "dw_cs_x"), "/oauth/token", "grant_type=client_credentials", "401 invalid_client"),
        (&basic("nobody", &all.api), "/oauth/token", "grant_type=client_credentials", "401 invalid_client"),
        ("Basic !!!", "/oauth/token", "grant_type=client_credentials", "401 invalid_client"),
        ("Bearer x", "/oauth/token", "grant_type=client_credentials", "401 invalid_client"),
    ] {
        let answer = ask(authorization, path, form).await;
        assert_eq!(error(&answer), wrong, "{authorization} {path} {form}");
        let challenge = if answer.status == 401 { "Basic realm=\"doorward\", charset=\"UTF-8\"" } else { "" };
        assert_eq!(answer.header("www-authenticate"), challenge);
    }
    let json = all.house.program().post("/oauth/token", &json!({ "grant_type": "client_credentials" })).send().await;
    assert_eq!(json.outcome(), "415 unsupported_media_type");
    assert_eq!(all.house.program().get("/oauth/token").send().await.outcome(), "405 method_not_allowed");
}

#[tokio::test]
async fn the_metadata_lists_what_works_under_the_configured_url_whatever_host_is_named() {
    let house = House::new().await;
    let path = "/.well-known/oauth-authorization-server";
    let body = house.program().get(path).send().await.json();
    assert_eq!(body["issuer"], crate::common::URL);
    for endpoint in ["token_endpoint", "revocation_endpoint", "introspection_endpoint", "jwks_uri"] {
        let url = body[endpoint].as_str().unwrap();
        let path = url.strip_prefix(crate::common::URL).unwrap_or_else(|| panic!("{url}"));
        let answer = house.program().get(path).send().await;
        assert!(matches!(answer.status, 200 | 405), "{path}: {}", answer.status);
    }
    assert_eq!(body["grant_types_supported"], json!(["refresh_token", "client_credentials"]));
}

#[tokio::test]
async fn a_store_that_is_away_is_503_at_every_endpoint_and_never_an_inactive_token() {
    use doorward_core::store::double::When;
    let all = applications().await;
    all.house.account("ada").await;
    let pair = all.pair().await;
    all.house.store.fail_all(Some(When::Before));
    let access = format!("token={}", pair["access_token"].as_str().unwrap());
    let refresh = pair["refresh_token"].as_str().unwrap();
    for (id, secret, path, form) in [
        ("api", &all.api, "/oauth/introspect", access.clone()),
        ("web", &all.web, "/oauth/revoke", access),
        ("web", &all.web, "/oauth/revoke", format!("token={refresh}")),
        ("web", &all.web, "/oauth/token", format!("grant_type=refresh_token&refresh_token={refresh}")),
    ] {
        assert_eq!(all.by(id, secret, path, &form).await.outcome(), "503 unavailable", "{path}");
    }
    all.house.store.fail_all(None);
    assert!(all.is_active(&pair["access_token"]).await);
}

#[tokio::test]
async fn whoever_finds_a_credential_ends_it_and_hears_the_same_of_every_text() {
    let all = applications().await;
    all.house.account("ada").await;
    let (pair, cookie) = (all.pair().await, all.house.signed_in("ada", "session").await);
    let session = cookie.cookies.values().find(|value| value.starts_with("dw_st_")).unwrap().clone();
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    let report = async |token: &str| {
        let answer = all.house.program().post("/v1/leaked", &json!({ "token": token })).send().await;
        assert_eq!((answer.status, answer.text()), (204, ""), "{token}");
    };
    for token in ["", "nonsense", "a.b.c", "dw_st_nonsense", "eyJ.eyJ.x"] {
        report(token).await;
    }
    assert!(all.is_active(&pair["access_token"]).await);
    report(&text("access_token")).await;
    assert!(!all.is_active(&pair["access_token"]).await);
    let again = format!("grant_type=refresh_token&refresh_token={}", text("refresh_token"));
    assert_eq!(
        error(&all.by("web", &all.web, "/oauth/token", &again).await),
        "400 invalid_grant",
        "its session is over"
    );
    report(&session).await;
    let mut browser = cookie;
    assert_eq!(browser.get("/v1/session").send().await.outcome(), "401 unauthenticated");
    report(&all.web).await;
    assert_eq!(
        error(&all.by("web", &all.web, "/oauth/revoke", "token=x").await),
        "401 invalid_client",
        "its secret too"
    );
}
