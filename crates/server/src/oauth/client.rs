//! Which application asks: by HTTP Basic or by the body (RFC 6749 section 2.3.1), never by both. One that has no secret names
//! itself.

use std::sync::Arc;

use doorward_core::Auth;
use doorward_core::directory::Client;
use doorward_core::secret::Plain;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::Fault;
use crate::basic;
use crate::body::Form;

/// The application, and whether it has shown a secret. One that has secrets must show one.
pub(super) fn identify(auth: &Auth, headers: &HeaderMap, form: &mut Form) -> Result<(Arc<Client>, bool), Fault> {
    let named = form.text("client_id").to_owned();
    let secret = Some(form.secret("client_secret")).filter(|secret| !secret.expose().is_empty());
    let shown = basic::shown(auth, headers).map_err(|_| Fault::InvalidClient { by_header: true })?;
    if shown.is_none() && headers.contains_key(AUTHORIZATION) {
        return Err(Fault::InvalidClient { by_header: true });
    }
    match (shown, secret) {
        (Some(_), Some(_)) => Err(Fault::InvalidRequest("an application shows its secret in one place")),
        (Some(shown), None) if !named.is_empty() && named != shown.client.as_str() => {
            Err(Fault::InvalidRequest("two applications are named"))
        }
        (Some(shown), None) => found(auth.client(Some(&shown.client)), true),
        (None, Some(secret)) => found(prove(auth, &named, &secret), true),
        (None, None) => found(public(auth, &named), false),
    }
}

fn found(client: Option<Arc<Client>>, confidential: bool) -> Result<(Arc<Client>, bool), Fault> {
    client.map(|client| (client, confidential)).ok_or(Fault::InvalidClient { by_header: false })
}

fn prove(auth: &Auth, id: &str, secret: &Plain<String>) -> Option<Arc<Client>> {
    auth.client_by_secret(&id.parse().ok()?, secret.expose())
}

fn public(auth: &Auth, id: &str) -> Option<Arc<Client>> {
    auth.client(Some(&id.parse().ok()?)).filter(|client| client.secrets.is_empty())
}
