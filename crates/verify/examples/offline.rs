//! Verification and nothing else: a key set from a file, a token from the command line, no network.
//!
//! ```sh
//! curl -s http://127.0.0.1:8080/.well-known/jwks.json > keys.json
//! cargo run -p doorward-verify --example offline -- keys.json http://127.0.0.1:8080 "$TOKEN"
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_verify::{Algorithm, KeySet, Timestamp, Verifier};

#[expect(clippy::disallowed_methods, reason = "an example has nobody who hands it arguments and the time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [keys, issuer, token] = arguments.as_slice() else {
        return Err("usage: offline KEYS.JSON ISSUER TOKEN".into());
    };
    let verifier = Verifier::builder(issuer, issuer.as_str())
        .algorithms([Algorithm::Es256])
        .keys(KeySet::from_json(&std::fs::read(keys)?)?)
        .build()?;
    let since: Duration = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let now = Timestamp::from_millis(i64::try_from(since.as_millis())?);
    match verifier.verify(token.as_bytes(), now) {
        Ok(good) => println!("{} by {}, until {}", good.claims.sub, good.claims.client_id, good.claims.exp),
        Err(error) => println!("refused: {}", error.reason()),
    }
    Ok(())
}
