//! Passwords that people choose, weak ones and others.

use super::*;
use crate::password::phrase;
use crate::rng::SeededRng;

const NAMES: [&str; 2] = ["ada.lovelace@example.org", "Ada Lovelace"];

fn judged(password: &str) -> Option<Weakness> {
    let words = ["https://door.example".to_owned(), "door.example".to_owned(), "Initech".to_owned()];
    weakness(password, Rule { min_length: 15, names: &NAMES, words: &words })
}

#[test]
fn what_is_guessed_first_is_refused_with_the_reason() {
    use Weakness::{Common, Context, Personal, Repeats, Sequence};
    let table = [
        ("password1234567", Common),
        ("passwordpassword", Repeats),
        ("Password123!@#$%", Common),
        ("P@$$w0rd123456!!", Common),
        ("iloveyou2chocolate", Common),
        ("monkeydragonfootball", Common),
        ("thisisapassword", Common),
        ("Summer2024Summer2024", Repeats),
        ("aaaaaaaaaaaaaaa", Repeats),
        ("abababababababab", Repeats),
        ("爱爱爱爱爱爱爱爱爱爱爱爱爱爱爱", Repeats),
        ("abcdefghijklmnop", Sequence),
        ("123456789012345", Sequence),
        ("9876543210987654321", Sequence),
        ("qwertyuiopasdfghjkl", Sequence),
        ("1qaz2wsx3edc4rfv", Sequence),
        ("ada.lovelace@example.org", Personal),
        ("adalovelace2024", Personal),
        ("ecalevol-lovelace", Personal),
        ("L0velaceL0velace", Personal),
        ("initech-initech-1", Context),
        ("https://door.example", Context),
        ("doorward-doorward", Context),
        ("wodemima1234", Context),
        ("парольпарольпароль", Context),
    ];
    for (password, reason) in table {
        assert_eq!(judged(password), Some(reason), "{password}");
    }
}

#[test]
fn what_takes_long_to_guess_is_nobodys_business() {
    let good = [
        "correct horse battery staple",
        "the neighbour's parrot knows two words",
        "xkW93-pQz71-mBv55",
        "837462958173645",
        "kX9$qLw2",
        "Grüße aus Köln an alle",
        "昨天晚上我们在河边看见三只白鹭",
        "ночью на мосту никого не было",
        "ada lovelace never wrote a login server",
        "                a space or two                 ",
        "😀🐘🚲🌂🎻🍋🦉🧦🪁🧊🎈🧵🪴🧲🔭",
    ];
    for password in good {
        assert_eq!(judged(password), None, "{password}");
    }
    let rng = SeededRng::new(1);
    for _ in 0..300 {
        let made = phrase(&rng, 15).unwrap();
        assert_eq!(judged(made.expose()), None, "{}", made.expose());
    }
}

#[test]
fn tens_of_thousands_of_common_passwords_are_known() {
    // By their place in the list: within the first hundred, behind 3,000, at its end.
    for password in ["trustno1", "letmein1", "superman", "darkman", "forzaroma", "cbljhtyrj"] {
        assert_eq!(judged(password), Some(Weakness::Common), "{password}");
        let dressed = format!("{password}{password}1!");
        assert!(judged(&dressed).is_some(), "{dressed}");
    }
}

#[test]
fn a_long_password_that_is_good_at_one_end_is_good() {
    let row = "a".repeat(60);
    assert_eq!(judged(&row), Some(Weakness::Repeats));
    assert_eq!(judged(&format!("{row} the neighbour's parrot knows two words")), None);
    assert_eq!(judged(&format!("the neighbour's parrot knows two words {row}")), None);
    assert_eq!(judged(&"b".repeat(1024)), Some(Weakness::Repeats));
}

#[test]
fn each_reason_has_a_code_of_its_own_and_words_without_the_password() {
    use Weakness::{Common, Context, Personal, Repeats, Sequence};
    let all = [Common, Repeats, Sequence, Personal, Context];
    let codes: BTreeSet<_> = all.iter().map(|w| w.code()).collect();
    let texts: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), texts.len()), (5, 5));
}

#[test]
fn signs_that_stand_for_letters_do_not_multiply_the_work() {
    // Every sign that zxcvbn knows, in every place: as they are it would take seconds.
    let signs: String = "4@8({[<369&#!1|0$5+7%2".chars().cycle().take(1000).collect();
    let folded: String = signs.chars().map(plainly).collect();
    assert!(!folded.contains(['@', '(', '{', '[', '<', '!', '|', '$', '+', '%', '&', '#']));
    judged(&signs);
}
