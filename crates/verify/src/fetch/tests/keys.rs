//! The keys of an issuer that is slow, huge, wrong, changing or lying.

use super::*;

const SIGNATURE: Rule = Rule {
    policy: Policy::Signature,
    on_silence: crate::OnSilence::Unavailable,
    refuse_after: Duration::from_secs(60),
};

async fn check(following: &Following, token: &str) -> Result<(), CheckError> {
    following.guard().check(token, Via::Header, &SIGNATURE).await.map(|_| ())
}

#[tokio::test]
async fn keys_are_fetched_at_the_start_and_a_token_that_comes_before_them_waits() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let (issuer, _streams) = Issuer::start().await;
    issuer.keys([jwks(&signing.keys())]);
    let following = issuer.settings().rule(SIGNATURE).clock(Moved::new()).start().unwrap();
    assert_eq!(check(&following, &token(&issuer, &signing)).await, Ok(()));
    assert_eq!(issuer.keys_asked(), 1);
    let request = issuer.shared.requests.lock().unwrap()[0].to_lowercase();
    assert!(!request.contains("authorization:") && !request.contains("cookie:"), "keys are public: {request}");
}

/// The last good keys stay whatever comes after them, and every fault is told.
#[tokio::test]
async fn whatever_an_issuer_answers_the_last_good_keys_stay() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let good = signing.keys();
    let json = |text: String| ok("application/json", text);
    let key = good.to_json().strip_prefix("{\"keys\":[").unwrap().strip_suffix("]}").unwrap().to_owned();
    let faults = [
        (status("500 Internal Server Error"), FetchError::Status(500)),
        (status("302 Found\r\nlocation: http://127.0.0.1:1/"), FetchError::Status(302)),
        (ok("text/html", "<html>"), FetchError::Unusable),
        (json("{}".into()), FetchError::Unusable),
        (json("{\"keys\":[]}".into()), FetchError::Unusable),
        (json(format!("{{\"keys\":[{key},{key}]}}")), FetchError::Unusable),
        (json(format!("{{\"keys\":[{key},{{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AAAA\"}}]}}")), FetchError::Unusable),
        (json(format!("{{\"keys\":[{}]}}", key.replacen('{', "{\"d\":\"AAAA\",", 1))), FetchError::Unusable),
        (json(format!("{{\"keys\":[{}]}}", key.replace("Ed25519\"", "ES256\""))), FetchError::Unusable),
        (Answer::Endless(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec()), FetchError::TooLarge),
        (ok("application/json", vec![b' '; crate::jwk::LARGEST_SET + 1]), FetchError::TooLarge),
        (
            Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{".to_vec()),
            FetchError::Connection,
        ),
    ];
    let (issuer, _streams) = Issuer::start().await;
    for (fault, error) in faults {
        issuer.keys([fault.clone()]);
        let (listener, mut told) = events();
        let client = Client::new(&issuer.url, Reach::Loopback, Vec::new(), None).unwrap();
        let verifier = Verifier::builder(&issuer.url, AUDIENCE).algorithms([Algorithm::Ed25519]).keys(good.clone());
        let verifier = Arc::new(verifier.build().unwrap());
        let keys = Keys::new(client, verifier.clone(), Moved::new(), Arc::new(listener));
        let keeping = tokio::spawn(keys.keep());
        assert_eq!(told.recv().await, Some(Event::KeysFailed(error)), "{error}");
        assert!(verifier.verify(token(&issuer, &signing).as_bytes(), crate::tests::NOW).is_ok(), "{error}");
        keeping.abort();
    }
}

#[tokio::test]
async fn keys_for_other_things_are_passed_over() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let other = "{\"kty\":\"RSA\",\"use\":\"enc\",\"kid\":\"e\"},{\"kty\":\"AKP\",\"kid\":\"x\"},{\"kty\":\"EC\",\"crv\":\"P-521\",\"kid\":\"y\"}";
    let text = signing.keys().to_json().replace("[", &format!("[{other},"));
    let (issuer, _streams) = Issuer::start().await;
    issuer.keys([ok("application/json; charset=utf-8", text)]);
    let following = issuer.settings().rule(SIGNATURE).clock(Moved::new()).start().unwrap();
    assert_eq!(check(&following, &token(&issuer, &signing)).await, Ok(()));
    assert_eq!(following.guard().verifier().keys().len(), 1);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_or_never_ends_is_given_up() {
    let (issuer, _streams) = Issuer::start().await;
    let mut client = Client::new(&issuer.url, Reach::Loopback, Vec::new(), None).unwrap();
    assert_eq!(client.patience, Duration::from_secs(5));
    client.patience = Duration::from_millis(100);
    let ask =
        client::Ask { path: "/.well-known/jwks.json", accept: "application/json", with_credentials: false, largest: 9 };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
    for slow in [Answer::Never, Answer::Stalls(head.into()), Answer::Stalls(b"HTTP/1.1 200".to_vec())] {
        issuer.keys([slow]);
        assert_eq!(client.get(&ask).await.unwrap_err().error, FetchError::TooSlow);
    }
}

