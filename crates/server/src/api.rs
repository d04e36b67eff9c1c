//! The paths, and who answers them.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};

use crate::door::Door;
use crate::health;
use crate::layer::{OuterLayer, Shows};
use crate::metrics::ROUTES;
use crate::oauth::{introspect, metadata, revoke, token};
use crate::pages;
use crate::problem::{Code, Problem};

mod accounts;
mod admin;
mod csrf;
mod data;
pub(crate) mod describe;
mod jwks;
mod leaked;
mod link;
mod openapi;
mod prove;
mod query;
mod refresh;
mod revocations;
mod session;
mod sessions;
mod sign_in;
mod sign_out;

/// What a handler gives: the answer, or a problem.
type Answer = Result<Response, Problem>;

/// Every path with its methods, for the router and for tests that walk over all of them.
fn table() -> Vec<Route> {
    let mut all = vec![
        ("/v1/accounts", "POST", post(accounts::sign_up)),
        ("/v1/sign-in", "POST", post(sign_in::sign_in)),
        ("/v1/prove", "POST", post(prove::prove)),
        ("/v1/password", "POST", post(prove::change)),
        ("/v1/setup", "POST", post(link::set_up)),
        ("/v1/invite", "POST", post(link::accept)),
        ("/v1/reset", "POST", post(link::reset)),
        ("/v1/refresh", "POST", post(refresh::refresh)),
        ("/v1/sign-out", "POST", post(sign_out::sign_out)),
        ("/v1/session", "GET,HEAD", get(session::who_am_i)),
        ("/v1/session/data/{key}", "GET,HEAD,PUT,DELETE", get(data::read).put(data::write).delete(data::remove)),
        ("/v1/csrf", "GET,HEAD", get(csrf::token)),
        ("/v1/sessions", "GET,HEAD", get(sessions::list)),
        ("/v1/sessions/{sid}", "DELETE", delete(sessions::end)),
        ("/v1/revocations", "GET,HEAD", get(revocations::read)),
        ("/v1/leaked", "POST", post(leaked::end)),
        ("/oauth/token", "POST", post(token::token)),
        ("/oauth/revoke", "POST", post(revoke::revoke)),
        ("/oauth/introspect", "POST", post(introspect::introspect)),
        ("/.well-known/oauth-authorization-server", "GET,HEAD", get(metadata::metadata)),
        ("/.well-known/jwks.json", "GET,HEAD", get(jwks::published)),
        ("/openapi.json", "GET,HEAD", get(openapi::document)),
        ("/health/live", "GET,HEAD", get(health::live)),
        ("/health/ready", "GET,HEAD", get(health::ready)),
    ];
    all.extend(admin::table());
    all
}

/// The same with what is answered only where the settings say so.
fn everything() -> Vec<Route> {
    let mut all = table();
    all.push(("/metrics", "GET,HEAD", get(health::metrics)));
    all
}

/// What one path answers: its template, its methods, and who does.
type Route = (&'static str, &'static str, MethodRouter<Door>);

pub(crate) fn routes(door: &Door) -> Router {
    let table = if door.options().metrics { everything() } else { table() };
    let mut all: Vec<(Route, Shows)> = table.into_iter().map(|route| (route, Shows::Json)).collect();
    let mut elsewhere = Shows::Json;
    if door.options().pages {
        all.extend(pages::table().into_iter().map(|route| (route, Shows::Pages)));
        elsewhere = Shows::Either;
    }
    wrapped(door, all, |route, shows| OuterLayer::new(door, route, shows), elsewhere)
}

/// A listener of their own is asked by address, by whoever reaches it, in the clear.
pub(crate) fn for_operators(door: &Door) -> Router {
    let table: [Route; 3] = [
        ("/health/live", "GET,HEAD", get(health::live)),
        ("/health/ready", "GET,HEAD", get(health::ready)),
        ("/metrics", "GET,HEAD", get(health::metrics)),
    ];
    let table = table.into_iter().map(|route| (route, Shows::Json)).collect();
    wrapped(door, table, |route, shows| OuterLayer::for_operators(door, route, shows), Shows::Json)
}

/// `elsewhere`: how it is told that nothing is there.
fn wrapped(
    door: &Door,
    table: Vec<(Route, Shows)>,
    layer: impl Fn(usize, Shows) -> OuterLayer,
    elsewhere: Shows,
) -> Router {
    let other = ROUTES.len() - 1;
    let mut router = Router::new();
    for ((path, methods, answers), shows) in table {
        let route = ROUTES.iter().position(|r| *r == path).unwrap_or(other);
        let refuse = move || async move { Problem::new(Code::MethodNotAllowed).allow(methods) };
        router = router.route(path, answers.fallback(refuse).layer(layer(route, shows)));
    }
    let nothing = (async || Problem::new(Code::NotFound)).layer(layer(other, elsewhere));
    router.fallback_service(Handler::with_state(nothing, door.clone())).with_state(door.clone())
}

/// The parts of a request that decide who asks.
fn head(request: &Request) -> (&http::Method, &http::HeaderMap) {
    (request.method(), request.headers())
}

impl IntoResponse for Code {
    fn into_response(self) -> Response {
        Problem::new(self).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_counted_under_its_own_name() {
        let all: Vec<_> = table().into_iter().chain(pages::table()).map(|(path, ..)| path).collect();
        for path in &all {
            assert!(ROUTES.contains(path), "{path}");
        }
        assert_eq!(all.len(), ROUTES.len() - 1);
    }
}
