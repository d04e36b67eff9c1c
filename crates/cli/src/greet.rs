//! What a person at the terminal, or a script that waits, wants to know first: the address, what to try, and that
//! requests are answered from this moment on. To standard output; the log goes to standard error.

use std::net::SocketAddr;

use doorward_core::Auth;

use crate::config::Config;
use crate::output;

/// Where requests are answered.
pub(crate) struct Places {
    pub(crate) everybody: SocketAddr,
    /// Plain HTTP, to be sent to https.
    pub(crate) http: Option<SocketAddr>,
    pub(crate) operators: Option<SocketAddr>,
}

/// Says that requests are answered. A script waits for the line that begins with `Ready`.
pub(crate) fn ready(config: &Config, places: &Places) {
    let (version, url) = (env!("CARGO_PKG_VERSION"), &config.policy.issuer);
    let address = places.everybody;
    tracing::info!(event = "ready", version, %url, listen = %address, "requests are answered");
    output::print(&match config.dev {
        true => to_try(config),
        false => format!("Doorward {version} at {url}, listening on {address}\n{}Ready.\n", besides(places)),
    });
}

fn besides(places: &Places) -> String {
    let http = places.http.map(|at| format!("Plain HTTP on {at}, to send pages to https\n"));
    let operators = places.operators.map(|at| format!("Operators: http://{at}/metrics\n"));
    [http, operators].into_iter().flatten().collect()
}

/// Says how the first administrator is made, where there is none. Nobody waits for it: with many accounts it takes a moment.
pub(crate) async fn administrator(auth: Auth) {
    if matches!(auth.has_administrator().await, Ok(false)) {
        let hint = "nobody administers this server yet: `doorward setup-link` makes a link for the first administrator";
        tracing::info!(event = "no_administrator", "{hint}");
    }
}

fn to_try(config: &Config) -> String {
    let (url, data) = (&config.policy.issuer, config.data.display());
    let [sign_up, sign_in, who] = curl_lines(url);
    let pages = match config.pages {
        true => format!("Open {url}/sign-up in a browser, or try"),
        false => "Try".to_owned(),
    };
    format!(
        "Doorward {} for development at {url} (this machine only, everybody may sign up)
Data in {data}

{pages} it in another terminal. Sign up:

  {sign_up}

Sign in, keeping the cookie in the file jar:

  {sign_in}

Who am I?

  {who}

Ready.
",
        env!("CARGO_PKG_VERSION")
    )
}

/// Sign up, sign in, who am I. A request that changes something says where it comes from, as a browser does: with a cookie
/// and without that it would be refused.
fn curl_lines(url: &str) -> [String; 3] {
    let headers = format!("-H 'Content-Type: application/json' -H 'Origin: {url}'");
    let ada = r#"{"identifier":"ada@example.org","password":"correct horse battery staple"}"#;
    [
        format!("curl -s {url}/v1/accounts {headers} -d '{ada}'"),
        format!("curl -s -c jar {url}/v1/sign-in {headers} -d '{ada}'"),
        format!("curl -s -b jar {url}/v1/session"),
    ]
}
