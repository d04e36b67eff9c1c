//! The groups of tests, in the order in which they run: what fails fast stands first.
//!
//! A group is one line here. If it is more than a command or two, its function lives in a file of its own beside this one.
//! What it needs beyond Rust it says in `needs`; it may then count on it.

use super::needs::{self, Need};
use super::place::Place;
use super::{browser, inventory, postgres, proxy};

/// Some tests that run together.
#[derive(Debug)]
pub struct Group {
    /// What is typed.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What must be installed; [`super::needs`] sees to it.
    pub needs: &'static [Need],
    /// Runs it; prints as it goes. The error is one line for the summary.
    pub run: fn(&Place) -> Result<(), String>,
}

/// All of them.
pub const GROUPS: &[Group] = &[
    Group {
        name: "fmt",
        about: "every file of Rust is formatted",
        needs: &[],
        run: |place| place.cargo(&["fmt", "--all", "--check"]),
    },
    Group {
        name: "house",
        about: "the rules of the house, and the project's own commands",
        needs: &[],
        run: |place| place.cargo(&["test", "--package", "xtask"]),
    },
    Group {
        name: "clippy",
        about: "no lint has anything to say",
        needs: &[],
        run: |place| place.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Group {
        name: "unit",
        about: "the tests of all crates, in memory and on SQLite, and the examples in their documentation",
        needs: &[],
        run: |place| place.cargo(&["test", "--workspace", "--exclude", "xtask", "--no-fail-fast"]),
    },
    Group {
        name: "docs",
        about: "the documentation of all crates, every link in it",
        needs: &[],
        run: |place| place.cargo_with(&[("RUSTDOCFLAGS", "-D warnings")], &["doc", "--workspace", "--no-deps"]),
    },
    Group {
        name: "features",
        about: "the crate for services, with each of its features alone",
        needs: &[],
        run: features,
    },
    Group {
        name: "parsers",
        about: "everything that reads what strangers send, on 100,000 made-up inputs each",
        needs: &[],
        run: parsers,
    },
    Group {
        name: "postgres",
        about: "the stores on a server of PostgreSQL that is started here",
        needs: &[Need::Debian { package: "postgresql-15", program: "" }],
        run: postgres::run,
    },
    Group { name: "loom", about: "the caches under every order of their threads", needs: &[], run: loom },
    Group {
        name: "browser",
        about: "the pages in a browser: journeys, keyboards, screen readers, both languages, light and dark",
        needs: browser::NEEDS,
        run: browser::run,
    },
    Group {
        name: "timing",
        about: "the time of an answer does not tell whether there is an account",
        needs: &[],
        run: timing,
    },
    Group {
        name: "import",
        about: "people sign in with hashes that Django, passlib, bcrypt and argon2 have written",
        needs: &[
            Need::Debian { package: "python3-venv", program: "" },
            Need::PyPi { package: "Django", version: "5.2.19" },
            Need::PyPi { package: "passlib", version: "1.7.4" },
            Need::PyPi { package: "bcrypt", version: "4.3.0" },
            Need::PyPi { package: "argon2-cffi", version: "25.1.0" },
        ],
        run: import,
    },
    Group { name: "release", about: "the binary as it is shipped", needs: &[], run: release },
    Group {
        name: "proxy",
        about: "the shipped binary behind nginx, as the guide to installing shows it",
        needs: &[
            Need::Debian { package: "nginx", program: "nginx" },
            Need::Debian { package: "curl", program: "curl" },
            Need::Debian { package: "openssl", program: "openssl" },
        ],
        run: proxy,
    },
];

fn import(place: &Place) -> Result<(), String> {
    place.cargo(&["build", "--package", "doorward"])?;
    let binary = place.target.join("debug/doorward");
    let binary = binary.to_str().ok_or("the target folder is no UTF-8")?;
    place.run(needs::python(place), &["tests/import/sign_in.py", binary])
}

/// Each alone, else one leans on what another brings along.
fn features(place: &Place) -> Result<(), String> {
    for feature in ["default", "fetch", "tower", "axum"] {
        place.cargo(&["check", "--package", "doorward-verify", "--no-default-features", "--features", feature])?;
    }
    Ok(())
}

/// Crates that read what strangers send, and words in the names of the properties that are worth many cases.
const READERS: [&str; 3] = ["doorward-verify", "doorward-core", "doorward-server"];
const ENDURANCE: [&str; 4] = ["panic", "no_bytes", "no_text", "no_header"];

fn parsers(place: &Place) -> Result<(), String> {
    let packages: Vec<&str> = READERS.iter().flat_map(|name| ["--package", name]).collect();
    let command = [&["test"], packages.as_slice(), &["--lib", "--"], &ENDURANCE].concat();
    let listed = place.ask_cargo_with(&[], &[command.as_slice(), &["--list"]].concat()).unwrap_or_default();
    // As in `loom`: words that match nothing would succeed.
    if listed.matches(": test").count() < 10 {
        return Err(format!("too few properties: {listed}"));
    }
    place.cargo_with(&[("PROPTEST_CASES", "100000")], &command)
}

/// Its own folder: the flag changes how everything below is built, and would throw away what the other groups share.
fn loom(place: &Place) -> Result<(), String> {
    let folder = place.target.join("loom");
    let folder = folder.to_str().ok_or("the target folder is no UTF-8")?;
    let flag = [("RUSTFLAGS", "--cfg loom")];
    let command = ["test", "--package", "doorward-store", "--lib", "--target-dir", folder, "model"];
    place.cargo_with(&flag, &command)?;
    // A filter that matches nothing succeeds: without this, a renamed module would end the checking unseen.
    let listed = place.ask_cargo_with(&flag, &[command.as_slice(), &["--", "--list"]].concat());
    match listed.is_some_and(|list| list.contains(": test")) {
        true => Ok(()),
        false => Err("no test of the model ran".to_owned()),
    }
}

/// On the shipped binary: what a compiler leaves out of another build is part of the question.
fn timing(place: &Place) -> Result<(), String> {
    place.cargo(&["build", "--release", "--package", "doorward", "--package", "doorward-bench"])?;
    let binary = place.binary();
    let binary = binary.to_str().ok_or("the target folder is no UTF-8")?;
    place.run(place.target.join("release").join("doorward-bench"), &["timing", binary])
}

/// Builds it. What is to be shown on the shipped binary is added here, one line each, with [`Place::binary`].
fn release(place: &Place) -> Result<(), String> {
    place.cargo(&["build", "--release", "--package", "doorward"])?;
    place.run(place.binary(), &["--version"])?;
    inventory::check(place)
}

fn proxy(place: &Place) -> Result<(), String> {
    place.cargo(&["build", "--release", "--package", "doorward"])?;
    proxy::check(place)
}
