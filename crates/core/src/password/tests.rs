//! Hashes, and what may become one.

use super::*;

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

fn plain(text: &str) -> Plain<String> {
    Plain::new(text.to_owned())
}

fn typed(text: &str) -> Presented {
    presented(&plain(text)).unwrap()
}

#[test]
fn a_hash_is_a_phc_string_that_verifies_its_password_and_no_other() {
    let mut worker = Worker::new();
    let phc = worker.hash(&plain("correct horse battery"), &[7; 16], CHEAP).unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
    assert!(worker.verify(&typed("correct horse battery"), &phc).unwrap());
    assert!(!worker.verify(&typed("correct horse batterz"), &phc).unwrap());
    assert!(!worker.verify(&typed("correct horse battery "), &phc).unwrap());
}

#[test]
fn memory_used_for_a_dearer_hash_does_not_change_a_cheaper_one() {
    let mut worker = Worker::new();
    let phc = worker.hash(&plain("one"), &[7; 16], CHEAP).unwrap();
    worker.hash(&plain("two"), &[7; 16], Cost { memory_kib: 256, ..CHEAP }).unwrap();
    assert_eq!(worker.hash(&plain("one"), &[7; 16], CHEAP).unwrap(), phc);
    worker.release();
    assert!(worker.verify(&typed("one"), &phc).unwrap());
}

#[test]
fn changing_any_one_byte_of_a_thousand_byte_password_makes_it_wrong() {
    let mut worker = Worker::new();
    let long: String = (0..1000u32).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    let phc = worker.hash(&plain(&long), &[1; 16], CHEAP).unwrap();
    for at in 0..long.len() {
        let mut other = long.clone().into_bytes();
        other[at] = b'#';
        assert!(!worker.verify(&typed(std::str::from_utf8(&other).unwrap()), &phc).unwrap(), "byte {at}");
    }
}

#[test]
fn a_stored_text_that_is_no_hash_is_nobodys() {
    let mut worker = Worker::new();
    for phc in [
        "",
        "x",
        "$argon2id$",
        "$2b$10$abcdefghijklmnopqrstuv",
        "$argon2id$v=19$m=4294967295,t=9,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    ] {
        assert!(!worker.verify(&typed("any"), phc).unwrap(), "{phc}");
    }
    assert!(!worker.verify(&typed("any"), &dummy(CHEAP)).unwrap());
}

#[test]
fn length_counts_characters_and_the_upper_limit_counts_bytes() {
    let set = |text: &str| chosen(&plain(text), Rule { min_length: 15, names: &[], words: &[] }).map(|_| ());
    let emoji = "😀🐘🚲🌂🎻🍋🦉🧦🪁🧊🎈🧵🪴🧲🔭";
    assert_eq!(set(emoji), Ok(()), "fifteen, of four bytes each");
    assert_eq!(set(&emoji[4..]), Err(PasswordFault::TooShort(15)));
    let sentence = "the neighbour's parrot knows two words; ";
    let longest: String = sentence.chars().cycle().take(LONGEST).collect();
    assert_eq!(set(&format!("{}{sentence}", &longest[..LONGEST - sentence.len()])), Ok(()));
    assert_eq!(set(&format!("{longest}x")), Err(PasswordFault::TooLong));
    assert_eq!(set("fifteen characters\0 and a nul"), Err(PasswordFault::Nul));
    assert_eq!(set("aaaaaaaaaaaaaaa"), Err(PasswordFault::Weak(Weakness::Repeats)));
    assert_eq!(set(""), Err(PasswordFault::TooShort(15)));
}

#[test]
fn every_fault_has_a_code_of_its_own() {
    let faults = [PasswordFault::TooShort(15), PasswordFault::TooLong, PasswordFault::Nul, Weakness::Common.into()];
    let codes: std::collections::BTreeSet<_> = faults.iter().map(|f| f.code()).collect();
    assert_eq!(codes.len(), faults.len());
}

#[test]
fn two_ways_to_type_one_letter_are_one_password_and_nothing_else_is_folded() {
    let composed = typed("caf\u{e9}");
    assert_eq!(typed("cafe\u{301}").nfc().expose(), composed.nfc().expose());
    assert!(composed.typed().is_none());
    assert_eq!(typed("  Spaced ").nfc().expose(), "  Spaced ");
}

#[test]
fn costs_below_the_floor_are_not_allowed() {
    assert!(Cost::DEFAULT.is_allowed() && Cost::FLOOR.is_allowed());
    assert!(Cost { memory_kib: 46 * 1024, passes: 1, lanes: 1 }.is_allowed());
    assert!(!Cost { memory_kib: 19 * 1024 - 1, ..Cost::FLOOR }.is_allowed());
    assert!(!Cost { passes: 1, ..Cost::FLOOR }.is_allowed());
    assert!(!Cost { lanes: 0, ..Cost::FLOOR }.is_allowed());
}

#[test]
fn what_may_be_made_may_also_be_checked() {
    for (memory_kib, passes) in [(1_048_576, 3), (1_048_577, 1), (1_048_576, 4), (65_536, 48), (65_536, 49)] {
        let cost = Cost { memory_kib, passes, lanes: 1 };
        let hash = decoy(&[], cost);
        assert_eq!(cost.is_allowed(), Stored::read(&hash).is_ok(), "{cost:?}");
    }
}

#[test]
fn rehashing_only_goes_up() {
    let phc = |m, t| {
        format!("$argon2id$v=19$m={m},t={t},p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    };
    assert!(is_outdated(&phc(19456, 2), Cost::DEFAULT));
    assert!(!is_outdated(&phc(65536, 3), Cost::DEFAULT));
    assert!(!is_outdated(&phc(65536, 3), Cost::FLOOR));
    assert!(is_outdated("$2b$10$abcdefghijklmnopqrstuv", Cost::FLOOR));
}
