//! What can be measured, by name. A bench is one file under `bench/` and one line in [`BENCHES`].

/// One thing to measure.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// What is typed.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Runs it with the rest of the arguments; prints what it found.
    pub run: fn(&[String]) -> Result<(), String>,
}

/// All of them.
pub const BENCHES: &[Bench] = &[];

/// Runs the bench of that name.
///
/// # Errors
/// If there is none, with the list of those there are; or what the bench says.
pub fn run(name: Option<&str>, rest: &[String]) -> Result<(), String> {
    match BENCHES.iter().find(|bench| Some(bench.name) == name) {
        Some(bench) => (bench.run)(rest),
        None => Err(unknown(name, BENCHES)),
    }
}

fn unknown(name: Option<&str>, benches: &[Bench]) -> String {
    let mut text = name.map_or_else(|| "name a bench".to_owned(), |name| format!("unknown bench `{name}`"));
    if benches.is_empty() {
        text += "; there is none";
    }
    for bench in benches {
        text += &format!("\n  {:<12} {}", bench.name, bench.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Bench, unknown};

    #[test]
    fn an_unknown_bench_is_answered_with_the_list() {
        let walk = Bench { name: "walk", about: "the whole walk", run: |_| Ok(()) };
        assert_eq!(unknown(Some("wlak"), &[walk]), "unknown bench `wlak`\n  walk         the whole walk");
        assert_eq!(unknown(None, &[]), "name a bench; there is none");
    }
}
