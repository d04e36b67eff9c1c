//! A page for what went wrong where there is no form to show again.

use askama::Template;
use axum::response::Response;
use http::header;

use super::said::{Said, sentence};
use super::visit::Visit;
use crate::problem::{Code, Problem};

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'v> {
    v: &'v Visit,
    said: Said,
    title: String,
    text: String,
    status: u16,
    /// For whoever looks into the page: its words change, this does not.
    code: &'static str,
    request_id: &'v str,
}

/// Writes the problem into its answer as a page. If even that fails the answer stays as it is, and is written as JSON.
pub(crate) fn write(visit: &Visit, problem: &Problem, request_id: &str, response: &mut Response) -> bool {
    let (code, status) = (problem.code(), response.status());
    let title = visit.t(match code {
        Code::NotFound => "problem-title-not-found",
        Code::LinkGone => "problem-title-link-gone",
        code if code.status() == 503 => "problem-title-busy",
        code if code.status() >= 500 => "problem-title-ours",
        _ => "problem-title-yours",
    });
    let text = sentence(visit, problem);
    let said = Said::default();
    let page = Page { v: visit, said, title, text, status: status.as_u16(), code: code.name(), request_id };
    let Ok(page) = visit.page(status, &page) else { return false };
    let (parts, body) = page.into_parts();
    *response.body_mut() = body;
    for (name, value) in &parts.headers {
        response.headers_mut().insert(name, value.clone());
    }
    // It would have to name a scheme by which browsers sign in by themselves.
    response.headers_mut().remove(header::WWW_AUTHENTICATE);
    true
}

/// Whether somebody who asks like this reads pages.
pub(crate) fn reads_pages(headers: &http::HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|accept| accept.to_str().is_ok_and(|text| text.contains("text/html")))
}
