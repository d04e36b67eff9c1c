//! The pages in a real browser, and their scripts under the type checker. Pictures of every page are left in
//! `target/browser/`, for people to look at.

use std::fs;

use super::needs::{Need, npm_folder};
use super::place::Place;

/// Debian's browser and fonts; the rest is of npm, and no part of what is shipped.
pub const NEEDS: &[Need] = &[
    Need::Debian { package: "nodejs", program: "node" },
    Need::Debian { package: "npm", program: "npm" },
    Need::Debian { package: "chromium", program: "chromium" },
    Need::Debian { package: "fonts-noto-cjk", program: "" },
    Need::Npm { package: "playwright-core", version: "1.65.1" },
    Need::Npm { package: "axe-core", version: "4.14.1" },
    Need::Npm { package: "typescript", version: "7.0.2" },
];

const ASSETS: &str = "crates/server/assets";
const TESTS: &str = "tests/browser";

/// Checks the types of the scripts, then opens the pages.
///
/// # Errors
/// One line, if anything fails.
pub fn run(place: &Place) -> Result<(), String> {
    check_types(place)?;
    place.cargo(&["build", "--package", "doorward"])?;
    let doorward = place.target.join("debug").join("doorward");
    let shots = place.target.join("browser");
    let variables =
        [("DOORWARD", doorward.as_os_str()), ("TOOLS", place.tools.as_os_str()), ("SHOTS", shots.as_os_str())];
    let files = files_in(place, TESTS, ".test.mjs")?;
    let mut args = vec!["--test", "--test-concurrency=1"];
    args.extend(files.iter().map(String::as_str));
    place.run_with(&variables, "node", &args)
}

/// Standard JavaScript with types in its comments, each file a module of its own.
fn check_types(place: &Place) -> Result<(), String> {
    let tsc = npm_folder(place).join("node_modules/.bin/tsc");
    let mut args = vec!["--noEmit", "--checkJs", "--allowJs", "--strict", "--target", "es2022", "--module", "esnext"];
    args.extend(["--moduleDetection", "force", "--lib", "es2023,dom,dom.iterable", "--types", ""]);
    let files = files_in(place, ASSETS, ".js")?;
    args.extend(files.iter().map(String::as_str));
    place.run(tsc, &args)
}

fn files_in(place: &Place, folder: &str, end: &str) -> Result<Vec<String>, String> {
    let listed = fs::read_dir(place.root.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    let names = listed.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> = names.filter(|n| n.ends_with(end)).map(|n| format!("{folder}/{n}")).collect();
    files.sort();
    match files.is_empty() {
        true => Err(format!("{folder} holds no {end}")),
        false => Ok(files),
    }
}
