//! What can only be told from inside: verification beside the bare signature check, refreshes beside bare commits.

use doorward_core::Auth;
use doorward_core::id::ClientId;
use doorward_core::records::Mode;
use doorward_store::SqliteStore;
use doorward_verify::{Algorithm, Timestamp, Verifier, jws, typ};
use serde_json::{Map, Value};

use super::note;
use crate::Outcome;
use crate::process::now;
use crate::seed::{self, Carried};

pub(crate) async fn measure(auth: &Auth, store: &SqliteStore, figures: &mut Map<String, Value>) -> Outcome<()> {
    typical_token(auth, figures)?;
    refreshes(auth, store, figures).await
}

/// First sight of a token: everything but the signature check itself.
fn typical_token(auth: &Auth, figures: &mut Map<String, Value>) -> Outcome<()> {
    let signer = auth.keyring().signer()?;
    let now_at = auth.clock().now()?;
    let claims = |n: u64| typical_claims(&auth.policy().issuer, n, now_at);
    let tokens = (0..2000).map(|n| signer.sign_claims(&claims(n))).collect::<Result<Vec<_>, _>>()?;
    note(figures, "access_token_bytes", tokens[0].expose().len() as f64);
    let issuer = auth.policy().issuer.as_str();
    let keys = auth.keyring().published();
    let verifier =
        Verifier::builder(issuer, issuer).algorithms([Algorithm::Es256]).keys(keys.clone()).cache(0).build()?;
    let cached = Verifier::builder(issuer, issuer).algorithms([Algorithm::Es256]).keys(keys.clone()).build()?;
    let key = keys.by_kid(signer.kid()).ok_or("the signer's key is published")?;
    let (mut raw, mut cold) = (0.0, 0.0);
    for chunk in tokens.chunks(100) {
        let begun = now();
        for token in chunk {
            let (signed, signature) = token.expose().rsplit_once('.').ok_or("three parts")?;
            let signature = doorward_verify::base64url::decode(signature.as_bytes()).ok_or("base64url")?;
            assert!(key.verify_signature(signed.as_bytes(), &signature), "our own signature");
        }
        raw += begun.elapsed().as_secs_f64();
        let begun = now();
        for token in chunk {
            verifier.verify(token.expose().as_bytes(), now_at)?;
        }
        cold += begun.elapsed().as_secs_f64();
    }
    note(figures, "token_cold_us_over_raw", (cold - raw) * 1e6 / tokens.len() as f64);
    note(figures, "token_raw_us", raw * 1e6 / tokens.len() as f64);
    for token in &tokens {
        cached.verify(token.expose().as_bytes(), now_at)?;
    }
    let begun = now();
    for _ in 0..50 {
        for token in &tokens[..200] {
            cached.verify(token.expose().as_bytes(), now_at)?;
        }
    }
    note(figures, "token_cached_ns", begun.elapsed().as_secs_f64() * 1e9 / 10_000.0);
    let _ = (jws::LONGEST_TOKEN, typ::ACCESS_TOKEN);
    Ok(())
}

fn typical_claims(issuer: &str, n: u64, now: Timestamp) -> doorward_verify::Claims {
    doorward_verify::Claims {
        iss: issuer.into(),
        sub: "AAAAAAAAAAAAAAAAAAAAAA".into(),
        aud: vec![issuer.into()],
        client_id: "default".into(),
        exp: now.as_secs() + 300,
        iat: now.as_secs(),
        jti: format!("{n:022}"),
        sid: Some("AAAAAAAAAAAAAAAAAAAAAA".into()),
        ver: Some(3),
        auth_time: Some(now.as_secs()),
        amr: vec!["pwd".into()],
        acr: Some("urn:doorward:pwd".into()),
        roles: vec!["editor".into(), "reviewer".into(), "author".into()],
        permissions: vec!["articles:read".into(), "articles:write".into(), "comments:moderate".into()],
        ..doorward_verify::Claims::default()
    }
}

/// Refreshes of 64 clients at once, each durable, beside rows committed one by one by the same library to the same disk.
async fn refreshes(auth: &Auth, store: &SqliteStore, figures: &mut Map<String, Value>) -> Outcome<()> {
    let carried = seed::sign_ins(auth, super::PEOPLE, super::CONNECTIONS, Mode::Token).await?;
    let mut clients = carried;
    let (mut refreshed, mut refresh_seconds, mut committed, mut commit_seconds) = (0.0, 0.0, 0.0, 0.0);
    let commits_before = store.commits();
    for _ in 0..5 {
        let begun = now();
        let tasks: Vec<_> = clients.drain(..).map(|c| tokio::spawn(twenty(auth.clone(), c))).collect();
        for task in tasks {
            clients.push(task.await??);
            refreshed += 20.0;
        }
        refresh_seconds += begun.elapsed().as_secs_f64();
        let begun = now();
        committed += bare_commits(400)?;
        commit_seconds += begun.elapsed().as_secs_f64();
    }
    note(figures, "refresh_over_commit", refreshed / refresh_seconds / (committed / commit_seconds));
    note(figures, "refreshes_per_second", refreshed / refresh_seconds);
    note(figures, "refreshes_per_commit", refreshed / (store.commits() - commits_before) as f64);
    Ok(())
}

async fn twenty(auth: Auth, mut carried: Carried) -> Outcome<Carried> {
    let client = ClientId::default_client();
    for _ in 0..20 {
        let token = carried.refresh.take().ok_or("a pair")?;
        let next = auth.refresh(&token, &client, Mode::Token).await?;
        if let doorward_core::issue::Issued::Pair(pair) = next.issued {
            carried.refresh = Some(pair.refresh.expose().clone());
        }
    }
    Ok(carried)
}

fn bare_commits(count: u32) -> Outcome<f64> {
    let directory = tempfile::tempdir()?;
    let connection = rusqlite::Connection::open(directory.path().join("bare.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE rows (id INTEGER PRIMARY KEY, record BLOB NOT NULL)")?;
    let mut statement = connection.prepare("INSERT INTO rows (record) VALUES (?1)")?;
    for _ in 0..count {
        statement.execute([[7u8; 160].as_slice()])?;
    }
    Ok(f64::from(count))
}
