//! From text to values, with the line of each.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value as Toml};

use super::fault::{Fault, nearest};
use super::keys::{CLIENT_KEYS, ELSEWHERE, KEYS, Key};
use super::value::{Value, check};

const PREFIX: &str = "DOORWARD__";
/// Behind the name of a variable: its value is the name of a file that holds the setting, as secrets are handed to
/// containers.
const FILE: &str = "_FILE";

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) value: Value,
    pub(super) place: String,
}

/// One entry of `[[clients]]`.
#[derive(Debug)]
pub(super) struct ClientValues {
    pub(super) place: String,
    pub(super) set: BTreeMap<String, Placed>,
}

/// What was set. Keys are `section.name`.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Where what has no line belongs to.
    pub(super) file: String,
    pub(super) set: BTreeMap<String, Placed>,
    pub(super) clients: Vec<ClientValues>,
    /// Keys that were there, also those whose value is a fault: they must not be called missing as well.
    pub(super) seen: BTreeSet<String>,
}

/// `DOORWARD__SECTION__KEY` and its value.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(super) fn environment() -> Vec<(String, String)> {
    let mut ours: Vec<_> = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    ours.sort();
    ours
}

/// Reads everything, and gathers what is wrong.
pub(super) fn read(file: &str, text: &str, environment: &[(String, String)]) -> (Values, Vec<Fault>) {
    let mut reader =
        Reader { file, text, values: Values { file: file.to_owned(), ..Values::default() }, faults: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = reader.place(error.span().map_or(0, |s| s.start));
        reader.faults.push(Fault { place, text: error.message().to_owned() });
    }
    reader.table(root.get_ref(), "");
    for (name, value) in environment {
        reader.variable(name, value, environment);
    }
    (reader.values, reader.faults)
}

struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    values: Values,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn place(&self, at: usize) -> String {
        let line = 1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|c| **c == b'\n').count();
        format!("{}:{line}", self.file)
    }

    fn fault(&mut self, place: String, text: String) {
        self.faults.push(Fault { place, text });
    }

    /// `path` is the section, with a dot behind it unless it is empty.
    fn table(&mut self, table: &DeTable<'_>, path: &str) {
        for (name, value) in table {
            let place = self.place(name.span().start);
            let full = format!("{path}{}", name.get_ref());
            match value.get_ref() {
                DeValue::Array(clients) if full == "clients" => clients.iter().for_each(|c| self.client(c)),
                _ if full == "clients" => self.fault(place, "clients are written as [[clients]], one for each".into()),
                DeValue::Table(inner) if is_section(&full) => self.table(inner, &format!("{full}.")),
                _ if is_section(&full) => {
                    self.fault(place, format!("{full} is a section: write [{full}], and its keys below"));
                }
                other => match key_of(&full) {
                    Some(key) => {
                        let placed = self.checked(key, &plain(other), place, &full);
                        self.values.set.extend(placed.map(|p| (full.clone(), p)));
                        self.values.seen.insert(full);
                    }
                    None => self.fault(place, unknown(&full, path)),
                },
            }
        }
    }

    fn checked(&mut self, key: &Key, value: &Toml, place: String, full: &str) -> Option<Placed> {
        match check(key.kind, value) {
            Ok(value) => Some(Placed { value, place }),
            Err(why) => {
                self.fault(place, format!("{full} {why}"));
                None
            }
        }
    }

    fn client(&mut self, client: &Spanned<DeValue<'_>>) {
        let place = self.place(client.span().start);
        let DeValue::Table(table) = client.get_ref() else {
            return self.fault(place, "clients are written as [[clients]], one for each".into());
        };
        let mut set = BTreeMap::new();
        for (name, value) in table {
            let place = self.place(name.span().start);
            let full = format!("clients.{}", name.get_ref());
            match CLIENT_KEYS.iter().find(|k| k.name == name.get_ref().as_ref()) {
                Some(key) => {
                    let placed = self.checked(key, &plain(value.get_ref()), place, &full);
                    set.extend(placed.map(|p| (key.name.to_owned(), p)));
                }
                None => {
                    let hint = hint(name.get_ref(), "", CLIENT_KEYS.iter().map(|k| k.name));
                    self.fault(place, format!("{full} is not a setting{hint}"));
                }
            }
        }
        self.values.clients.push(ClientValues { place, set });
    }

    /// The environment wins over the file. A value is what would stand in the file; a bare word is a text.
    fn variable(&mut self, name: &str, value: &str, environment: &[(String, String)]) {
        let place = format!("environment {name}");
        if let Some(plainly) = name.strip_suffix(FILE)
            && key_of(&dotted(plainly)).is_some()
        {
            if environment.iter().any(|(other, _)| other == plainly) {
                return self.fault(place, format!("{plainly} is set as well: leave one of the two"));
            }
            return match std::fs::read_to_string(value) {
                Ok(text) => self.variable_is(&dotted(plainly), text.trim_end_matches(['\r', '\n']), place),
                Err(error) => self.fault(place, format!("the file {value} cannot be read: {error}")),
            };
        }
        self.variable_is(&dotted(name), value, place);
    }

    fn variable_is(&mut self, full: &str, value: &str, place: String) {
        let Some(key) = key_of(full) else {
            if full.starts_with("clients") {
                return self.fault(place, "clients can only be set in the file, as [[clients]]".into());
            }
            let known: Vec<String> = KEYS.iter().map(full_name).collect();
            let near = nearest(full, known.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |h| format!(", did you mean {h}?"));
            return self.fault(place, format!("{full} is not a setting{hint}"));
        };
        let read = toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut t| t.remove("value"));
        let read = read.unwrap_or_else(|| Toml::String(value.to_owned()));
        let placed = self.checked(key, &read, place, full);
        self.values.set.extend(placed.map(|p| (full.to_owned(), p)));
        self.values.seen.insert(full.to_owned());
    }
}

