//! `POST /v1/accounts`.

use doorward_core::policy::SignUp;
use serde_json::{Value, json};

use crate::common::{House, PASSWORD};

async fn sign_up(house: &House, body: &Value) -> String {
    house.program().post("/v1/accounts", body).send().await.outcome()
}

#[tokio::test]
async fn a_stranger_signs_up_where_that_is_open_and_nowhere_else() {
    let house = House::new().await;
    let body = json!({ "identifier": "Ada@Example.org", "password": PASSWORD, "display_name": "Ada 李" });
    let answer = house.program().post("/v1/accounts", &body).send().await;
    assert_eq!(answer.status, 201);
    let account = &answer.json()["account"];
    assert_eq!(
        (account["identifier"].as_str(), account["display_name"].as_str()),
        (Some("ada@example.org"), Some("Ada 李"))
    );
    assert_eq!(account["id"].as_str().unwrap().len(), 22);
    let closed = House::with(|setup| setup.policy.sign_up = SignUp::Closed).await;
    assert_eq!(sign_up(&closed, &body).await, "403 sign_up_closed");
    assert_eq!(closed.store.calls("create"), 0);
}

#[tokio::test]
async fn a_taken_identifier_is_told_however_it_is_spelt_and_a_bad_password_first() {
    let house = House::new().await;
    house.account("ada").await;
    for spelling in ["ada", "ADA", "ＡＤＡ"] {
        let body = json!({ "identifier": spelling, "password": PASSWORD });
        assert_eq!(sign_up(&house, &body).await, "409 identifier_taken", "{spelling}");
        let short = json!({ "identifier": spelling, "password": "short" });
        assert_eq!(
            sign_up(&house, &short).await,
            "422 invalid_input",
            "a short password tells nothing of who is there"
        );
    }
}

#[tokio::test]
async fn names_that_nobody_can_see_are_refused_with_their_field() {
    let house = House::new().await;
    for (field, value) in [
        ("identifier", "a b"),
        ("identifier", ""),
        ("identifier", "a\u{202e}b"),
        ("display_name", "\u{200b}"),
        ("display_name", " "),
    ] {
        let mut body = json!({ "identifier": "ada", "password": PASSWORD });
        body[field] = value.into();
        let answer = house.program().post("/v1/accounts", &body).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{field} {value:?}");
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
    assert_eq!(house.store.calls("create"), 0);
}

#[tokio::test]
async fn nobody_gives_himself_what_the_body_does_not_know() {
    let house = House::new().await;
    for extra in ["role", "roles", "permissions", "id", "disabled_at", "version"] {
        let mut body = json!({ "identifier": "ada", "password": PASSWORD });
        body[extra] = json!(["admin"]);
        assert_eq!(sign_up(&house, &body).await, "422 invalid_input", "{extra}");
    }
}

#[tokio::test]
async fn why_a_password_is_refused_is_said_by_a_code_and_in_words() {
    let house = House::new().await;
    let table = [
        ("fourteen chars", "too_short"),
        ("password1234567", "too_common"),
        ("passwordpassword", "repeats"),
        ("qwertyuiopasdfghjkl", "sequence"),
        ("ada.lovelace.2024", "personal"),
        ("doorward-doorward", "contextual"),
        ("a password with a \0 in it", "unusable_character"),
    ];
    for (password, code) in table {
        let body = json!({ "identifier": "ada.lovelace", "password": password });
        let answer = house.program().post("/v1/accounts", &body).send().await;
        assert_eq!(answer.outcome(), "422 invalid_input", "{password}");
        let fault = &answer.json()["errors"][0];
        assert_eq!((fault["field"].as_str(), fault["code"].as_str()), (Some("password"), Some(code)), "{password}");
        assert!(fault["message"].as_str().is_some_and(|text| !text.contains(password)));
    }
    assert_eq!(house.store.calls("create"), 0);
}

#[tokio::test]
async fn text_that_means_something_elsewhere_is_kept_as_text_or_refused() {
    let house = House::new().await;
    let names =
        ["Robert'); DROP TABLE accounts;--", "*)(uid=*))(|(uid=*", "{{7*7}}", "<script>alert(1)</script>", "$ne"];
    for (n, name) in names.into_iter().enumerate() {
        let body = json!({ "identifier": format!("person{n}"), "password": PASSWORD, "display_name": name });
        let answer = house.program().post("/v1/accounts", &body).send().await;
        assert_eq!(answer.status, 201, "{name}");
        assert_eq!(answer.json()["account"]["display_name"], name);
    }
    for name in ["ada\r\nSet-Cookie: a=b", "ada\r\nBcc: eve@example.org", "a\u{0}b", "ada\u{2028}", "\u{202e}nimda"] {
        for field in ["identifier", "display_name"] {
            let mut body = json!({ "identifier": "ada", "password": PASSWORD });
            body[field] = name.into();
            assert_eq!(sign_up(&house, &body).await, "422 invalid_input", "{field} {name:?}");
        }
    }
    let same = json!({ "identifier": "1'or'1'='1", "password": PASSWORD });
    assert_eq!(house.program().post("/v1/accounts", &same).send().await.status, 201);
    let other = json!({ "identifier": "x'or'1'='1", "password": PASSWORD });
    assert_eq!(house.program().post("/v1/sign-in", &other).send().await.outcome(), "401 invalid_credentials");
}
