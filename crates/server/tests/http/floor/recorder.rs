//! The recorder itself: a rule that finds nothing in a planted fault would find nothing in a real one.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::common::recorder::Asked;
use crate::common::{Answer, House, PASSWORD, Recorder, URL};

const SESSION: &str = "__Host-Http-doorward_session=dw_st_abc; Path=/; Secure; HttpOnly; SameSite=Lax";

fn recorder() -> Recorder {
    Recorder::new(&doorward_server::Options::new(URL))
}

fn asked(method: &str, path: &str) -> Asked {
    Asked { method: method.into(), path: path.into(), ..Asked::default() }
}

/// A good answer of the house.
async fn good(path: &str) -> Answer {
    let house = House::new().await;
    house.signed_in("alice", "session").await.get(path).send().await
}

fn with(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    answer
}

fn instead(mut answer: Answer, name: &str, value: &str) -> Answer {
    answer.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    answer
}

fn without(mut answer: Answer, name: &str) -> Answer {
    answer.headers.remove(name);
    answer
}

#[track_caller]
fn must_find(asked: &Asked, answer: &Answer, word: &str) {
    let faults = recorder().faults(asked, answer);
    assert!(faults.iter().any(|f| f.contains(word)), "{word} was not found: {faults:?}");
}

#[tokio::test]
async fn a_good_answer_has_no_fault() {
    for path in ["/v1/session", "/v1/sessions", "/nowhere", "/.well-known/jwks.json", "/health/live"] {
        let answer = good(path).await;
        assert_eq!(recorder().faults(&asked("GET", path), &answer), Vec::<String>::new(), "{path}");
        let signed_in = with(answer, "set-cookie", SESSION);
        let faults = recorder().faults(&asked("GET", "/v1/session"), &instead(signed_in, "cache-control", "no-store"));
        assert!(faults.iter().all(|f| !f.contains("cookie") && !f.contains("token")), "{faults:?}");
    }
}

