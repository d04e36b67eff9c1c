//! Hashes that other programs computed of one password, and texts that are none.

use super::*;
use crate::password::{Worker, decoy, is_outdated, presented};
use crate::secret::Plain;

/// Has characters beyond ASCII, and they are composed.
const PASSWORD: &str = "Grüße aus Köln 2024";

/// Each from the program's own library.
const FOREIGN: [(&str, &str); 19] = [
    ("argon2id, PHC", "$argon2id$v=19$m=64,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$pQG+BhB34RTMQXYgBD3nm+96Bk40P0NkmB8t4GIimx0"),
    ("argon2i", "$argon2i$v=19$m=64,t=3,p=1$dM45Z8xZy3nvHUNoDQFgjA$2+POpF6SKMMjIDz/SXxN/0SlU07hVi6bWB4NSwJWFDU"),
    ("argon2d", "$argon2d$v=19$m=64,t=1,p=1$rfWek1KKUWqtVar1ntP6nw$asctAyI4A8beW8TpQL1z4z3pLNEs/HRz/CKv4uDU/mU"),
    (
        "Django argon2",
        "argon2$argon2id$v=19$m=64,t=2,p=8$c2FsdHNhbHRzYWx0c2FsdA$pc6zo4NlRi5jX1YlXsUIHmv9DBMhAnfhI0ebxHMLvrw",
    ),
    ("2a", "$2a$04$8ADxZmXWvF6E9NtkB.j0Q.3WB5eV2XvG9QQzG5oEjJlQ09RGQsW/2"),
    ("2b", "$2b$04$XEBLhP7rhhNRIltZzcc.Ku/QoKtE4LDm9j/NPY93lS50VkbmhyeNW"),
    ("2x", "$2x$04$abcdefghijklmnopqrstuutr3RgA/aXYXhGCT05H20mBxcnMNZLri"),
    ("2y", "$2y$04$abcdefghijklmnopqrstuudccamTaMEcFUwQ6DZ4.Rhh.FMuVc7jC"),
    ("Django bcrypt", "bcrypt$$2b$04$vRH3GbUot87RUogi2FjNXOB8ukdbQXSv4hTBQ/wjxvvdxkokoN2mG"),
    ("Django bcrypt_sha256", "bcrypt_sha256$$2b$04$9Ktg93yJfxF1BXrk/LeqOeGcoR0sJDZqHmun39pz7/.bwgfJV3lo6"),
    ("passlib bcrypt-sha256", "$bcrypt-sha256$v=2,t=2b,r=4$zAqpFTeApk.LSZV5AEAr3.$NnDuHNjTdKleMENiGOFDfeKOljDfiey"),
    ("the same, first version", "$bcrypt-sha256$2b,4$R6KjcV00485HJuQj3XFVP.$MlJFkdDbvy4tN39CANQeBXtDHgFrrte"),
    ("passlib scrypt", "$scrypt$ln=6,r=8,p=2$7j0HYIwRIqR0LiVEKIUwBg$ntZp5IgSvsuMyLAHVedio3F+BnuqFdUluRNRm018iUQ"),
    (
        "Django scrypt",
        "scrypt$64$saltsaltsaltsaltsaltsa$8$2$QyBTKI3e/+fv3BYYzYT+kWjLfWZydb2ccYk53IiC2x1oZcrf/HCgC6AHXxsEcWTobpze2R696/5BR19qW8MRGA==",
    ),
    ("passlib pbkdf2", "$pbkdf2$7$OMc4x3ivlbIWopQy5rz33g$dmV7B0ZT4IYRU/yg/v148sFmx5o"),
    ("passlib pbkdf2-sha256", "$pbkdf2-sha256$7$EWLM2RsDAIAwBkAI4dwbAw$fr0.KwQEmSdP5YGVC/reMLOz/jtPmKy6m92ubKA5X0A"),
    (
        "passlib pbkdf2-sha512",
        "$pbkdf2-sha512$7$qZVSqhXCuJeS0pqT8p7z3g$koAulFE8y7KPgqmVtykaNN93xg8IEpEKPPAZ/MD6CfuRFFOWD4Gy7rJl4LZ27.yymbVgwxYBAAVtJaFBfX8nbA",
    ),
    ("Django pbkdf2_sha256", "pbkdf2_sha256$7$saltsaltsaltsaltsaltsa$cgYEVSU7TLzAlusfNvZz4iyVvVaSAzPN/5i+UrhbkeE="),
    ("Django pbkdf2_sha1", "pbkdf2_sha1$7$saltsaltsaltsaltsaltsa$CO7KcqT/0fLwOu1LXynjxXle0+4="),
];

