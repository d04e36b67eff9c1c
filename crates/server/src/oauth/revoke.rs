//! `POST /oauth/revoke` (RFC 7009): an application ends one of its tokens. The answer is the same for a token that was live,
//! that had ended, that is somebody else's or that is none, so that nobody learns anything from it.

use axum::extract::{Request, State};

use super::ask::Ask;
use super::{Answer, Fault, Refusal};
use crate::door::Door;
use crate::problem::Problem;
use crate::reply;

pub(crate) async fn revoke(State(door): State<Door>, request: Request) -> Answer {
    let ask = Ask::read(&door, request).await?;
    let token = ask.must("token")?;
    // A hint is a hint (section 2.1): both kinds look different enough. A word of another kind is a mistake, though.
    if !ask.get("token_type_hint").is_none_or(|hint| matches!(hint, "access_token" | "refresh_token")) {
        return Err(Fault::UnsupportedTokenType.into());
    }
    ask.auth.revoke_token(token, &ask.client).await.map_err(|error| Refusal::Problem(Problem::from(error)))?;
    Ok(reply::bytes(http::StatusCode::OK, "application/json", b"{}".to_vec()))
}
