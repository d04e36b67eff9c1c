//! The group `postgres`: a server of its own, every sentence of the ports on it, and which store keeps which sentence.

use std::collections::{BTreeMap, BTreeSet};

use super::place::Place;
use crate::cluster::Cluster;

/// The tests of the stores, those that need the server included.
const STORES: [&str; 6] = ["test", "--package", "doorward-store", "--features", "live", "--lib"];
const CONTRACT: [&str; 5] = ["test", "--package", "doorward-store", "--test", "contract"];

/// Runs them.
pub(super) fn run(place: &Place) -> Result<(), String> {
    let clippy = ["clippy", "--package", "doorward-store", "--features", "live", "--all-targets"];
    place.cargo(&[&clippy[..], &["--", "-D", "warnings"]].concat())?;
    let cluster = Cluster::start().map_err(|error| format!("the server did not start: {error}"))?;
    let url = cluster.url("postgres");
    let here = [("DOORWARD_TEST_POSTGRES", url.as_str())];
    place.cargo_with(&here, &[&STORES[..], &["postgres"]].concat())?;
    place.cargo(&CONTRACT)?;
    let list = |command: &[&str]| place.ask_cargo_with(&here, &[command, &["--", "--list"]].concat());
    let lists = [list(&STORES), list(&CONTRACT)].map(Option::unwrap_or_default).concat();
    println!("\n{}", table(&lists));
    Ok(())
}

/// Sentences by stores, from the names of tests like `in_memory::sessions::a_reuse_is_kept`.
fn table(tests: &str) -> String {
    let mut stores = BTreeSet::new();
    let mut sentences: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in tests.lines().filter_map(|line| line.strip_suffix(": test")) {
        let Some(at) = name.find("in_").filter(|at| *at == 0 || name[..*at].ends_with("::")) else { continue };
        let Some((store, sentence)) = name[at..].split_once("::").filter(|(_, rest)| rest.contains("::")) else {
            continue;
        };
        stores.insert(store);
        sentences.entry(sentence).or_default().insert(store);
    }
    let widest = sentences.keys().map(|name| name.len()).max().unwrap_or(0);
    let mut out = format!("{:widest$}  {}\n", "", stores.iter().copied().collect::<Vec<_>>().join("  "));
    for (sentence, kept) in sentences {
        let cell = |store: &&str| format!("{:^1$}", if kept.contains(*store) { "kept" } else { "-" }, store.len());
        out += &format!("{sentence:widest$}  {}\n", stores.iter().map(cell).collect::<Vec<_>>().join("  "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn the_table_shows_which_store_keeps_which_sentence() {
        let tests = "in_memory::log::a: test\npostgres::tests::in_postgres::log::a: test\nin_memory::log::b: test\n\
                     postgres::tests::nodes::c: test\n";
        let shown = table(tests);
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            lines,
            [vec!["in_memory", "in_postgres"], vec!["log::a", "kept", "kept"], vec!["log::b", "kept", "-"]]
        );
    }
}