#[tokio::test]
async fn every_header_that_is_missing_or_wrong_is_found() {
    let answer = good("/v1/session").await;
    let get = asked("GET", "/v1/session");
    for name in [
        "x-content-type-options",
        "referrer-policy",
        "content-security-policy",
        "cross-origin-resource-policy",
        "strict-transport-security",
        "cache-control",
        "x-request-id",
        "content-type",
    ] {
        must_find(&get, &without(answer.clone(), name), name);
    }
    for (name, value) in [
        ("server", "hyper"),
        ("x-powered-by", "axum"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("location", "https://evil.example"),
        ("www-authenticate", "Bearer"),
    ] {
        must_find(&get, &with(answer.clone(), name, value), name);
    }
    must_find(&get, &instead(answer.clone(), "cache-control", "private"), "cache-control");
    must_find(&get, &instead(answer, "content-type", "text/html"), "content-type");
}

#[tokio::test]
async fn every_flaw_of_a_cookie_is_found() {
    let answer = good("/v1/session").await;
    let post = asked("POST", "/v1/sign-in");
    for (cookie, word) in [
        (SESSION.replace("; Secure", ""), "flags"),
        (SESSION.replace("; HttpOnly", ""), "flags"),
        (SESSION.replace("; SameSite=Lax", ""), "flags"),
        (SESSION.replace("Lax", "None"), "flags"),
        (SESSION.replace("Lax", "Strict"), "flags"),
        (SESSION.replace("session", "refresh"), "flags"),
        (SESSION.replace("Path=/", "Path=/v1"), "flags"),
        (format!("{SESSION}; Domain=door.example"), "flags"),
        (format!("{SESSION}; Expires=Wed, 21 Oct 2037 07:28:00 GMT"), "flags"),
        (format!("{SESSION}; Max-Age=34560001"), "lives"),
        (format!("{SESSION}; Max-Age=0"), "lives"),
        (SESSION.replace("=dw_st_abc", "="), "lives"),
        (SESSION.replace("__Host-Http-", "__Host-"), "no such name"),
        (SESSION.replace("__Host-Http-", ""), "no such name"),
        (SESSION.replace("abc", &"x".repeat(4096)), "too long"),
    ] {
        must_find(&post, &with(answer.clone(), "set-cookie", &cookie), word);
    }
    let twice = with(with(answer.clone(), "set-cookie", SESSION), "set-cookie", SESSION);
    must_find(&post, &twice, "stands twice");
    let large = SESSION.replace("session=dw_st_abc", &format!("access={}", "x".repeat(1600)));
    must_find(&post, &with(answer.clone(), "set-cookie", &large), "mode hybrid");
    let mut failed = with(answer, "set-cookie", SESSION);
    failed.status = 503;
    must_find(&post, &failed, "changes cookies");
}

#[tokio::test]
async fn a_secret_is_found_wherever_it_stands() {
    let answer = good("/v1/session").await;
    let get = asked("GET", "/v1/session");
    for secret in ["dw_st_abc", "dw_rt_abc", "eyJhbGciOi"] {
        must_find(&get, &with(answer.clone(), "x-anything", secret), "a token stands in the header");
        let body =
            Answer { body: format!("{{\"mode\":\"hybrid\",\"access_token\":\"{secret}\"}}").into(), ..answer.clone() };
        must_find(&get, &body, "a token stands in the body");
        let body = Answer { body: format!("{{\"mode\":\"token\",\"x\":\"{secret}\"}}").into(), ..answer.clone() };
        must_find(&get, &body, "a token stands in the body");
    }
    let wrong_cookie = SESSION.replace("dw_st_", "dw_rt_");
    must_find(&get, &with(answer.clone(), "set-cookie", &wrong_cookie), "a token stands in the header");
    let body = format!("{{\"password\":\"{PASSWORD}\"}}").into_bytes();
    let echo = Answer { body: format!("{{\"you said\":\"{PASSWORD}\"}}").into(), ..answer.clone() };
    must_find(&Asked { body, ..asked("POST", "/v1/sign-in") }, &echo, "comes back");
    let headers =
        HeaderMap::from_iter([(HeaderName::from_static("cookie"), HeaderValue::from_static("a=0123456789abcdef"))]);
    let echo = with(answer, "x-anything", "0123456789abcdef");
    must_find(&Asked { headers, ..get }, &echo, "comes back");
}

#[tokio::test]
async fn every_flaw_of_a_problem_is_found() {
    let answer = good("/nowhere").await;
    let get = asked("GET", "/nowhere");
    let changed = |from: &str, to: &str| {
        let text = answer.text();
        assert!(text.contains(from), "{text}");
        Answer { body: text.replace(from, to).into(), ..answer.clone() }
    };
    must_find(&get, &changed("urn:doorward:problem:not_found", "about:blank"), "type is");
    must_find(&get, &changed("\"status\":404", "\"status\":400"), "status is");
    must_find(&get, &changed("not_found", "no_such_code"), "not in the table");
    must_find(&get, &changed("There is nothing here.", "Oh."), "not in the table");
    must_find(&get, &changed("request_id\":\"", "request_id\":\"0"), "request_id is");
    must_find(&get, &instead(answer.clone(), "content-type", "application/json"), "status 404 with");
    for (status, word) in [(503, "come back"), (405, "methods"), (401, "www-authenticate"), (200, "status 200 with")] {
        must_find(&get, &Answer { status, ..answer.clone() }, word);
    }
    must_find(&get, &Answer { body: "{".into(), ..answer.clone() }, "not the JSON");
    must_find(&get, &Answer { body: "".into(), ..answer.clone() }, "empty body");
}

#[tokio::test]
async fn keys_that_depend_on_who_asks_are_found() {
    let answer = good("/.well-known/jwks.json").await;
    let get = asked("GET", "/.well-known/jwks.json");
    must_find(&get, &with(answer.clone(), "vary", "cookie"), "varies");
    must_find(&get, &instead(answer.clone(), "cache-control", "no-store"), "cache-control");
    must_find(&get, &with(answer, "set-cookie", SESSION), "cache-control");
}

#[tokio::test]
async fn every_flaw_of_a_page_is_found() {
    let page = good("/account/devices").await;
    let get = asked("GET", "/account/devices");
    assert_eq!(recorder().faults(&get, &page), Vec::<String>::new());
    for name in ["content-security-policy", "cross-origin-opener-policy", "x-frame-options", "referrer-policy"] {
        must_find(&get, &without(page.clone(), name), name);
    }
    let loose =
        page.header("content-security-policy").replace("script-src 'self'", "script-src 'self' 'unsafe-inline'");
    must_find(&get, &instead(page.clone(), "content-security-policy", &loose), "content-security-policy");
    let with_main = |markup: &str| {
        let text = page.text().replace("<h1>", &format!("{markup}<h1>"));
        Answer { body: text.into(), ..page.clone() }
    };
    for (markup, word) in [
        ("<script>alert(1)</script>", "a script is no file of ours"),
        ("<script src=\"https://evil.example/x.js\"></script>", "a script is no file of ours"),
        ("<p style=\"color: red\">x</p>", "runs or styles"),
        ("<p onclick=\"x()\">x</p>", "runs or styles"),
        ("<style>p {}</style>", "no such element"),
        ("<base href=\"/x\">", "no such element"),
        ("<iframe src=\"/x\"></iframe>", "no such element"),
        ("<a href=\"javascript:x()\">x</a>", "an address that is no page"),
        ("<a href=\"data:text/html,x\">x</a>", "an address that is no page"),
        ("<h1>Two</h1>", "one heading"),
        ("<form method=\"post\" action=\"/account/name\"></form>", "where it comes from"),
        ("<input type=\"password\" name=\"x\">", "password managers"),
        ("<p aria-describedby=\"nowhere\">x</p>", "nothing describes"),
    ] {
        must_find(&get, &with_main(markup), word);
    }
    must_find(&get, &Answer { body: page.body.slice(..200), ..page.clone() }, "not whole");
    let leading = with(
        Answer { status: 303, body: "".into(), ..without(page.clone(), "content-type") },
        "location",
        "//evil.example",
    );
    must_find(&get, &leading, "location");
    let secret = Answer { body: page.text().replace("<h1>", &format!("{PASSWORD}<h1>")).into(), ..page };
    let headers = HeaderMap::from_iter([(
        HeaderName::from_static("content-type"),
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    )]);
    let body = crate::common::form::encode(&[("password", PASSWORD)]).into_bytes();
    must_find(&Asked { headers, body, ..asked("POST", "/account/password") }, &secret, "comes back");
}

#[tokio::test]
async fn what_the_description_does_not_say_is_found() {
    let answer = good("/v1/session").await;
    let get = asked("GET", "/v1/session");
    let changed = |change: fn(&mut serde_json::Value)| {
        let mut body = answer.json();
        change(&mut body);
        Answer { body: body.to_string().into(), ..answer.clone() }
    };
    must_find(&get, &changed(|body| body["password_age"] = 3.into()), "body.password_age is not described");
    must_find(&get, &changed(|body| body["mode"] = "ticket".into()), "none of what is described");
    must_find(&get, &changed(|body| body["account"]["id"] = 7.into()), "should be");
    must_find(&get, &changed(|body| drop(body.as_object_mut().unwrap().remove("roles"))), "body.roles is missing");
    must_find(&get, &Answer { status: 202, ..answer.clone() }, "the status 202 is not described");
    must_find(&asked("POST", "/v1/session"), &answer, "POST is answered and not described");
    let problem = good("/v1/sessions/x").await;
    assert_eq!(problem.status, 405);
    let foreign = String::from_utf8(problem.body.to_vec()).unwrap().replace("method_not_allowed", "in_use");
    let foreign = Answer { status: 409, body: foreign.into(), ..problem };
    must_find(&asked("POST", "/v1/admin/keys/rotate"), &foreign, "none of what is described");
    must_find(&asked("GET", "/v1/sessions"), &foreign, "the status 409 is not described");
}
