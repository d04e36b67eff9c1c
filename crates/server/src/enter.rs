//! Signing in from a request, whether JSON or a form asked for it.

use doorward_core::Auth;
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use doorward_core::secret::Plain;
use doorward_core::sign_in::{SignIn, SignedIn};
use http::HeaderMap;

use crate::door::Door;
use crate::problem::Problem;
use crate::{cookie, credential, device};

/// What was asked for.
pub(crate) struct Enter {
    pub(crate) identifier: String,
    pub(crate) password: Plain<String>,
    pub(crate) client: Option<ClientId>,
    pub(crate) mode: Option<Mode>,
    pub(crate) remember: bool,
}

/// Signs in, unless another site asked for it. A live sign-in of the same browser is replaced.
pub(crate) async fn enter(door: &Door, auth: &Auth, headers: &HeaderMap, ask: Enter) -> Result<SignedIn, Problem> {
    let found = credential::present(door, headers)?;
    credential::from_our_pages(door, headers, &found)?;
    let replaces = credential::live_session(door, &found).await?;
    let ask = SignIn {
        identifier: ask.identifier,
        password: ask.password,
        client: ask.client,
        mode: ask.mode,
        remember: ask.remember,
        device: device::name(headers),
        host: device::host(headers),
        replaces,
        browser: cookie::device(door.options(), headers),
    };
    Ok(auth.sign_in(ask).await?)
}