/// Ten thousand tokens, each with a key of its own invention.
#[tokio::test]
async fn ten_thousand_unknown_keys_cost_one_fetch_and_good_tokens_go_on_being_verified() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let (issuer, _streams) = Issuer::start().await;
    issuer.keys([jwks(&signing.keys())]);
    let clock = Moved::new();
    let following = issuer.settings().rule(SIGNATURE).clock(clock.clone()).start().unwrap();
    let good = token(&issuer, &signing);
    assert_eq!(check(&following, &good).await, Ok(()));
    let payload = good.split('.').nth(1).unwrap();
    let unknown = |n: usize| {
        let header = format!("{{\"alg\":\"Ed25519\",\"typ\":\"at+jwt\",\"kid\":\"key-{n}\"}}");
        format!("{}.{payload}.AAAA", crate::base64url::encode(header.as_bytes()))
    };
    for round in 1..=2 {
        clock.advance(31);
        let mut asking = JoinSet::new();
        for n in 100..5100 {
            let (guard, token) = (following.guard(), unknown(n));
            asking.spawn(async move { guard.check(&token, Via::Header, &SIGNATURE).await.map(|_| ()) });
        }
        while let Some(asked) = asking.join_next().await {
            assert_eq!(asked.unwrap(), Err(CheckError::Refused(VerifyError::UnknownKey)));
        }
        assert_eq!(check(&following, &good).await, Ok(()));
        assert_eq!(issuer.keys_asked(), 1 + round);
    }
}

#[tokio::test]
async fn a_token_under_a_new_key_is_accepted_without_waiting_for_the_next_round() {
    let (old, new) = (Signing::new(Algorithm::Ed25519, "old"), Signing::new(Algorithm::Ed25519, "new"));
    let both = KeySet::new(vec![old.public.clone(), new.public.clone()]).unwrap();
    let (issuer, _streams) = Issuer::start().await;
    issuer.keys([jwks(&old.keys()), jwks(&both)]);
    let clock = Moved::new();
    let following = issuer.settings().rule(SIGNATURE).clock(clock.clone()).start().unwrap();
    assert_eq!(check(&following, &token(&issuer, &old)).await, Ok(()));
    let fresh = token(&issuer, &new);
    let refused = check(&following, &fresh).await;
    assert_eq!(refused, Err(CheckError::Refused(VerifyError::UnknownKey)), "asked a moment ago");
    clock.advance(29);
    assert!(check(&following, &fresh).await.is_err() && issuer.keys_asked() == 1);
    clock.advance(1);
    assert_eq!(check(&following, &fresh).await, Ok(()));
    assert_eq!(check(&following, &token(&issuer, &old)).await, Ok(()));
}

#[tokio::test]
async fn keys_that_could_not_be_fetched_for_a_day_are_not_trusted_any_more_and_that_is_503() {
    let signing = Signing::new(Algorithm::Ed25519, "key-1");
    let (issuer, _streams) = Issuer::start().await;
    issuer.keys([jwks(&signing.keys())]);
    let (clock, (listener, mut told)) = (Moved::new(), events());
    let following = issuer.settings().rule(SIGNATURE).clock(clock.clone()).on_event(listener).start().unwrap();
    until(&mut told, Event::NewKeys).await;
    issuer.keys([status("500 Internal Server Error")]);
    let stranger = token(&issuer, &Signing::new(Algorithm::Ed25519, "key-2"));
    clock.advance(24 * 3600);
    let refused = Err(CheckError::Refused(VerifyError::UnknownKey));
    assert_eq!(check(&following, &stranger).await, refused, "a day is the limit");
    clock.advance(31);
    assert_eq!(check(&following, &stranger).await, Err(CheckError::Unavailable));
    until(&mut told, Event::KeysTooOld).await;
    issuer.keys([jwks(&signing.keys())]);
    clock.advance(31);
    assert_eq!(check(&following, &token(&issuer, &signing)).await, Ok(()));
}

/// A clock that is moved by hand.
pub(super) struct Moved(Mutex<Duration>);

impl Moved {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Duration::from_secs(1000))))
    }

    pub(super) fn advance(&self, secs: u64) {
        *self.0.lock().unwrap() += Duration::from_secs(secs);
    }
}

impl Clock for Moved {
    fn now(&self) -> Option<Timestamp> {
        Some(crate::tests::NOW)
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}
