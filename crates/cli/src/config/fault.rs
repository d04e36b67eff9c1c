//! What is wrong, where, and what to do about it.

use crate::output::Failure;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// `doorward.toml:12`, or `environment`.
    pub(super) place: String,
    pub(super) text: String,
}

/// All of them as one failure, in the order of their lines.
pub(super) fn all(mut faults: Vec<Fault>) -> Failure {
    faults.sort_by_key(|f| f.place.rsplit_once(':').and_then(|(_, line)| line.parse().ok()).unwrap_or(u32::MAX));
    let lines: Vec<String> = faults.iter().map(|f| format!("{}: {}", f.place, f.text)).collect();
    let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
    Failure::new("configuration", format!("{count} in the configuration\n  {}", lines.join("\n  ")))
}

/// The known name that is nearest, if it is near enough to be meant.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let scored = known.map(|k| (distance(name, k), k));
    scored.filter(|(d, k)| *d <= 1 + k.len() / 4).min_by_key(|(d, _)| *d).map(|(_, k)| k)
}

/// Letters to change, add or take away.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_a_stranger_is_not() {
        let known = ["public_url", "listen", "behind"];
        assert_eq!(nearest("publik_url", known.into_iter()), Some("public_url"));
        assert_eq!(nearest("listn", known.into_iter()), Some("listen"));
        assert_eq!(nearest("database", known.into_iter()), None);
    }
}
