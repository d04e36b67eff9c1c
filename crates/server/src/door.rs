//! What every handler holds, and how the routes are put together.

use std::sync::Arc;

use axum::Router;
use doorward_core::Auth;
use doorward_core::verify::present::CookieNames;

use crate::admit::Admission;
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::origin::Origins;
use crate::pages::Assets;
use crate::{api, cookie};

/// What every handler holds. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Door {
    inner: Arc<Inner>,
}

struct Inner {
    auth: Auth,
    options: Options,
    names: CookieNames,
    origins: Origins,
    metrics: Metrics,
    admission: Admission,
    feed: Arc<Feed>,
    assets: Assets,
}

impl Door {
    fn new(auth: Auth, options: Options) -> Self {
        let names = cookie::names(options.dev);
        let origins = Origins::new(&options.public_url, options.dev);
        let admission = Admission::new(&options);
        let assets = Assets::new(&options.brand);
        let (metrics, feed) = (Metrics::default(), Feed::new(&auth));
        Self { inner: Arc::new(Inner { auth, options, names, origins, metrics, admission, feed, assets }) }
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.inner.auth
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn names(&self) -> &CookieNames {
        &self.inner.names
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.inner.origins
    }

    pub(crate) fn admission(&self) -> &Admission {
        &self.inner.admission
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.inner.assets
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.inner.feed
    }
}

/// All routes of Doorward, by who asks.
#[derive(Debug, Clone)]
pub struct Routers {
    /// What [`router`] gives.
    pub everybody: Router,
    /// `/health/live`, `/health/ready` and `/metrics`, for a listener that only operators' machines reach: it answers to any
    /// host, and in the clear.
    pub operators: Router,
}

/// As [`router`], with a second one for operators that knows what the first one does.
pub fn routers(auth: Auth, options: Options) -> Routers {
    let door = Door::new(auth, options);
    Routers { everybody: api::routes(&door), operators: api::for_operators(&door) }
}

/// All routes of Doorward, to serve alone or to mount in an application. Let [`tend`](fn@crate::tend) run beside it.
pub fn router(auth: Auth, options: Options) -> Router {
    api::routes(&Door::new(auth, options))
}
