//! `/account/devices`: where somebody is signed in, in words they know; end one, or all others.

use askama::Template;
use axum::extract::{Request, State};
use doorward_core::audit::Event;
use doorward_core::id::{ClientId, SessionId};
use doorward_core::records::Session;
use doorward_core::revoke::End;
use http::StatusCode;

use super::said::Said;
use super::sign_out;
use super::visit::{Answer, Visit};
use super::when::{self, When};
use crate::body;
use crate::credential::Caller;
use crate::door::Door;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "devices.html")]
struct Page<'v> {
    v: &'v Visit,
    said: Said,
    devices: Vec<Device>,
    token: String,
    here: &'static str,
}

struct Device {
    sid: String,
    name: String,
    /// The application, if it is not Doorward itself.
    client: Option<String>,
    is_this: bool,
    seen: When,
    begun: When,
}

pub(super) async fn show(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let caller = visit.owner().await?;
    let said = match visit.uri.query() {
        Some("note=ended") => Said::good(visit.t("note-device-ended")),
        Some("note=others") => Said::good(visit.t("note-others-ended")),
        _ => Said::default(),
    };
    page(&visit, caller, said, StatusCode::OK).await
}

pub(super) async fn submit(State(door): State<Door>, request: Request) -> Answer {
    let visit = Visit::new(&door, &request);
    let form = body::form(request).await?;
    let caller = visit.owner().await?;
    if !visit.is_of(&caller.session.sid, &form)? {
        let said = Said::bad(visit.t("said-stale"));
        return page(&visit, caller, said, StatusCode::FORBIDDEN).await;
    }
    let auth = &visit.auth;
    match form.text("end").parse::<SessionId>() {
        Ok(sid) if sid == caller.session.sid => {
            auth.sign_out(&caller.session, End::Current).await?;
            Ok(sign_out::goodbye(&visit, "/sign-in?note=signed-out"))
        }
        Ok(sid) => {
            // One that has ended meanwhile is what was wanted.
            auth.end_one(caller.account.id, sid, Event::SessionEndedElsewhere).await?;
            Ok(visit.go("/account/devices?note=ended"))
        }
        Err(_) => {
            auth.sign_out(&caller.session, End::Others).await?;
            Ok(visit.go("/account/devices?note=others"))
        }
    }
}

async fn page(visit: &Visit, caller: Caller, said: Said, status: StatusCode) -> Answer {
    let sessions = visit.auth.sessions_of(caller.account.id).await?;
    let mut devices = Vec::new();
    for session in &sessions {
        devices.push(device(visit, session, session.sid == caller.session.sid)?);
    }
    devices.sort_by_key(|device| !device.is_this);
    let token = visit.auth.csrf_token(&caller.session.sid)?;
    let page = Page { v: visit, said, devices, token, here: "devices" };
    Ok(visit.page(status, &page)?)
}

fn device(visit: &Visit, session: &Session, is_this: bool) -> Result<Device, Problem> {
    let (now, words) = (visit.now()?, visit.words());
    Ok(Device {
        sid: session.sid.to_string(),
        name: named(visit, &session.device),
        client: application(visit, session),
        is_this,
        seen: when::ago(session.last_seen_at, now, words),
        begun: when::on(session.created_at, words),
    })
}

/// The application by the name that people know, if it is not Doorward itself.
fn application(visit: &Visit, session: &Session) -> Option<String> {
    if session.client == ClientId::default_client() {
        return None;
    }
    let name = visit.auth.client(Some(&session.client)).and_then(|client| client.name.clone());
    Some(name.unwrap_or_else(|| session.client.to_string()))
}

/// What was written down in English when the device signed in, in the language of the visitor.
fn named(visit: &Visit, device: &str) -> String {
    match device.split_once(" on ") {
        Some((browser, system)) => visit.words().fill("device-on", &[("browser", &browser), ("system", &system)]),
        None if device == "Unknown device" => visit.t("device-unknown"),
        None => device.to_owned(),
    }
}
