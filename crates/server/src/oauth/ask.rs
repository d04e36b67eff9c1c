//! What comes in: parameters in the body only, each once (RFC 6749 section 3.2), together with who asks.

use std::sync::Arc;

use axum::extract::Request;
use doorward_core::Auth;
use doorward_core::directory::Client;
use doorward_core::throttle::Work;

use super::{Fault, Refusal, client};
use crate::body::{self, Form};
use crate::door::Door;
use crate::problem::Problem;

/// A request of OAuth, and the application that has shown that it is itself. Has no Debug: it holds a token.
pub(super) struct Ask {
    pub(super) auth: Auth,
    pub(super) client: Arc<Client>,
    /// Whether it has a secret, and has shown it.
    pub(super) confidential: bool,
    form: Form,
}

impl Ask {
    pub(super) async fn read(door: &Door, request: Request) -> Result<Self, Refusal> {
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(Fault::InvalidRequest("parameters stand in the body, where no log of requests has them").into());
        }
        let auth = door.acting(&request);
        let headers = request.headers().clone();
        let mut form = body::form(request).await?;
        let (client, confidential) = client::identify(&auth, &headers, &mut form)?;
        let work = if confidential { Work::Client(&client.id) } else { Work::Public(&client.id) };
        auth.admit_work(work).map_err(Problem::from)?;
        Ok(Self { auth: auth.as_client(&client.id), client, confidential, form })
    }

    /// A parameter, if it is there and says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        Some(self.form.text(name)).filter(|value| !value.is_empty())
    }

    pub(super) fn must(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or(Fault::InvalidRequest("a parameter is missing"))
    }
}
