//! The layer as a service around a service, without any server.

use std::convert::Infallible;
use std::sync::Mutex;
use std::task::Waker;
use std::time::Duration;

use http::Method;

use super::*;
use crate::feed::Freshness;
use crate::guard::{Clock, Issuer, Unanswered};
use crate::rule::{OnSilence, Policy};
use crate::tests::{AUDIENCE, ISSUER, NOW, Signing, claims, with};
use crate::{Algorithm, Ended, Timestamp, Verifier};

struct Still;

impl Clock for Still {
    fn now(&self) -> Option<Timestamp> {
        Some(NOW)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(100)
    }
}

struct Says(Mutex<Result<bool, Unanswered>>);

impl Issuer for Says {
    fn accepts<'a>(&'a self, _token: &'a str) -> Later<'a, Result<bool, Unanswered>> {
        let answer = *self.0.lock().unwrap();
        Box::pin(async move {
            let mut waited = false;
            std::future::poll_fn(|cx| {
                cx.waker().wake_by_ref();
                if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            answer
        })
    }

    fn fetch_keys(&self) -> Later<'_, bool> {
        Box::pin(async { false })
    }
}

/// Answers with the subject of whoever it is, or `nobody`.
#[derive(Clone)]
struct Inner;

impl Service<Request<()>> for Inner {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let who = principal(request.extensions()).map_or("nobody", Principal::subject).to_owned();
        std::future::ready(Ok(Response::new(who)))
    }
}

struct Scene {
    layer: GuardLayer,
    guard: Arc<Guard>,
    issuer: Arc<Says>,
    signing: Signing,
}

impl Scene {
    fn new() -> Self {
        let signing = Signing::new(Algorithm::Ed25519, "key-1");
        let verifier = Verifier::builder(ISSUER, AUDIENCE).algorithms([Algorithm::Ed25519]).keys(signing.keys());
        let freshness = Arc::new(Freshness::default());
        freshness.hear(Duration::from_secs(99));
        let issuer = Arc::new(Says(Mutex::new(Ok(true))));
        let guard = Guard::new(Arc::new(verifier.build().unwrap()), freshness, Arc::new(Still)).issuer(issuer.clone());
        let guard = Arc::new(guard);
        Self { layer: GuardLayer::new(guard.clone()), guard, issuer, signing }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.signing.token(&claims()))
    }
}

fn request(method: Method, headers: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

fn send<S>(mut service: S, request: Request<()>) -> Response<String>
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let mut future = std::pin::pin!(service.call(request));
    for _ in 0..10 {
        if let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return response;
        }
    }
    panic!("it never answers")
}

fn get(layer: &GuardLayer, headers: &[(&str, &str)]) -> Response<String> {
    send(layer.layer(Inner), request(Method::GET, headers))
}

/// Status and challenge.
fn told(response: &Response<String>) -> (u16, &str) {
    let challenge = response.headers().get("www-authenticate");
    (response.status().as_u16(), challenge.map_or("", |value| value.to_str().unwrap()))
}

