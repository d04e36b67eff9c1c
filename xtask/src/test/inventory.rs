//! What the shipped binary answers, and what it does not: no debugging, no listing, no other method, no name of software.

use super::place::Place;
use super::served::Served;

/// What somebody who looks for a forgotten door asks for.
const LOOKED_FOR: [&str; 24] = [
    "/",
    "/.env",
    "/.git/config",
    "/actuator",
    "/admin",
    "/backup.sql",
    "/config",
    "/config.json",
    "/console",
    "/debug",
    "/debug/pprof/",
    "/debug/vars",
    "/doorward.db",
    "/doorward.toml",
    "/lab",
    "/metrics",
    "/phpinfo.php",
    "/root-secret",
    "/server-status",
    "/status",
    "/swagger",
    "/test",
    "/v1/",
    "/v1/test/reset",
];

/// Headers that an answer may have.
const HEADERS: [&str; 20] = [
    "allow",
    "access-control-allow-origin",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "location",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-request-id",
];

/// Walks over all of it.
///
/// # Errors
/// The first answer that should be another.
pub fn check(place: &Place) -> Result<(), String> {
    let served = Served::start(place, "")?;
    let ask = |method: &str, path: &str| {
        served.exchange(&format!("{method} {path} HTTP/1.1\r\nHost: door.example\r\nConnection: close\r\n\r\n"))
    };
    for path in LOOKED_FOR {
        let answer = ask("GET", path)?;
        // The first page may lead somewhere; nothing else that is looked for is there.
        let fits = if path == "/" { status(&answer) < 500 } else { status(&answer) == 404 };
        if !fits {
            return Err(format!("GET {path} is answered: {answer}"));
        }
        plain(&answer)?;
    }
    for method in ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "OPTIONS"] {
        for path in ["/v1/session", "/v1/sign-in", "/health/live"] {
            let answer = ask(method, path)?;
            if status(&answer) != 405 {
                return Err(format!("{method} {path} is answered: {answer}"));
            }
            plain(&answer)?;
        }
    }
    for path in ["/health/live", "/health/ready", "/.well-known/jwks.json", "/v1/session"] {
        plain(&ask("GET", path)?)?;
    }
    println!("{} paths, and no door that was forgotten", LOOKED_FOR.len());
    Ok(())
}

fn status(answer: &str) -> u16 {
    answer.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// No header but the known ones, and no name of what it is made of.
fn plain(answer: &str) -> Result<(), String> {
    let (head, _) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("no answer: {answer}"))?;
    let names = head.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name);
    for name in names {
        if !HEADERS.contains(&name) {
            return Err(format!("the header {name} is not known: {head}"));
        }
    }
    let lower = answer.to_lowercase();
    match ["hyper", "axum", "tokio", "rustls", "rust/", "panicked", env!("CARGO_PKG_VERSION")]
        .iter()
        .find(|word| lower.contains(*word))
    {
        Some(word) => Err(format!("{word} is told: {answer}")),
        None => Ok(()),
    }
}
