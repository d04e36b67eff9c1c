//! What the shipped binary is made of, as a bill of materials in JSON (CycloneDX 1.6): every crate that is built into it, its
//! version, licence, source and digest, and which one needs which.
//!
//! Made of what cargo resolved and locked, and of nothing else: the same tree gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::tree;

/// The package that is shipped.
const SHIPPED: &str = "doorward";

/// As much of `Cargo.lock` as is read here.
#[derive(Debug, Deserialize)]
pub struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// Asks cargo, and writes it down.
///
/// # Errors
/// If cargo cannot say what the project is made of.
pub fn make() -> Result<String, String> {
    let root = tree::root();
    let metadata =
        MetadataCommand::new().current_dir(&root).exec().map_err(|error| format!("cargo metadata: {error}"))?;
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let lock: Lock = toml::from_str(&lock).map_err(|error| format!("Cargo.lock: {error}"))?;
    // Cargo's metadata names what any feature of any crate could bring; its tree, what is built.
    let mut ask = Command::new("cargo");
    ask.current_dir(&root).args([
        "tree",
        "--locked",
        "--package",
        SHIPPED,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    let answer = ask.output().map_err(|error| format!("cargo tree: {error}"))?;
    let built = built(&String::from_utf8_lossy(&answer.stdout));
    if built.is_empty() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&answer.stderr)));
    }
    Ok(format!("{:#}\n", bill(&metadata, &lock, &built)?))
}

/// Name and version of every line, like `http v1.5.0 (proc-macro)`.
fn built(tree: &str) -> BTreeSet<(String, String)> {
    let one = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    tree.lines().filter_map(one).collect()
}

/// The bill.
///
/// # Errors
/// If the shipped package is not there.
fn bill(metadata: &Metadata, lock: &Lock, built: &BTreeSet<(String, String)>) -> Result<Value, String> {
    let is_in = |package: &&Package| built.contains(&(package.name.to_string(), package.version.to_string()));
    let packages: BTreeMap<String, &Package> =
        metadata.packages.iter().filter(is_in).map(|p| (reference(p), p)).collect();
    let shipped =
        packages.values().find(|package| package.name == SHIPPED).ok_or("the shipped package is not there")?;
    let others = packages.values().filter(|package| package.id != shipped.id).map(|package| component(package, lock));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": component(shipped, lock) },
        "components": others.collect::<Vec<_>>(),
        "dependencies": needs(metadata, &packages),
    }))
}

/// The name of a package among all (package-url).
fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, lock: &Lock) -> Value {
    let name = reference(package);
    let kind = if package.name == SHIPPED { "application" } else { "library" };
    let mut component =
        json!({ "type": kind, "bom-ref": name, "name": package.name, "version": package.version.to_string() });
    if package.source.is_some() {
        component["purl"] = name.into();
    }
    if let Some(licence) = &package.license {
        // Old manifests write "MIT/Apache-2.0", which is no expression (SPDX).
        component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
    }
    let is_it = |locked: &&Locked| *locked.name == **package.name && locked.version == package.version.to_string();
    if let Some(checksum) = lock.package.iter().find(is_it).and_then(|locked| locked.checksum.as_ref()) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

/// Who needs whom, among those that are built.
fn needs(metadata: &Metadata, packages: &BTreeMap<String, &Package>) -> Vec<Value> {
    let by_id: BTreeMap<_, _> = packages.iter().map(|(name, package)| (&package.id, name)).collect();
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let mut all: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for node in nodes {
        let Some(name) = by_id.get(&node.id) else { continue };
        let shipped =
            node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
        all.entry(name).or_default().extend(shipped.filter_map(|dep| by_id.get(&dep.pkg).copied()));
    }
    all.into_iter().map(|(name, needed)| json!({ "ref": name, "dependsOn": needed })).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static BILL: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&make().unwrap()).unwrap());

    fn names() -> BTreeSet<&'static str> {
        BILL["components"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_bill_names_what_is_built_and_nothing_that_only_tests_use() {
        assert_eq!(BILL["metadata"]["component"]["name"], SHIPPED);
        for name in ["doorward-core", "aws-lc-rs", "aws-lc-sys", "rustls", "hyper", "rusqlite"] {
            assert!(names().contains(name), "{name}");
        }
        for name in ["insta", "proptest", "reqwest", "rcgen", "ring", "xtask", "jsonwebtoken", SHIPPED] {
            assert!(!names().contains(name), "{name}");
        }
    }

    #[test]
    fn whatever_comes_from_elsewhere_has_a_digest_and_a_licence() {
        for component in BILL["components"].as_array().unwrap() {
            let licence = component["licenses"][0]["expression"].as_str().unwrap_or("");
            assert!(!licence.is_empty() && !licence.contains('/'), "{component}");
            let digest = component["hashes"][0]["content"].as_str().unwrap_or("");
            assert_eq!(digest.len() == 64, component["purl"].is_string(), "{component}");
        }
    }

    #[test]
    fn every_need_is_a_part_of_the_bill() {
        let mut all: BTreeSet<&str> =
            BILL["components"].as_array().unwrap().iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
        all.insert(BILL["metadata"]["component"]["bom-ref"].as_str().unwrap());
        let dependencies = BILL["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), all.len());
        for dependency in dependencies {
            let needed = dependency["dependsOn"].as_array().unwrap();
            assert!(
                needed.iter().chain([&dependency["ref"]]).all(|name| all.contains(name.as_str().unwrap())),
                "{dependency}"
            );
        }
    }

    #[test]
    fn a_line_of_the_tree_is_a_name_and_a_version() {
        let tree = "doorward v0.1.0 (crates/cli)\nhttp v1.5.0\nserde_derive v1.0.1 (proc-macro)\n\nhttp v1.5.0 (*)\n";
        let pair = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let wanted = [pair("doorward", "0.1.0"), pair("http", "1.5.0"), pair("serde_derive", "1.0.1")];
        assert_eq!(built(tree), BTreeSet::from(wanted));
    }
}
