//! `cargo xtask test`: every test there is, in groups, on a machine that has Rust and nothing else.
//!
//! [`groups`] is the table of them; [`needs`] installs what a group needs. All groups run, also after one has failed, so
//! that one run tells everything; the summary says what failed and how long each took.

pub mod browser;

pub mod groups;

pub mod needs;

pub mod place;

pub mod served;

pub mod inventory;

pub mod proxy;

mod postgres;

use std::time::{Duration, Instant};

use groups::{GROUPS, Group};
use place::Place;

/// How one group ended.
#[derive(Debug)]
struct Ended {
    name: &'static str,
    outcome: Result<(), String>,
    took: Duration,
}

/// Runs the named groups, or all.
///
/// # Errors
/// If a name is unknown (nothing runs then), or with the summary if a group failed.
pub fn run(names: &[String]) -> Result<(), String> {
    let chosen = choose(names, GROUPS)?;
    let place = Place::find()?;
    let missing = needs::provide(&place, &chosen);
    let ended: Vec<Ended> = chosen.into_iter().map(|group| run_one(group, &place, missing.as_deref())).collect();
    let table = summary(&ended);
    if ended.iter().all(|group| group.outcome.is_ok()) {
        println!("\n{table}");
        return Ok(());
    }
    Err(format!("\n{table}"))
}

/// The groups and what they need.
#[must_use]
pub fn list() -> String {
    let line = |group: &Group| format!("{:<10} {}{}\n", group.name, group.about, needs::named(group.needs));
    GROUPS.iter().map(line).collect()
}

fn choose<'a>(names: &[String], groups: &'a [Group]) -> Result<Vec<&'a Group>, String> {
    if let Some(unknown) = names.iter().find(|name| groups.iter().all(|group| group.name != **name)) {
        let known: Vec<&str> = groups.iter().map(|group| group.name).collect();
        return Err(format!("unknown group `{unknown}`; there are: {}", known.join(", ")));
    }
    Ok(groups.iter().filter(|group| names.is_empty() || names.iter().any(|name| name == group.name)).collect())
}

fn run_one(group: &'static Group, place: &Place, missing: Option<&str>) -> Ended {
    println!("\n── {} ── {}", group.name, group.about);
    let begun = now();
    let outcome = match missing {
        Some(line) if !needs::are_there(place, group.needs) => Err(format!("needs: {line}")),
        _ => (group.run)(place),
    };
    Ended { name: group.name, outcome, took: begun.elapsed() }
}

fn summary(ended: &[Ended]) -> String {
    let line = |group: &Ended| {
        let result = if group.outcome.is_ok() { "ok" } else { "FAILED" };
        let why = group.outcome.as_ref().err().map(|why| format!("  {why}")).unwrap_or_default();
        format!("{:<10} {result:<6} {:>7.1} s{why}\n", group.name, group.took.as_secs_f64())
    };
    let failed = ended.iter().filter(|group| group.outcome.is_err()).count();
    let total: Duration = ended.iter().map(|group| group.took).sum();
    let lines: String = ended.iter().map(line).collect();
    format!("{lines}{} groups, {failed} failed, {:.1} s", ended.len(), total.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "tells how long a group took, decides nothing")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Ended, GROUPS, choose, list, summary};

    fn names(chosen: &[&str]) -> Result<Vec<&'static str>, String> {
        let wanted: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
        Ok(choose(&wanted, GROUPS)?.iter().map(|group| group.name).collect())
    }

    #[test]
    fn no_name_means_every_group_and_a_wrong_one_runs_nothing() {
        assert_eq!(names(&[]).unwrap().len(), GROUPS.len());
        assert_eq!(names(&["unit", "fmt"]).unwrap(), ["fmt", "unit"], "in the order of the table");
        assert!(names(&["fmt", "unti"]).unwrap_err().starts_with("unknown group `unti`; there are: fmt, "));
    }

    #[test]
    fn groups_have_names_of_their_own_and_say_what_they_do() {
        let mut names: Vec<&str> = GROUPS.iter().map(|group| group.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), GROUPS.len());
        assert!(GROUPS.iter().all(|group| !group.about.is_empty() && list().contains(group.about)));
    }

    #[test]
    fn the_summary_names_what_failed_and_why() {
        let ended = [
            Ended { name: "fmt", outcome: Ok(()), took: Duration::from_millis(800) },
            Ended { name: "unit", outcome: Err("`cargo test` failed".to_owned()), took: Duration::from_secs(61) },
        ];
        let expected =
            "fmt        ok         0.8 s\nunit       FAILED    61.0 s  `cargo test` failed\n2 groups, 1 failed, 61.8 s";
        assert_eq!(summary(&ended), expected);
    }
}
