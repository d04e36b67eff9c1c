//! Which crate may rest on which. Everything else about the shape of the project follows from these lines.

use cargo_metadata::{DependencyKind, Metadata};

use super::Fault;

/// All arrows: each crate, and what it may rest on. Tests of a crate may use more.
const ARROWS: &[(&str, &[&str])] = &[
    ("doorward", &["doorward-server", "doorward-store", "doorward-core", "doorward-verify"]),
    ("doorward-server", &["doorward-core", "doorward-verify"]),
    ("doorward-store", &["doorward-core"]),
    ("doorward-core", &["doorward-verify"]),
    ("doorward-verify", &[]),
];

/// Folders whose crates may rest on any of ours, because nothing rests on them.
const LEAVES: [&str; 4] = ["xtask", "examples", "fuzz", "bench"];

/// Families of crates that never stand below `core`, nor below `verify` as it is by default: a service that verifies a
/// token compiles no server of ours, and a rule of the walk needs no runtime to be tested.
const BANNED: &[&str] =
    &["tokio", "axum", "http", "hyper", "tower", "reqwest", "sqlx", "redis", "fred", "rusqlite", "libsqlite3"];

/// The crates that stay clear of them.
pub const CLEAR: [&str; 2] = ["doorward-core", "doorward-verify"];

/// A crate of the project, and the crates of the project that it rests on (normal and build dependencies).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The crate.
    pub name: String,
    /// The folder it lies in, from the root of the project.
    pub folder: String,
    /// What it rests on.
    pub rests_on: Vec<String>,
}

/// The crates of the project, out of what cargo says.
#[must_use]
pub fn members(metadata: &Metadata) -> Vec<Member> {
    let packages = metadata.workspace_packages();
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let member = |package: &&cargo_metadata::Package| {
        let counted = package.dependencies.iter().filter(|on| on.kind != DependencyKind::Development);
        let rests_on = counted.map(|on| on.name.clone()).filter(|name| ours.contains(&name.as_str())).collect();
        let folder = package.manifest_path.parent().and_then(|at| at.strip_prefix(&metadata.workspace_root).ok());
        Member { name: package.name.to_string(), folder: folder.map(ToString::to_string).unwrap_or_default(), rests_on }
    };
    packages.iter().map(member).collect()
}

/// Arrows that are not in the list, and crates that are not either.
#[must_use]
pub fn only_the_listed_arrows(members: &[Member]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let is_leaf = |member: &Member| LEAVES.iter().any(|leaf| member.folder.split('/').next() == Some(leaf));
    for member in members {
        let allowed = ARROWS.iter().find(|(name, _)| *name == member.name).map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            if !is_leaf(member) {
                faults.push(Fault::in_file(&member.name, "is not one of the five crates, nor an example"));
            }
            let leaves = members.iter().filter(|other| is_leaf(other) && member.rests_on.contains(&other.name));
            faults.extend(
                leaves.map(|leaf| {
                    Fault::in_file(&member.name, format!("rests on {}, on which nothing rests", leaf.name))
                }),
            );
            continue;
        };
        let wrong = member.rests_on.iter().filter(|name| !allowed.contains(&name.as_str()));
        faults
            .extend(wrong.map(|name| {
                Fault::in_file(&member.name, format!("rests on {name}, and may rest on {allowed:?} only"))
            }));
    }
    faults
}

/// Crates of a banned family among what `name` is built from, itself excepted.
#[must_use]
pub fn nothing_banned_below(name: &str, built_from: &[String]) -> Vec<Fault> {
    let family = |other: &&String| {
        BANNED.iter().any(|banned| {
            *other == banned || other.strip_prefix(banned).is_some_and(|rest| rest.starts_with(['-', '_']))
        })
    };
    built_from.iter().filter(family).map(|other| Fault::in_file(name, format!("is built from {other}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{ARROWS, Member, nothing_banned_below, only_the_listed_arrows};

    fn member(name: &str, folder: &str, rests_on: &[&str]) -> Member {
        Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            rests_on: rests_on.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn every_listed_arrow_is_allowed_and_every_other_is_found() {
        let names: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
        for (from, allowed) in ARROWS {
            for to in names.iter().filter(|to| *to != from) {
                let faults = only_the_listed_arrows(&[member(from, "crates/a", &[to])]);
                assert_eq!(faults.is_empty(), allowed.contains(to), "{from} → {to}");
            }
        }
    }

    #[test]
    fn a_sixth_crate_is_found_and_an_example_is_none() {
        assert_eq!(only_the_listed_arrows(&[member("doorward-common", "crates/common", &[])]).len(), 1);
        assert!(only_the_listed_arrows(&[member("spa", "examples/spa", &["doorward-server"])]).is_empty());
        let shared = [member("spa", "examples/spa", &["xtask"]), member("xtask", "xtask", &[])];
        assert_eq!(only_the_listed_arrows(&shared).len(), 1);
    }

    #[test]
    fn a_runtime_or_a_driver_below_the_walk_is_found() {
        let built_from =
            ["serde", "tokio", "http-body", "libsqlite3-sys", "httparse_like", "httpdate"].map(str::to_owned);
        let faults: Vec<_> =
            nothing_banned_below("doorward-core", &built_from).iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            ["tokio", "http-body", "libsqlite3-sys"].map(|name| format!("doorward-core: is built from {name}"))
        );
    }
}
