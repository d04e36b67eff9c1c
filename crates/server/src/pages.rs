//! The pages that people see, one file each. They are complete without a script; scripts only make them more pleasant.
//!
//! A page does what the API does, by the same steps of the walk. It reads ([`visit`]), lets nobody send a form that was not
//! shown to them ([`guard`]), and answers with another page or with 303, so that nothing is sent twice by going back. What
//! goes wrong is said in the language of the visitor, above the form or beside the field ([`said`]), with everything that
//! was typed but the passwords; where there is no form, by the page in [`problem`].

use axum::routing::{MethodRouter, get, post};
use doorward_core::Auth;
use doorward_core::records::Mode;

use crate::door::Door;

pub(crate) use assets::Assets;
pub(crate) use form_page::Told;
pub(crate) use visit::Visit;

mod account;
mod assets;
mod devices;
mod field;
mod form_page;
mod guard;
mod invite;
mod language;
mod link;
mod name;
mod password;
pub(crate) mod problem;
mod reset;
mod resume;
mod root;
mod said;
mod setup;
mod sign_in;
mod sign_out;
mod sign_up;
mod to;
mod visit;
mod when;
mod words;

/// Every page with its methods.
pub(crate) fn table() -> Vec<(&'static str, &'static str, MethodRouter<Door>)> {
    vec![
        ("/", "GET,HEAD", get(root::show)),
        ("/sign-in", "GET,HEAD,POST", get(sign_in::show).post(sign_in::submit)),
        ("/sign-up", "GET,HEAD,POST", get(sign_up::show).post(sign_up::submit)),
        ("/sign-out", "GET,HEAD,POST", get(sign_out::show).post(sign_out::submit)),
        ("/setup", "GET,HEAD,POST", get(setup::show).post(setup::submit)),
        ("/invite", "GET,HEAD,POST", get(invite::show).post(invite::submit)),
        ("/reset", "GET,HEAD,POST", get(reset::show).post(reset::submit)),
        ("/continue", "GET,HEAD,POST", get(resume::show).post(resume::submit)),
        ("/account", "GET,HEAD", get(account::show)),
        ("/account/name", "GET,HEAD,POST", get(name::show).post(name::submit)),
        ("/account/password", "GET,HEAD,POST", get(password::show).post(password::submit)),
        ("/account/devices", "GET,HEAD,POST", get(devices::show).post(devices::submit)),
        ("/language", "POST", post(language::submit)),
        ("/.well-known/change-password", "GET,HEAD", get(root::change_password)),
        ("/assets/{name}", "GET,HEAD", get(assets::show)),
    ]
}

/// How somebody who signs in on a page is carried: in cookies, as the built-in client may be. Without a mode that has cookies
/// nobody signs in on a page.
fn mode(auth: &Auth) -> Option<Mode> {
    let modes = &auth.client(None)?.modes;
    [Mode::Session, Mode::Hybrid].into_iter().find(|mode| modes.contains(mode))
}