fn is_password(password: &str, hash: &str) -> bool {
    let presented = presented(&Plain::new(password.to_owned())).unwrap();
    Worker::new().verify(&presented, hash).unwrap()
}

#[test]
fn hashes_of_every_known_program_know_their_password_and_no_other() {
    for (program, hash) in FOREIGN {
        assert!(is_password(PASSWORD, hash), "{program}");
        assert!(!is_password("Grüße aus Köln 2025", hash), "{program}");
        assert!(!is_password("", hash), "{program}");
        let kept = brought_along(hash).unwrap();
        assert!(is_password(PASSWORD, &kept), "{program} as it is kept");
        assert!(Stored::read(&kept).unwrap().foreign, "{program}");
        assert!(is_outdated(&kept, Cost::FLOOR), "{program}");
    }
}

#[test]
fn what_was_typed_counts_for_a_hash_from_elsewhere_and_its_composed_form_does_for_ours() {
    // `cafe` with a combining accent, as a program hashed it that composes nothing.
    let (apart, composed) = ("cafe\u{301} au lait, merci", "caf\u{e9} au lait, merci");
    let mut worker = Worker::new();
    let cheap = Cost { memory_kib: 64, passes: 1, lanes: 1 };
    let of_apart = worker.hash(&Plain::new(apart.to_owned()), &[1; 16], cheap).unwrap();
    let foreign = brought_along(&of_apart).unwrap();
    assert!(foreign.starts_with("argon2$argon2id$"));
    assert!(is_password(apart, &foreign) && !is_password(composed, &foreign));
    assert!(!is_password(apart, &of_apart), "no hash of ours is over anything but the composed form");
    let of_composed = worker.hash(&Plain::new(composed.to_owned()), &[1; 16], cheap).unwrap();
    assert!(is_password(apart, &of_composed) && is_password(composed, &of_composed));
}

#[test]
fn bcrypt_cannot_tell_passwords_beyond_72_bytes_apart_so_none_of_them_is_right() {
    let key = "a".repeat(72);
    let salt = [0; 16];
    let recipe = bcrypt::Recipe { before: bcrypt::Before::Nothing, negative: false, cost: 4 };
    assert!(recipe.compute(&key, salt).is_some());
    assert_ne!(recipe.compute(&key, salt), recipe.compute(&key[1..], salt));
    assert_eq!(recipe.compute(&format!("{key}b"), salt), None);
    let digested = bcrypt::Recipe { before: bcrypt::Before::HexSha256, ..recipe };
    assert_ne!(digested.compute(&format!("{key}b"), salt), digested.compute(&format!("{key}c"), salt));
}

#[test]
fn a_hash_beyond_the_caps_is_refused_with_the_number_and_nobodys() {
    let costly = [
        (
            "$argon2id$v=19$m=2097152,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "argon2",
        ),
        (
            "$argon2id$v=19$m=65536,t=49,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "argon2",
        ),
        ("$2b$15$XEBLhP7rhhNRIltZzcc.Ku/QoKtE4LDm9j/NPY93lS50VkbmhyeNW", "bcrypt"),
        ("$2b$31$XEBLhP7rhhNRIltZzcc.Ku/QoKtE4LDm9j/NPY93lS50VkbmhyeNW", "bcrypt"),
        ("$scrypt$ln=19,r=8,p=1$7j0HYIwRIqR0LiVEKIUwBg$ntZp5IgSvsuMyLAHVedio3F+BnuqFdUluRNRm018iUQ", "scrypt"),
        ("$scrypt$ln=18,r=8,p=5$7j0HYIwRIqR0LiVEKIUwBg$ntZp5IgSvsuMyLAHVedio3F+BnuqFdUluRNRm018iUQ", "scrypt"),
        (
            "$scrypt$ln=63,r=4294967295,p=4294967295$7j0HYIwRIqR0LiVEKIUwBg$ntZp5IgSvsuMyLAHVedio3F+BnuqFdUluRNRm018iUQ",
            "scrypt",
        ),
        ("pbkdf2_sha256$5000001$salt$cgYEVSU7TLzAlusfNvZz4iyVvVaSAzPN/5i+UrhbkeE=", "PBKDF2"),
    ];
    for (hash, what) in costly {
        let Err(HashFault::TooCostly { what: named, .. }) = Stored::read(hash) else { panic!("{hash}") };
        assert!(named.starts_with(what), "{named}");
        assert!(!is_password(PASSWORD, hash));
        assert!(is_outdated(hash, Cost::FLOOR));
    }
}

