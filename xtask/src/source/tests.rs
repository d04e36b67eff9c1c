//! The reader against the corners of Rust's grammar that would mislead it.

use super::{Half, Source};

fn shipped(text: &str) -> String {
    let lines = Source::read("src/a.rs", text).code(Half::Shipped);
    lines
        .into_iter()
        .map(|(_, line)| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("|")
}

#[test]
fn comments_and_text_in_quotes_are_no_code() {
    assert_eq!(shipped("let a = 1; // let b"), "let a = 1;");
    assert_eq!(shipped("a(/* one /* two */ still */ b)").replace(' ', ""), "a(b)");
    assert_eq!(shipped(r#"a("x.unwrap() \" // y"); b"#).replace(' ', ""), "a();b");
    assert_eq!(shipped("a(r#\"one \"two\" // three\"#); b").replace(' ', ""), "a();b");
    assert_eq!(shipped("a(br\"\\\"); b").replace(' ', ""), "a(b);b");
}

#[test]
fn a_lifetime_opens_no_quote_and_a_character_does() {
    assert_eq!(shipped("fn a<'a>(b: &'a str) { c }"), "fn a<'a>(b: &'a str) { c }");
    assert_eq!(shipped("a('\"'); b").replace(' ', ""), "a();b");
    assert_eq!(shipped(r"a('\''); b").replace(' ', ""), "a();b");
    assert_eq!(shipped("for r in r#type {}"), "for r in r#type {}");
}

#[test]
fn an_item_for_tests_only_ends_where_it_ends() {
    assert_eq!(shipped("fn a() {}\n#[cfg(test)]\nmod tests { fn b() { if c {} } }\nfn d() {}"), "fn a() {}|fn d() {}");
    assert_eq!(shipped("#[cfg(test)]\nmod tests;\nfn d() {}"), "fn d() {}");
    assert_eq!(shipped("#[cfg(all(test, loom))]\nmod model { }\nfn d() {}"), "fn d() {}");
    assert_eq!(shipped("#[cfg(test)]\nfn a() -> [u8; 4] { [0; 4] }\nfn d() {}"), "fn d() {}");
    assert_eq!(shipped("#[cfg(any(test, feature))]\nfn a() {}"), "#[cfg(any(test, feature))]|fn a() {}");
    assert_eq!(shipped("#[cfg(not(test))]\nfn a() {}"), "#[cfg(not(test))]|fn a() {}");
    assert_eq!(shipped("#![cfg(test)]\nfn a() {}"), "");
    assert_eq!(shipped("const A: &str = \"#[cfg(test)]\";\nfn a() {}").lines().count(), 1);
}

#[test]
fn size_counts_lines_of_the_product_that_say_something() {
    let text =
        "//! Doc.\n\nuse a;\n/// Doc.\nfn a() { // why\n    /* two\n    lines */\n}\n#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(Source::read("src/a.rs", text).size(), 3);
    assert_eq!(Source::read("src/a.rs", "const SQL: &str = \"\none\n\ntwo\n\";\n").size(), 4);
    assert_eq!(Source::read("src/a/tests.rs", "fn a() {}").size(), 0);
}

#[test]
fn tests_are_found_by_their_attribute() {
    let text = "#[test]\nfn one() {}\n#[tokio::test(start_paused = true)]\nasync fn two() {}\n#[test]\n#[should_panic]\nfn three() {}\n\
                #[test]\n#[ignore = \"slow\"]\nfn four() {}\nfn five() {}\n// #[test] fn six() {}\n";
    assert_eq!(Source::read("tests/a.rs", text).tests(), ["one", "two", "three"]);
}

#[test]
fn functions_are_told_apart_by_half() {
    let source =
        Source::read("src/a.rs", "pub fn one() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn two() {}\n}\n");
    assert_eq!(source.functions(Half::Shipped), ["one"]);
    assert_eq!(source.functions(Half::Tests), ["two"]);
}
