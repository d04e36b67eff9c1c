//! What comes from elsewhere: under which licence, from which registry, and nothing that `deny.toml` bans.
//!
//! cargo-deny reads the same file and looks further (advisories); it is no package of Debian, so this needs nothing.

use cargo_metadata::Metadata;
use serde::Deserialize;

use super::Fault;
use crate::tree::Tree;

/// The registry that every dependency comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The same for JavaScript.
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";

/// As much of `deny.toml` as is held here.
#[derive(Debug, Deserialize)]
pub struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// A crate from elsewhere.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// The crate.
    pub name: String,
    /// What its manifest says.
    pub licence: Option<String>,
    /// Where cargo takes it from.
    pub source: String,
}

/// Everything that is not of the project.
#[must_use]
pub fn foreign(metadata: &Metadata) -> Vec<Foreign> {
    let away = metadata.packages.iter().filter_map(|package| Some((package, package.source.as_ref()?)));
    let foreign = |(package, source): (&cargo_metadata::Package, &cargo_metadata::Source)| Foreign {
        name: package.name.to_string(),
        licence: package.license.clone(),
        source: source.repr.clone(),
    };
    away.map(foreign).collect()
}

/// Crates under another licence, from another place, or banned by name.
#[must_use]
pub fn every_dependency_is_allowed(deny: &Deny, foreign: &[Foreign]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in foreign {
        let exceptions = deny.licenses.exceptions.iter().filter(|exception| exception.name == package.name);
        let allow: Vec<&str> =
            exceptions.flat_map(|exception| &exception.allow).chain(&deny.licenses.allow).map(String::as_str).collect();
        match &package.licence {
            None => faults.push(Fault::in_file(&package.name, "names no licence")),
            Some(licence) if is_allowed(licence, &allow) => {}
            Some(licence) => faults.push(Fault::in_file(&package.name, format!("is under {licence}"))),
        }
        if package.source != REGISTRY {
            faults.push(Fault::in_file(&package.name, format!("comes from {}", package.source)));
        }
        let banned = deny.bans.deny.iter().filter(|banned| banned.name == package.name);
        faults.extend(banned.map(|banned| Fault::in_file(&package.name, format!("is banned: {}", banned.reason))));
    }
    faults
}

/// Lock files of npm that name another registry than the public one.
#[must_use]
pub fn scripts_come_from_the_public_registry(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.ending("package-lock.json") {
        for (number, line) in (1..).zip(text.lines()) {
            let resolved = line.trim().strip_prefix("\"resolved\": \"");
            if resolved.is_some_and(|from| !from.starts_with(NPM_REGISTRY)) {
                faults.push(Fault::in_line(path, number, format!("comes from elsewhere than {NPM_REGISTRY}")));
            }
        }
    }
    faults
}

/// Whether an SPDX expression can be met from this list. `/` is the old way to write OR; AND binds tighter than OR.
fn is_allowed(expression: &str, allow: &[&str]) -> bool {
    let spaced =
        expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ").replace(" WITH ", "\u{a0}WITH\u{a0}");
    let words: Vec<String> =
        spaced.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('\u{a0}', " ")).collect();
    let mut rest = words.as_slice();
    either(&mut rest, allow) && rest.is_empty()
}

fn either(rest: &mut &[String], allow: &[&str]) -> bool {
    let mut met = both(rest, allow);
    while rest.first().is_some_and(|word| word == "OR") {
        *rest = &rest[1..];
        met |= both(rest, allow);
    }
    met
}

fn both(rest: &mut &[String], allow: &[&str]) -> bool {
    let mut met = one(rest, allow);
    while rest.first().is_some_and(|word| word == "AND") {
        *rest = &rest[1..];
        met &= one(rest, allow);
    }
    met
}

fn one(rest: &mut &[String], allow: &[&str]) -> bool {
    let Some((word, after)) = rest.split_first() else { return false };
    *rest = after;
    if word != "(" {
        return allow.contains(&word.as_str());
    }
    let met = either(rest, allow);
    let closed = rest.first().is_some_and(|word| word == ")");
    *rest = rest.get(1..).unwrap_or_default();
    met && closed
}

#[cfg(test)]
mod tests {
    use super::{
        Deny, Foreign, REGISTRY, every_dependency_is_allowed, is_allowed, scripts_come_from_the_public_registry,
    };
    use crate::tree::Tree;

    const ALLOW: [&str; 4] = ["MIT", "Apache-2.0", "ISC", "Apache-2.0 WITH LLVM-exception"];

    #[test]
    fn an_expression_is_met_by_what_is_allowed() {
        for good in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(GPL-3.0 OR ISC) AND MIT",
            "Apache-2.0 WITH LLVM-exception AND ISC",
            "GPL-3.0 AND X OR MIT",
        ] {
            assert!(is_allowed(good, &ALLOW), "{good}");
        }
        for bad in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR ISC) AND GPL-3.0",
            "MIT WITH other-exception",
            "",
            "(MIT",
            "MIT)",
            "MIT ISC",
        ] {
            assert!(!is_allowed(bad, &ALLOW), "{bad}");
        }
    }

    #[test]
    fn a_licence_a_source_or_a_name_that_is_not_allowed_is_found() {
        let deny: Deny = toml::from_str(
            "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"weak\", allow = [\"MPL-2.0\"] }]\n[bans]\ndeny = [{ crate = \"ring\", reason = \"one is enough\" }]",
        )
        .unwrap();
        let faults = |name: &str, licence: Option<&str>, source: &str| {
            let package =
                Foreign { name: name.to_owned(), licence: licence.map(str::to_owned), source: source.to_owned() };
            every_dependency_is_allowed(&deny, &[package]).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(faults("a", Some("MIT"), REGISTRY), Vec::<String>::new());
        assert_eq!(faults("weak", Some("MPL-2.0"), REGISTRY), Vec::<String>::new());
        assert_eq!(faults("a", Some("MPL-2.0"), REGISTRY), ["a: is under MPL-2.0"]);
        assert_eq!(faults("a", None, REGISTRY), ["a: names no licence"]);
        assert_eq!(faults("a", Some("MIT"), "git+https://example.com/a"), ["a: comes from git+https://example.com/a"]);
        assert_eq!(faults("ring", Some("MIT"), REGISTRY), ["ring: is banned: one is enough"]);
    }

    #[test]
    fn a_script_from_another_registry_is_found() {
        let lock = |from: &str| format!("{{\n  \"resolved\": \"{from}/a.tgz\"\n}}\n");
        let tree = Tree::of(&[
            ("a/package-lock.json", &lock("https://registry.npmjs.org")),
            ("b/package-lock.json", &lock("http://localhost")),
        ]);
        let faults = scripts_come_from_the_public_registry(&tree);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with("b/package-lock.json:2: "));
    }
}
