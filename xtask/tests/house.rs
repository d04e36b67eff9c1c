//! The rules of the house, on the project itself. Each rule has its own tests, with bad files planted, beside it.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use cargo_metadata::{Metadata, MetadataCommand};
use xtask::generate::{self, GENERATORS};
use xtask::house::{Fault, arrows, events, habits, licences, links, opening, requirements, size, twins, words};
use xtask::tree::{self, Tree};

static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::read(&tree::root()).expect("the project can be read"));

/// For this machine only: what other machines would need is not downloaded for a test.
static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let machine = cargo(&["-vV"])
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .expect("cargo knows its host");
    let filter = ["--filter-platform".to_owned(), machine];
    MetadataCommand::new().current_dir(tree::root()).other_options(filter).exec().expect("cargo reads the workspace")
});

fn cargo(args: &[&str]) -> String {
    let output = Command::new("cargo").current_dir(tree::root()).args(args).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

#[track_caller]
fn none(faults: &[Fault]) {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn only_the_listed_arrows_stand_between_the_crates() {
    none(&arrows::only_the_listed_arrows(&arrows::members(&METADATA)));
}

#[test]
fn no_runtime_server_or_database_stands_below_core_or_verify() {
    for name in arrows::CLEAR {
        let tree = cargo(&["tree", "--package", name, "--edges", "normal,build", "--prefix", "none"]);
        let built_from: Vec<String> =
            tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
        assert!(built_from.len() > 5, "{name}: {tree}");
        none(&arrows::nothing_banned_below(name, &built_from));
    }
}

#[test]
fn every_dependency_is_allowed() {
    let deny = TREE.text("deny.toml").expect("deny.toml exists");
    let deny = toml::from_str(deny).expect("deny.toml reads as cargo-deny reads it");
    // What a library could use and does not is in cargo's metadata, and nowhere in what is built.
    let tree = cargo(&["tree", "--workspace", "--edges", "normal,build,dev", "--prefix", "none"]);
    let built: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let mut foreign = licences::foreign(&METADATA);
    foreign.retain(|package| built.contains(package.name.as_str()));
    assert!(foreign.len() > 20, "{}", foreign.len());
    none(&licences::every_dependency_is_allowed(&deny, &foreign));
}

#[test]
fn scripts_come_from_the_public_registry() {
    none(&licences::scripts_come_from_the_public_registry(&TREE));
}

#[test]
fn no_file_is_too_long() {
    none(&size::no_file_is_too_long(&TREE));
}

#[test]
fn every_source_opens_with_its_purpose() {
    none(&opening::every_source_opens_with_its_purpose(&TREE));
}

#[test]
fn public_items_are_documented() {
    none(&opening::public_items_are_documented(&TREE));
}

#[test]
fn no_word_is_out_of_place() {
    none(&words::no_word_is_out_of_place(&TREE));
}

#[test]
fn nothing_shipped_unwraps() {
    none(&habits::nothing_shipped_unwraps(&TREE));
}

#[test]
fn no_library_prints() {
    none(&habits::no_library_prints(&TREE));
}

#[test]
fn no_test_sleeps() {
    none(&habits::no_test_sleeps(&TREE));
}

#[test]
fn no_test_is_left_out() {
    none(&habits::no_test_is_left_out(&TREE));
}

#[test]
fn every_link_leads_somewhere() {
    none(&links::every_link_leads_somewhere(&TREE));
}

#[test]
fn both_languages_say_the_same() {
    none(&twins::both_languages_say_the_same(&TREE));
}

#[test]
fn every_event_is_listed() {
    none(&events::every_event_is_listed(&TREE));
}

#[test]
fn every_requirement_is_shown_by_a_test() {
    none(&requirements::every_requirement_is_shown_by_a_test(&TREE));
}

#[test]
fn what_is_generated_is_up_to_date() {
    let stale = generate::stale(&TREE, GENERATORS).expect("every generator runs");
    let paths: Vec<String> = stale.into_iter().map(|output| output.path).collect();
    assert!(paths.is_empty(), "{paths:?}: run `cargo xtask generate`");
}
