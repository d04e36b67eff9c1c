//! An application in its own name: the grant `client_credentials` (RFC 6749 section 4.4). Nobody has signed in, so there is
//! no session behind such a token: it says what the application may do, and lives as long as any access token.

use std::time::Duration;

use doorward_verify::Claims;

use crate::audit::Event;
use crate::auth::Auth;
use crate::directory::Client;
use crate::id;
use crate::issue::IssueError;
use crate::secret::Plain;
use crate::store::StoreError;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// The application may do nothing in its own name.
    #[error("the application has no permissions of its own")]
    NotAllowed,
    /// It wants what it has not.
    #[error("the application has not all of what it asks for")]
    Scope,
    /// Nothing could be drawn or signed.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// A token of an application.
#[expect(missing_debug_implementations, reason = "holds a secret")]
pub struct ClientToken {
    /// A JWT.
    pub access: Plain<String>,
    /// It ends after so long.
    pub expires_in: Duration,
    /// What it gives, with blanks between.
    pub scope: String,
}

impl Auth {
    /// A token for the application itself. `scope` names permissions with blanks between (RFC 6749 section 3.3); without it
    /// the token has all that the application has.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn client_token(&self, client: &Client, scope: Option<&str>) -> Result<ClientToken, GrantError> {
        let permissions = granted(client, scope)?;
        let now = self.now()?;
        let scope = permissions.join(" ");
        let claims = Claims {
            iss: self.policy().issuer.clone(),
            // Never the id of an account: those have another form.
            sub: client.id.to_string(),
            aud: match client.audiences.is_empty() {
                true => vec![self.policy().issuer.clone()],
                false => client.audiences.clone(),
            },
            client_id: client.id.to_string(),
            exp: now.plus(self.policy().access_token).as_secs(),
            iat: now.as_secs(),
            jti: id::draw_jti(self.rng()).map_err(IssueError::from)?,
            permissions,
            scope: Some(scope.clone()),
            ..Claims::default()
        };
        let access = self.signer().and_then(|signer| signer.sign_claims(&claims)).map_err(IssueError::from)?;
        self.note(Event::ClientTokenIssued, now).client(client.id.clone()).tell();
        Ok(ClientToken { access, expires_in: self.policy().access_token, scope })
    }
}

/// The rule: what a token may say of what was asked for.
fn granted(client: &Client, scope: Option<&str>) -> Result<Vec<String>, GrantError> {
    if client.permissions.is_empty() {
        return Err(GrantError::NotAllowed);
    }
    let Some(scope) = scope else { return Ok(client.permissions.clone()) };
    let asked: Vec<String> = scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let has_all = !asked.is_empty() && asked.iter().all(|word| client.permissions.contains(word));
    if has_all { Ok(asked) } else { Err(GrantError::Scope) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_gets_what_it_has_or_less_and_never_more() {
        let mut client = Client::new("api".parse().unwrap(), Vec::new());
        assert_eq!(granted(&client, None), Err(GrantError::NotAllowed));
        client.permissions = vec!["a".into(), "b".into()];
        assert_eq!(granted(&client, None), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(granted(&client, Some("b")), Ok(vec!["b".into()]));
        for more in ["c", "a c", "", " ", "A"] {
            assert_eq!(granted(&client, Some(more)), Err(GrantError::Scope), "{more:?}");
        }
    }
}
