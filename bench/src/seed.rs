//! A database with people in it, made through the walk itself, and what carries their sign-ins.

use std::path::Path;
use std::sync::Arc;

use doorward_core::accounts::NewAccount;
use doorward_core::auth::{Auth, Parts};
use doorward_core::clock::SystemClock;
use doorward_core::issue::Issued;
use doorward_core::password::{Cost, HashAnswer, Hasher, Presented};
use doorward_core::policy::{Policy, SignUp};
use doorward_core::records::Mode;
use doorward_core::rng::SystemRng;
use doorward_core::root::RootSecrets;
use doorward_core::secret::Plain;
use doorward_core::sign_in::SignIn;
use doorward_core::verify::Algorithm;
use doorward_store::SqliteStore;
use zeroize::Zeroizing;

use crate::Outcome;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
const SECRET: [u8; 32] = *b"a root secret for measuring onl\xff";

/// What carries one sign-in.
#[derive(Clone)]
pub(crate) struct Carried {
    pub(crate) token: String,
    pub(crate) refresh: Option<String>,
    pub(crate) csrf: String,
}

/// The configuration, the root secret and an empty database in a directory.
pub(crate) fn directory(at: &Path, port: u16) -> Outcome<()> {
    let hex: String = SECRET.iter().map(|b| format!("{b:02x}")).collect();
    let secret = at.join("root-secret");
    std::fs::write(&secret, hex)?;
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
    }
    let data = at.display();
    let text = format!(
        "[server]\npublic_url = \"https://127.0.0.1:{port}\"\nlisten = \"127.0.0.1:{port}\"\ndata = \"{data}\"\n\
         [log]\nlevel = \"error\"\n[throttle]\nfree_failures = 20\nper_minute = 100000\n[accounts]\nsign_up = \"open\"\n[tokens]\naccess_token = \"1h\"\n\
         [[clients]]\nid = \"default\"\nmodes = [\"session\", \"token\", \"hybrid\"]\n"
    );
    std::fs::write(at.join("doorward.toml"), text)?;
    Ok(())
}

/// The walk over the database in that directory, with passwords that cost nothing.
pub(crate) async fn auth(at: &Path, port: u16) -> Outcome<(Auth, SqliteStore)> {
    let store = SqliteStore::open(&at.join("doorward.db"))?;
    let shared = Arc::new(store.clone());
    let mut policy = Policy::new(format!("https://127.0.0.1:{port}"));
    policy.sign_up = SignUp::Open;
    policy.access_token = std::time::Duration::from_secs(3600);
    policy.clients[0].modes = Mode::ALL.to_vec();
    let parts = Parts {
        accounts: shared.clone(),
        sessions: shared.clone(),
        log: shared.clone(),
        keys: shared.clone(),
        audit: shared.clone(),
        directory: shared.clone(),
        devices: shared.clone(),
        passing: shared,
        clock: Arc::new(SystemClock::new()),
        rng: Arc::new(SystemRng::new()),
        hasher: Arc::new(Anything),
        policy,
        root: RootSecrets::new(&[Zeroizing::new(SECRET)])?,
        algorithm: Algorithm::Es256,
    };
    Ok((Auth::start(parts).await?, store))
}

/// That many people. The first one's password is hashed at the full cost, for sign-ins that are measured.
pub(crate) async fn people(auth: &Auth, count: usize) -> Outcome<()> {
    let mut tasks = Vec::new();
    for n in 0..count {
        let auth = auth.clone();
        tasks.push(tokio::spawn(async move {
            let password = Some(Plain::new(PASSWORD.to_owned()));
            let new = NewAccount { identifier: format!("person{n}"), password, display_name: None };
            auth.create_account(new).await.map(|_| ())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// That many sign-ins, spread over the people.
pub(crate) async fn sign_ins(auth: &Auth, people: usize, count: usize, mode: Mode) -> Outcome<Vec<Carried>> {
    let mut all = Vec::with_capacity(count);
    for chunk in (0..count).collect::<Vec<_>>().chunks(256) {
        let tasks: Vec<_> = chunk.iter().map(|n| tokio::spawn(sign_in(auth.clone(), n % people, mode))).collect();
        for task in tasks {
            all.push(task.await??);
        }
    }
    Ok(all)
}

async fn sign_in(auth: Auth, person: usize, mode: Mode) -> Outcome<Carried> {
    let signed_in = auth
        .sign_in(SignIn {
            identifier: format!("person{person}"),
            password: Plain::new(PASSWORD.to_owned()),
            client: None,
            mode: Some(mode),
            remember: false,
            device: "Firefox on Linux".into(),
            host: "127.0.0.1".into(),
            replaces: None,
            browser: None,
        })
        .await?;
    let sid = signed_in.session.sid;
    let csrf = auth.csrf_token(&sid)?;
    Ok(match signed_in.issued {
        Issued::Session(token) => Carried { token: token.expose().clone(), refresh: None, csrf },
        Issued::Pair(pair) => {
            let refresh = Some(pair.refresh.expose().clone());
            Carried { token: pair.access.expose().clone(), refresh, csrf }
        }
    })
}

/// Hashes once for all, and believes everybody.
#[derive(Debug)]
struct Anything;

impl Hasher for Anything {
    fn hash(&self, password: Plain<String>) -> HashAnswer<'_, String> {
        use std::sync::OnceLock;
        static HASH: OnceLock<String> = OnceLock::new();
        Box::pin(async move {
            let make = || doorward_core::password::Worker::new().hash(&password, &[7; 16], Cost::DEFAULT);
            Ok(HASH.get_or_init(|| make().unwrap_or_default()).clone())
        })
    }

    fn verify(&self, _password: Presented, _stored: String) -> HashAnswer<'_, bool> {
        Box::pin(std::future::ready(Ok(true)))
    }

    fn cost(&self) -> Cost {
        Cost::DEFAULT
    }
}
