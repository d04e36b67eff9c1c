//! Private halves of signing keys, and root secrets: they are in no answer, no line, no metric, and in no copy of the
//! database.

use std::sync::Arc;

use doorward_core::root::RootSecrets;
use doorward_core::store::Keys as _;
use doorward_core::verify::base64url;
use doorward_store::SqliteStore;
use serde_json::Value;

use crate::house::{House, Running, client, doorward, run};

/// What must be nowhere: secret bytes, and every way in which a program would write them down.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().map(|b| format!("{b:02x}")).collect();
    let url = base64url::encode(secret);
    let plain = url.replace('-', "+").replace('_', "/");
    let list = format!("{secret:?}");
    let texts = [hex.to_uppercase(), hex, url, plain, list[1..list.len() - 1].to_owned()];
    texts.into_iter().map(String::into_bytes).chain([secret.to_vec()]).collect()
}

fn holds(place: &[u8], secret: &[u8]) -> bool {
    forms(secret).iter().any(|form| place.windows(form.len()).any(|window| window == form))
}

fn root_secrets(house: &House) -> Vec<[u8; 32]> {
    let text = std::fs::read_to_string(house.data().join("root-secret")).unwrap();
    let byte = |line: &str, n: usize| u8::from_str_radix(&line[2 * n..2 * n + 2], 16).unwrap();
    text.lines().map(|line| std::array::from_fn(|n| byte(line, n))).collect()
}

/// As whoever has both the database and the secret: the middle of each key's private half.
async fn private_halves(house: &House) -> Vec<Vec<u8>> {
    let roots: Vec<_> = root_secrets(house).into_iter().map(Into::into).collect();
    let root = RootSecrets::new(&roots).unwrap();
    let store = Arc::new(SqliteStore::open(&house.data().join("doorward.db")).unwrap());
    let mut halves = Vec::new();
    for key in store.all().await.unwrap().keys {
        let pkcs8 = root.open(&format!("signing key {}", key.kid), &key.sealed).unwrap();
        // The private value stands behind one of these marks (RFC 5915, RFC 8410); an RSA key has its primes in the second half.
        let marks: [&[u8]; 2] = [&[2, 1, 1, 4, 32], &[4, 34, 4, 32]];
        let small = marks.iter().find_map(|mark| {
            let at = pkcs8.windows(mark.len()).position(|window| window == *mark)? + mark.len();
            pkcs8.get(at..at + 32).filter(|_| pkcs8.len() < 300)
        });
        halves.push(small.unwrap_or_else(|| &pkcs8[pkcs8.len() / 2..][..64]).to_vec());
    }
    halves
}

async fn over_http(server: &Running) -> Vec<u8> {
    let mut all = Vec::new();
    for path in ["/.well-known/jwks.json", "/metrics", "/health/ready", "/v1/session", "/nothing"] {
        all.extend(client().get(format!("{}{path}", server.url)).send().await.unwrap().bytes().await.unwrap());
    }
    all
}

fn what_operators_see(house: &House) -> Vec<u8> {
    let mut all = Vec::new();
    let asked: [&[&str]; 7] = [
        &["key", "list"],
        &["secret", "list"],
        &["audit", "tail"],
        &["key", "rotate", "--now"],
        &["secret", "rotate"],
        &["key", "add", "--algorithm", "ES256"],
        &["key", "distrust", "nonsense"],
    ];
    for arguments in asked {
        let said = house.operator(arguments);
        all.extend((said.out + &said.err).into_bytes());
    }
    for arguments in [["config", "example"], ["config", "schema"]] {
        all.extend(run(doorward(&arguments), "").out.into_bytes());
    }
    all
}

#[tokio::test]
async fn no_private_half_and_no_root_secret_is_in_anything_that_leaves_the_server_or_in_a_copy_of_the_database() {
    let house = House::new();
    let mut command = house.dev();
    command.env("DOORWARD__LOG__LEVEL", "debug").env("DOORWARD__LOG__FORMAT", "json");
    let server = Running::start(command);
    server.sign_up("ada@example.org").await;
    let pair = server.tokens("ada@example.org").await;
    for algorithm in ["Ed25519", "EdDSA", "RS256"] {
        house.operator(&["key", "add", "--algorithm", algorithm]).json();
    }
    let mut places = vec![("an operator's answer", what_operators_see(&house))];
    places.push(("an answer over HTTP", over_http(&server).await));
    places.push(("a token", Value::to_string(&pair).into_bytes()));
    places.push(("the log", server.stop().into_bytes()));
    places.push(("the database", std::fs::read(house.data().join("doorward.db")).unwrap()));
    let roots = root_secrets(&house).into_iter().map(|secret| secret.to_vec());
    let secrets: Vec<Vec<u8>> = private_halves(&house).await.into_iter().chain(roots).collect();
    assert_eq!(secrets.len(), 7 + 2, "seven keys, two root secrets");
    for secret in &secrets {
        for (place, bytes) in &places {
            assert!(!holds(bytes, secret), "a secret is in {place}");
        }
    }
    assert!(forms(&secrets[0]).iter().all(|form| holds(&[b"x", form.as_slice(), b"x"].concat(), &secrets[0])));
}