fn full_name(key: &Key) -> String {
    format!("{}.{}", key.section, key.name)
}

pub(super) fn key_of(full: &str) -> Option<&'static Key> {
    let (section, name) = full.rsplit_once('.')?;
    KEYS.iter().find(|k| k.section == section && k.name == name)
}

fn is_section(full: &str) -> bool {
    KEYS.iter().any(|k| k.section == full || k.section.strip_prefix(full).is_some_and(|rest| rest.starts_with('.')))
}

/// `DOORWARD__LIFETIMES__SESSION__IDLE` is `lifetimes.session.idle`.
fn dotted(name: &str) -> String {
    name.strip_prefix(PREFIX).unwrap_or(name).to_ascii_lowercase().replace("__", ".")
}

fn unknown(full: &str, path: &str) -> String {
    let section = path.trim_end_matches('.');
    let name = full.strip_prefix(path).unwrap_or(full);
    if let Some((_, hint)) = ELSEWHERE.iter().find(|(known, _)| section.is_empty() && *known == name) {
        return format!("{full} is not a setting: {hint}");
    }
    let below = |k: &Key| k.section.strip_prefix(path).map(|rest| rest.split('.').next().unwrap_or(rest));
    let sections = KEYS.iter().filter_map(below);
    let keys = KEYS.iter().filter(|k| k.section == section).map(|k| k.name);
    let known: BTreeSet<&str> = keys.chain(sections).chain(section.is_empty().then_some("clients")).collect();
    format!("{full} is not a setting{}", hint(name, path, known.iter().copied()))
}

/// The name that was meant, or all that there are.
fn hint<'k>(name: &str, path: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!(", did you mean {path}{near}?"),
        None => format!("; there are {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Without places.
fn plain(value: &DeValue<'_>) -> Toml {
    match value {
        DeValue::String(text) => Toml::String(text.as_ref().to_owned()),
        DeValue::Boolean(flag) => Toml::Boolean(*flag),
        // A number that does not fit is refused like any other that is out of bounds.
        DeValue::Integer(n) => Toml::Integer(i64::from_str_radix(n.as_str(), n.radix()).unwrap_or(i64::MIN)),
        DeValue::Array(list) => Toml::Array(list.iter().map(|v| plain(v.get_ref())).collect()),
        // No setting is a float, a date or an inline table: any other type is refused alike.
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Toml::Float(f64::NAN),
    }
}
