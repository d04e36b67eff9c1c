//! What a group needs beyond Rust. Debian packages are installed by who may (root); packages of npm and PyPI go into a
//! folder of the project and touch nothing else on the machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::groups::Group;
use super::place::Place;

/// Something to be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A package of Debian. If `program` is found on the path, that will do too, wherever it came from.
    Debian {
        /// The package.
        package: &'static str,
        /// A program of it, or empty if only the package as such will do.
        program: &'static str,
    },
    /// A package of npm, in exactly this version. Needs `nodejs` and `npm` of Debian; name them first.
    Npm {
        /// The package.
        package: &'static str,
        /// The version.
        version: &'static str,
    },
    /// A package of PyPI, in exactly this version. Needs `python3-venv` of Debian; name it first.
    PyPi {
        /// The package.
        package: &'static str,
        /// The version.
        version: &'static str,
    },
}

/// Installs what is missing for these groups. What cannot be installed comes back as the one line to run.
#[must_use]
pub fn provide(place: &Place, groups: &[&Group]) -> Option<String> {
    let mut missing: Vec<Need> = Vec::new();
    for need in groups.iter().flat_map(|group| group.needs) {
        if !is_there(place, need) && !missing.contains(need) {
            missing.push(*need);
        }
    }
    let mut failed = Vec::new();
    let debian: Vec<&str> = missing.iter().filter_map(Need::debian).collect();
    if !debian.is_empty()
        && let Err(why) = install_debian(place, &debian)
    {
        eprintln!("{why}");
        failed.push(line(&debian));
    }
    let tools = missing.iter().filter(|need| need.debian().is_none());
    failed.extend(tools.filter_map(|need| install_tool(place, need).err()));
    (!failed.is_empty()).then(|| failed.join("; "))
}

/// Whether all of it is there.
#[must_use]
pub fn are_there(place: &Place, needs: &[Need]) -> bool {
    needs.iter().all(|need| is_there(place, need))
}

/// For the list of groups: what to expect.
#[must_use]
pub fn named(needs: &[Need]) -> String {
    let names: Vec<&str> = needs.iter().map(Need::package).collect();
    if names.is_empty() { String::new() } else { format!(" (needs {})", names.join(", ")) }
}

impl Need {
    fn package(&self) -> &'static str {
        match self {
            Self::Debian { package, .. } | Self::Npm { package, .. } | Self::PyPi { package, .. } => package,
        }
    }

    fn debian(&self) -> Option<&'static str> {
        if let Self::Debian { package, .. } = self { Some(package) } else { None }
    }
}

fn is_there(place: &Place, need: &Need) -> bool {
    match need {
        Need::Debian { package, program } => on_path(place, program) || is_installed(place, package),
        Need::Npm { package, version } => npm_version(place, package).is_some_and(|found| found == *version),
        Need::PyPi { package, version } => {
            let ask = format!("import importlib.metadata as m; print(m.version('{package}'))");
            place.ask(python(place), &["-c", &ask]).is_some_and(|found| found == *version)
        }
    }
}

fn on_path(place: &Place, program: &str) -> bool {
    !program.is_empty() && place.ask("sh", &["-c", &format!("command -v {program}")]).is_some()
}

fn is_installed(place: &Place, package: &str) -> bool {
    place
        .ask("dpkg-query", &["--show", "--showformat=${Status}", package])
        .is_some_and(|status| status == "install ok installed")
}

fn npm_version(place: &Place, package: &str) -> Option<String> {
    let text = fs::read_to_string(npm_folder(place).join("node_modules").join(package).join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
    manifest.get("version")?.as_str().map(str::to_owned)
}

/// Where packages of npm are put; programs of theirs are in `node_modules/.bin` below it.
#[must_use]
pub fn npm_folder(place: &Place) -> PathBuf {
    place.tools.join("npm")
}

/// The Python that sees the packages of PyPI.
#[must_use]
pub fn python(place: &Place) -> PathBuf {
    place.tools.join("python/bin/python")
}

fn line(packages: &[&str]) -> String {
    format!("sudo apt-get install --yes --no-install-recommends {}", packages.join(" "))
}

fn install_debian(place: &Place, packages: &[&str]) -> Result<(), String> {
    if place.ask("id", &["-u"]).is_none_or(|id| id != "0") {
        return Err(format!("only root may install packages; run:\n{}", line(packages)));
    }
    let apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"];
    place.run("env", &[apt.as_slice(), &["update"]].concat())?;
    place.run("env", &[apt.as_slice(), &["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn install_tool(place: &Place, need: &Need) -> Result<(), String> {
    fs::create_dir_all(&place.tools).map_err(|error| format!("{}: {error}", place.tools.display()))?;
    match need {
        Need::Debian { .. } => Ok(()),
        Need::Npm { package, version } => {
            let folder = npm_folder(place);
            let what = format!("{package}@{version}");
            place.run("npm", &["install", "--prefix", text(&folder)?, "--no-audit", "--no-fund", "--save-exact", &what])
        }
        Need::PyPi { package, version } => {
            let python = python(place);
            if !python.exists() {
                place.run("python3", &["-m", "venv", text(&place.tools.join("python"))?])?;
            }
            place.run(&python, &["-m", "pip", "install", "--quiet", &format!("{package}=={version}")])
        }
    }
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is no UTF-8", path.display()))
}

#[cfg(test)]
mod tests;