#[test]
fn a_good_token_gets_through_as_who_it_is_and_nothing_else_does() {
    let scene = Scene::new();
    assert_eq!(get(&scene.layer, &[("authorization", &scene.bearer())]).body(), "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(told(&get(&scene.layer, &[])), (401, "Bearer"), "no error where nothing came");
    assert_eq!(told(&get(&scene.layer, &[("authorization", "Basic YTpi")])), (401, "Bearer"));
    let invalid = (401, "Bearer error=\"invalid_token\"");
    assert_eq!(told(&get(&scene.layer, &[("authorization", "Bearer")])), invalid);
    let foreign = format!("Bearer {}", scene.signing.token(&with("aud", "other".into())));
    let stranger = format!("Bearer {}", Signing::new(Algorithm::Ed25519, "key-1").token(&claims()));
    let unknown = format!("Bearer {}", Signing::new(Algorithm::Ed25519, "key-2").token(&claims()));
    for bad in ["Bearer a.b.c", &foreign, &stranger, &unknown] {
        let response = get(&scene.layer, &[("authorization", bad)]);
        assert_eq!((told(&response), response.body().as_str()), (invalid, ""));
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    let twice = get(&scene.layer, &[("authorization", &scene.bearer()), ("authorization", &scene.bearer())]);
    assert_eq!(told(&twice), (400, "Bearer error=\"invalid_request\""));
}

#[test]
fn expired_and_stale_are_told_apart_from_all_the_others() {
    let scene = Scene::new();
    let expired = scene.signing.token(&{
        let mut claims = with("iat", (NOW.as_secs() - 400).into());
        claims["exp"] = (NOW.as_secs() - 100).into();
        claims
    });
    let response = get(&scene.layer, &[("authorization", &format!("Bearer {expired}"))]);
    assert_eq!(told(&response), (401, "Bearer error=\"invalid_token\", error_description=\"access_expired\""));
    let account = Ended::Account { account: "AAAAAAAAAAAAAAAAAAAAAA".into(), below: 4 };
    scene.guard.verifier().revoked().insert(&account, i64::MAX);
    let response = get(&scene.layer, &[("authorization", &scene.bearer())]);
    assert_eq!(told(&response), (401, "Bearer error=\"invalid_token\", error_description=\"access_stale\""));
    assert_eq!(response.extensions().get(), Some(&Refusal::Token(crate::VerifyError::Stale)));
}

#[test]
fn when_nobody_can_tell_it_is_503_with_retry_after_and_never_401() {
    let scene = Scene::new();
    let silent = Guard::new(scene.guard.verifier().clone(), Arc::default(), Arc::new(Still));
    let layer = GuardLayer::new(Arc::new(silent));
    let response = get(&layer, &[("authorization", &scene.bearer())]);
    assert_eq!((told(&response), &response.headers()["retry-after"]), ((503, ""), &"1".parse().unwrap()));
    let flagging = Rule { on_silence: OnSilence::AcceptAndFlag, ..Rule::default() };
    assert_eq!(
        get(&layer.clone().rule(flagging), &[("authorization", &scene.bearer())]).status(),
        200,
        "on this route"
    );
    assert_eq!(get(&layer, &[("authorization", &scene.bearer())]).status(), 503, "and on this one not");
}

#[test]
fn where_the_issuer_is_asked_its_answer_decides() {
    let scene = Scene::new();
    let layer = scene.layer.clone().rule(Rule { policy: Policy::Allowlist, ..Rule::default() });
    let ask = || get(&layer, &[("authorization", &scene.bearer())]);
    assert_eq!(ask().body(), "AAAAAAAAAAAAAAAAAAAAAA");
    *scene.issuer.0.lock().unwrap() = Ok(false);
    assert_eq!(told(&ask()), (401, "Bearer error=\"invalid_token\""));
    *scene.issuer.0.lock().unwrap() = Err(Unanswered);
    assert_eq!(ask().status(), 503);
}

#[test]
fn an_optional_guard_lets_nobody_pass_as_nobody_and_still_refuses_what_is_bad() {
    let scene = Scene::new();
    let layer = scene.layer.clone().optional();
    assert_eq!(get(&layer, &[]).body(), "nobody");
    assert_eq!(get(&layer, &[("authorization", &scene.bearer())]).body(), "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(get(&layer, &[("authorization", "Bearer a.b.c")]).status(), 401);
}

#[test]
fn nobody_smuggles_a_principal_in() {
    let scene = Scene::new();
    let Ok(Decided::Is(somebody)) =
        scene.guard.decide(&scene.signing.token(&claims()), crate::Via::Header, &Rule::default())
    else {
        panic!("a good token")
    };
    let mut smuggling = request(Method::GET, &[]);
    smuggling.extensions_mut().insert(somebody);
    assert_eq!(send(scene.layer.clone().optional().layer(Inner), smuggling).body(), "nobody");
}

#[test]
fn a_cookie_counts_only_where_that_was_said_and_changes_something_only_from_a_listed_origin() {
    let scene = Scene::new();
    let token = scene.signing.token(&claims());
    let cookie = format!("access={token}");
    assert_eq!(get(&scene.layer, &[("cookie", &cookie)]).status(), 401);
    let names = CookieNames { session: "session".into(), access: "access".into(), refresh: "refresh".into() };
    let layer = scene.layer.clone().accept_cookie(names, vec!["https://app.example".into()]);
    assert_eq!(get(&layer, &[("cookie", &cookie)]).status(), 200);
    let post = |headers: &[(&str, &str)]| {
        let headers = [&[("cookie", cookie.as_str())], headers].concat();
        send(layer.layer(Inner), request(Method::POST, &headers)).status().as_u16()
    };
    assert_eq!(post(&[("origin", "https://app.example")]), 200);
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]), 200);
    for foreign in
        [&[][..], &[("origin", "https://evil.example")], &[("origin", "null")], &[("sec-fetch-site", "same-site")]]
    {
        assert_eq!(post(foreign), 403, "{foreign:?}");
    }
}

#[test]
fn what_is_demanded_is_told_in_the_challenge() {
    let scene = Scene::new();
    let ask = |demand: Demand| {
        let inner = RequireLayer::new(demand).layer(Inner);
        send(scene.layer.layer(inner), request(Method::GET, &[("authorization", &scene.bearer())]))
    };
    assert_eq!(ask(Demand::default().role("editor")).status(), 200);
    assert_eq!(told(&ask(Demand::default().permission("x"))), (403, "Bearer error=\"insufficient_scope\""));
    let scoped = Demand::default().scope("read").scope("wr\"ite").scope("admin");
    assert_eq!(told(&ask(scoped)), (403, "Bearer error=\"insufficient_scope\", scope=\"read admin\""));
    let recent = Demand::default().acr("urn:doorward:mfa").proof_within(Duration::from_secs(300));
    let challenge = "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:doorward:mfa\", max_age=300";
    assert_eq!(told(&ask(recent)), (401, challenge));
    let alone = RequireLayer::new(Demand::default()).layer(Inner);
    assert_eq!(told(&send(alone, request(Method::GET, &[]))), (401, "Bearer"), "no guard around it");
}

#[test]
fn a_grpc_request_is_refused_in_grpc() {
    let scene = Scene::new();
    let status = |headers: &[(&str, &str)]| {
        let response = get(&scene.layer, &[&[("content-type", "application/grpc+proto")], headers].concat());
        let status = response.headers().get("grpc-status").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), status.unwrap_or_default())
    };
    assert_eq!(status(&[]), (200, "16".into()));
    assert_eq!(status(&[("authorization", "Bearer a.b.c")]), (200, "16".into()));
    assert_eq!(status(&[("authorization", &scene.bearer())]), (200, String::new()));
    assert_eq!(get(&scene.layer, &[("content-type", "application/grpcx")]).status(), 401);
}