#[test]
fn a_text_that_is_no_hash_says_why_and_is_nobodys() {
    let malformed = [
        "$argon2id$",
        "$argon2id$v=19$m=64,t=1$c2FsdHNhbHQ$AAAA",
        "$2b$10$abcdefghijklmnopqrstuv",
        "$2b$03$XEBLhP7rhhNRIltZzcc.Ku/QoKtE4LDm9j/NPY93lS50VkbmhyeNW",
        "bcrypt$$2z$04$abc",
        "$2b$+4$XEBLhP7rhhNRIltZzcc.Ku/QoKtE4LDm9j/NPY93lS50VkbmhyeNW",
        "$scrypt$ln=0,r=8,p=1$AAAA$AAAA",
        "scrypt$63$salt$8$1$AAAA",
        "$pbkdf2-sha256$0$AAAA$AAAA",
        "pbkdf2_sha256$+7$a$AAAA",
        "pbkdf2_sha256$7$salt$%%%%",
        "$bcrypt-sha256$v=3,t=2b,r=4$zAqpFTeApk.LSZV5AEAr3.$NnDuHNjTdKleMENiGOFDfeKOljDfiey",
    ];
    for hash in malformed {
        assert!(matches!(Stored::read(hash), Err(HashFault::Malformed(_))), "{hash}: {:?}", Stored::read(hash));
    }
    let unknown = [
        "",
        "x",
        "password",
        "$",
        "$$",
        "$1$salt$hash",
        "$6$salt$hash",
        "$P$B12345678",
        "{SSHA}AAAA",
        "md5$salt$00",
        "$2$x",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$argon2x$v=19",
        "$2b\u{e9}$04$",
        &"$2b$".repeat(200),
    ];
    for hash in unknown {
        assert_eq!(Stored::read(hash), Err(HashFault::Unknown), "{hash}");
    }
    let everybodys = [
        "pbkdf2_sha256$7$salt$",
        "pbkdf2_sha256$7$salt$AAAA",
        "$scrypt$ln=6,r=8,p=2$7j0HYIwRIqR0LiVEKIUwBg$",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAA",
    ];
    for short in everybodys {
        assert!(Stored::read(short).is_err() && !is_password(PASSWORD, short), "{short}");
    }
    for hash in malformed.iter().chain(&unknown) {
        assert!(!is_password(PASSWORD, hash), "{hash}");
    }
}

#[test]
fn a_hash_cut_anywhere_is_not_of_that_password() {
    for (program, hash) in FOREIGN {
        for at in 0..hash.trim_end_matches('=').len() {
            assert!(!is_password(PASSWORD, &hash[..at]), "{program} cut at {at}");
        }
    }
}

#[test]
fn a_decoy_is_of_the_commonest_kind_with_its_numbers_and_of_no_password() {
    let of = |n: usize| FOREIGN[n].1.to_owned();
    let bcrypt = [of(5), of(7), "$2b$04$8ADxZmXWvF6E9NtkB.j0Q.3WB5eV2XvG9QQzG5oEjJlQ09RGQsW/2".to_owned()];
    let mixed =
        [bcrypt.to_vec(), vec![of(0), of(13), "nonsense".into(), "nonsense".into(), "nonsense".into(), "x".into()]]
            .concat();
    let chosen = decoy(&mixed, Cost::FLOOR);
    assert!(matches!(Stored::read(&chosen).unwrap().how, Scheme::Bcrypt(_)), "{chosen}");
    for (program, hash) in FOREIGN {
        let decoy = decoy(&[hash.to_owned()], Cost::FLOOR);
        assert_eq!(Stored::read(&decoy).unwrap().kind(), Stored::read(hash).unwrap().kind(), "{program}");
        assert_ne!(decoy, hash);
        assert!(!is_password(PASSWORD, &decoy), "{program}");
    }
    assert!(decoy(&[], Cost::FLOOR).contains("m=19456,t=2,p=1"));
}
