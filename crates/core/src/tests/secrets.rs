//! What a dump shows, and what chance decides.

use super::*;
use crate::rng::SystemRng;
use crate::wire;
use doorward_verify::base64url;

/// Everything that was ever handed out, whole and by the parts that prove something.
fn presentable(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for mode in Mode::ALL {
        match world.sign_in(mode).issued {
            Issued::Session(token) => {
                all.push(wire::parse_session_token(token.expose()).unwrap().secret.to_owned());
                all.push(token.expose().clone());
            }
            Issued::Pair(pair) => {
                all.push(base64url::encode(&wire::parse_refresh_token(pair.refresh.expose()).unwrap().mac));
                all.extend([pair.refresh.expose().clone(), pair.access.expose().clone()]);
            }
        }
    }
    all.push(PASSWORD.to_owned());
    all
}

#[test]
fn nothing_that_can_be_presented_is_in_the_store() {
    let world = World::new();
    let account = world.sign_up("ada");
    let planted = "dw_st_planted-in-the-clear";
    let name = crate::store::AccountChange::DisplayName(Some(planted.into()));
    wait(world.auth.accounts().change(account.id, name, crate::store::contract::sample_note(1))).unwrap();
    let all = presentable(&world);
    let kept = wait(world.auth.accounts().by_id(account.id)).unwrap().unwrap();
    let dump = format!("{} {:?} {:?}", world.store.dump(), kept.display_name, kept.password);
    assert!(dump.contains(planted), "the dump shows what is there in the clear");
    for secret in all {
        assert!(!dump.contains(&secret), "{secret}");
        assert!(!dump.contains(&format!("{:?}", secret.as_bytes())), "{secret}");
    }
}

#[test]
fn ids_and_secrets_are_random_distinct_and_of_one_length() {
    const COUNT: usize = 200_000;
    let rng = SystemRng::new();
    let account = AccountId::draw(&rng).unwrap();
    let mut seen = std::collections::HashSet::with_capacity(COUNT);
    let mut ones = 0u64;
    for _ in 0..COUNT {
        let sid = crate::id::SessionId::draw(&account, &rng).unwrap();
        let random: [u8; 32] = crate::rng::bytes(&rng).unwrap();
        let token = wire::session_token(&sid, 0, &random);
        let parts = wire::parse_session_token(token.expose()).unwrap();
        assert_eq!((parts.secret.len(), sid.as_str().len(), token.expose().len()), (43, 22, 81));
        ones += random.iter().map(|b| u64::from(b.count_ones())).sum::<u64>();
        assert!(seen.insert(sid));
    }
    // 51.2 million bits: five standard deviations are 17,889.
    let expected = COUNT as u64 * 128;
    assert!(ones.abs_diff(expected) < 17_889, "{ones} of {}", 2 * expected);
}

#[test]
fn a_csrf_token_counts_for_its_session_only() {
    let world = World::new();
    world.sign_up("ada");
    let (one, two) = (world.sign_in(Mode::Session), world.sign_in(Mode::Session));
    let (a, b) = (world.auth.csrf_token(&one.session.sid).unwrap(), world.auth.csrf_token(&two.session.sid).unwrap());
    assert!(world.auth.csrf_holds(&one.session.sid, &a) && !world.auth.csrf_holds(&two.session.sid, &a));
    let swapped = format!("{}.{}", a.split_once('.').unwrap().0, b.split_once('.').unwrap().1);
    for token in [&swapped, "", ".", "a.b", &a[1..], &format!("{a}A")] {
        assert!(
            !world.auth.csrf_holds(&one.session.sid, token) && !world.auth.csrf_holds(&two.session.sid, token),
            "{token}"
        );
    }
}
