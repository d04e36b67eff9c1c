//! A store that is away: 503, when to come back, no cookie touched, and everything as before when it returns.

use doorward_core::store::double::{VERBS, When};
use serde_json::json;

use crate::common::House;

#[tokio::test]
async fn whichever_verb_fails_the_answer_is_503_and_nobody_is_signed_out() {
    for verb in VERBS {
        for when in [When::Before, When::After] {
            for mode in ["session", "hybrid", "token"] {
                let house = House::new().await;
                let mut caller = house.signed_in("ada", mode).await;
                house.wait(61);
                house.store.fail(verb, Some(when));
                let cookies = caller.cookies.clone();
                for (method, path) in [
                    ("GET", "/v1/session"),
                    ("GET", "/v1/sessions"),
                    ("GET", "/v1/csrf"),
                    ("PUT", "/v1/session/data/client.a"),
                    ("GET", "/health/ready"),
                ] {
                    let ask = caller.ask(method, path);
                    let answer = if method == "PUT" { ask.json(&json!(1)).send().await } else { ask.send().await };
                    let fine = answer.status < 300 || answer.status == 503 || path == "/v1/csrf" && mode == "token";
                    let again = answer.status == 428 || answer.status == 412;
                    assert!(fine || again, "{verb} {when:?} {mode} {path}: {}", answer.outcome());
                    assert!(answer.status != 503 || !answer.header("retry-after").is_empty());
                    assert!(answer.cookies().is_empty(), "{verb} {when:?} {mode} {path}");
                }
                assert_eq!(caller.cookies, cookies);
                house.store.fail(verb, None);
                assert_eq!(caller.get("/v1/session").send().await.status, 200, "{verb} {when:?} {mode}");
            }
        }
    }
}

#[tokio::test]
async fn a_sign_out_that_cannot_be_logged_is_503_and_the_cookies_stay() {
    let house = House::new().await;
    let mut caller = house.signed_in("ada", "session").await;
    house.store.fail("append", Some(When::Before));
    let answer = caller.post("/v1/sign-out", &json!({})).send().await;
    assert_eq!(answer.outcome(), "503 unavailable");
    assert!(answer.cookies().is_empty() && !answer.header("retry-after").is_empty());
    house.store.fail("append", None);
    assert_eq!(caller.get("/v1/session").send().await.status, 200);
    assert_eq!(caller.post("/v1/sign-out", &json!({})).send().await.status, 204);
}
