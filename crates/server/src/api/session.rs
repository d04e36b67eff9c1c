//! `GET /v1/session`: who am I? The request that is asked most.

use axum::extract::{Request, State};

use super::{Answer, head};
use crate::door::Door;
use crate::{credential, reply};

pub(super) async fn who_am_i(State(door): State<Door>, request: Request) -> Answer {
    let (method, headers) = head(&request);
    let caller = credential::caller(&door, method, headers).await?;
    let token = match caller.by_cookie {
        true => Some(door.auth().csrf_token(&caller.session.sid)?),
        false => None,
    };
    Ok(reply::who(&caller.session, &caller.account, token.as_deref()))
}
