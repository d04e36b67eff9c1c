//! A service in axum that follows the feed: it refuses a token within milliseconds of its end, without asking at each request.
//!
//! ```sh
//! cargo run --release -- serve --dev                                                  # in one terminal
//! cargo run --release -- client add articles --mode token --secret                    # in another: prints the secret
//! cargo run -p doorward-verify --example service --features fetch,axum -- http://127.0.0.1:8080 articles SECRET
//! curl -i http://127.0.0.1:3000/ -H "Authorization: Bearer $TOKEN"                    # and again after a sign-out
//! ```

use axum::Router;
use axum::routing::get;
use doorward_verify::fetch::{Reach, Settings};
use doorward_verify::tower::{GuardLayer, RequireLayer};
use doorward_verify::{Algorithm, Demand, OnSilence, Principal, Rule};

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "an example has nobody who hands it arguments")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [issuer, client, secret] = arguments.as_slice() else {
        return Err("usage: service ISSUER CLIENT SECRET".into());
    };
    let following = Settings::new(issuer, issuer.as_str(), [Algorithm::Es256])
        .client(client, secret)
        .reach(Reach::Loopback) // an issuer on this machine; leave it out for one by https
        .on_event(|event| println!("{event:?}"))
        .start()?;
    following.ready().await;

    let guard = GuardLayer::new(following.guard());
    // Whoever only reads rather hears something old than nothing, when the issuer is away.
    let reading = guard.clone().rule(Rule { on_silence: OnSilence::AcceptAndFlag, ..following.guard().its_rule() });
    let editors = RequireLayer::new(Demand::default().permission("articles:write"));
    let on = |path: &str| Router::new().route(path, get(who));
    let service =
        on("/write").layer(editors).layer(guard.clone()).merge(on("/read").layer(reading)).merge(on("/").layer(guard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, service).await?;
    Ok(())
}

async fn who(somebody: Principal) -> String {
    let age = somebody.revocation_age().map_or("unknown".into(), |age| format!("{} ms", age.as_millis()));
    format!("{}, by what was known {age} ago, accepted blindly: {}\n", somebody.subject(), somebody.is_flagged())
}
