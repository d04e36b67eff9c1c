//! Spellings, and names that pretend.

use super::*;
use proptest::prelude::*;

#[test]
fn spellings_of_one_name_are_one_identifier() {
    for text in ["Alice@Example.org", "ALICE@EXAMPLE.ORG", "ａｌｉｃｅ@example.org"] {
        assert_eq!(identifier(text).unwrap(), "alice@example.org", "{text}");
    }
    assert_eq!(identifier("cafe\u{301}"), identifier("caf\u{e9}"));
    assert_ne!(identifier("a+b@example.org"), identifier("a@example.org"));
}

#[test]
fn characters_that_nobody_sees_are_refused() {
    for c in [
        '\0',
        '\n',
        '\u{7f}',
        '\u{200b}',
        '\u{200d}',
        '\u{202e}',
        '\u{2066}',
        '\u{feff}',
        '\u{e0041}',
        '\u{ad}',
        '\u{3164}',
    ] {
        assert_eq!(identifier(&format!("ali{c}ce")), Err(NameFault::Characters), "{c:?}");
        let shown = if is_joiner(c) { Ok(format!("Ali{c}ce")) } else { Err(NameFault::Characters) };
        assert_eq!(display_name(&format!("Ali{c}ce")), shown, "{c:?}");
    }
    assert_eq!(identifier("two words"), Err(NameFault::Characters));
    assert_eq!(display_name("  Two Words "), Ok("Two Words".into()));
}

#[test]
fn empty_and_too_long_are_refused_before_and_after_the_form_is_found() {
    assert_eq!(identifier(""), Err(NameFault::Empty));
    assert_eq!(display_name("  "), Err(NameFault::Empty));
    assert_eq!(identifier(&"a".repeat(255)), Err(NameFault::TooLong));
    assert_eq!(identifier(&"\u{fdfa}".repeat(50)), Err(NameFault::TooLong));
    assert!(identifier(&"a".repeat(254)).is_ok());
}

#[test]
fn full_case_folding_joins_what_lower_case_leaves_apart() {
    for (one, other) in
        [("Straße", "STRASSE"), ("ΟΔΟΣ", "οδος"), ("ΟΔΌΣ", "οδόσ"), ("ﬁna", "FINA"), ("ǅungla", "ǆungla")]
    {
        assert_eq!(identifier(one), identifier(other), "{one} {other}");
        assert!(identifier(one).is_ok(), "{one}");
    }
    assert_eq!(identifier("ADMIN").unwrap(), "admin");
}

#[test]
fn names_that_look_like_others_are_refused() {
    let mixed = ["аdmin", "pаypal@example.org", "ada@exаmple.org", "αdmin", "admin\u{5d0}", "иvan", "ада.lovelace"];
    for text in mixed {
        assert_eq!(identifier(text), Err(NameFault::MixedScripts), "{text}");
    }
    let twins =
        ["сосо", "раураӏ", "ѕоре@example.org", "ada@рор.example", "νοο", "admın", "yılmaz", "\u{130}stanbul", "ɑda"];
    for text in twins {
        assert_eq!(identifier(text), Err(NameFault::LookAlike), "{text}");
    }
}

#[test]
fn names_as_people_write_them_are_taken() {
    let names = [
        "ada",
        "ada+work@example.org",
        "o'brien@example.org",
        "иван",
        "иван@example.org",
        "иван.иванов@почта.рф",
        "李雷",
        "李雷leilei",
        "山田taro",
        "김철수kim",
        "γιώργος",
        "jürgen",
        "kjær",
        "łukasz",
        "nguyễn",
        "محمد",
        "דוד",
        "ada_99",
        "a-b.c",
        "şule",
        "user/7!#$%&'*+=?^`{|}~-",
    ];
    for name in names {
        assert!(identifier(name).is_ok(), "{name}: {:?}", identifier(name));
    }
}

#[test]
fn an_identifier_is_one_address_and_begins_and_ends_where_it_seems_to() {
    for text in [
        "\"ada\"@example.org",
        "ada@a.example,eve@b.example",
        "a;b",
        "mailto:ada",
        "<ada>",
        "(ada)",
        "ada[1]",
        "a\\b",
        "a@b@c",
    ] {
        assert_eq!(identifier(text), Err(NameFault::Signs), "{text}");
    }
    for text in ["ada.", ".ada", "ada@example.org.", "@ada", "ada@", "．ada", "ada…"] {
        assert_eq!(identifier(text), Err(NameFault::Edges), "{text}");
    }
    assert_eq!(identifier("ada "), Err(NameFault::Characters));
    assert_eq!(identifier("admin\0"), Err(NameFault::Characters));
    assert_eq!(identifier("ada\r\nBcc: eve@example.org"), Err(NameFault::Characters));
    for text in ["$where", "{{7*7}}", "'--", "1'or'1'='1", "%00", "../etc/passwd"] {
        assert!(identifier(text).is_ok_and(|form| form == text) || text.starts_with('.'), "{text}");
    }
    assert_eq!(identifier(&"a".repeat(10 * 1024)), Err(NameFault::TooLong));
}

proptest! {
    #[test]
    fn the_form_of_the_form_is_the_form(text in "\\PC{0,40}") {
        if let Ok(form) = identifier(&text) {
            prop_assert_eq!(identifier(&form), Ok(form.clone()));
        }
    }
}
