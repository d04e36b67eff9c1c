//! From text to values, with the line of each.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value as Toml};

use super::fault::{Fault, nearest};
use super::keys::{CLIENT_KEYS, KEYS, Key};
use super::value::{Value, check};

const PREFIX: &str = "DOORWARD__";

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) value: Value,
    pub(super) place: String,
}

/// What was set. Keys are `section.name`.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) set: BTreeMap<String, Placed>,
    pub(super) clients: Vec<(String, BTreeMap<String, Placed>)>,
}

/// `DOORWARD__SECTION__KEY` and its value.
pub(super) fn environment() -> Vec<(String, String)> {
    let mut ours: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    ours.sort();
    ours
}

/// Reads everything, and gathers what is wrong.
pub(super) fn read(file: &str, text: &str, environment: &[(String, String)]) -> (Values, Vec<Fault>) {
    let mut reader = Reader { file, text, values: Values::default(), faults: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = reader.place(error.span().map_or(0, |s| s.start));
        reader.faults.push(Fault { place, text: error.message().to_owned() });
    }
    reader.table(root.get_ref(), "");
    for (name, value) in environment {
        reader.variable(name, value);
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
            let is_section = KEYS.iter().any(|k| k.section == full || k.section.starts_with(&format!("{full}.")));
            match value.get_ref() {
                DeValue::Array(clients) if full == "clients" => clients.iter().for_each(|c| self.client(c)),
                DeValue::Table(inner) if is_section => self.table(inner, &format!("{full}.")),
                other => match KEYS.iter().find(|k| format!("{}.{}", k.section, k.name) == full) {
                    Some(key) => {
                        let placed = self.checked(key, other, place, &full);
                        self.values.set.extend(placed.map(|p| (full, p)));
                    }
                    None => self.unknown(place, &full, path),
                },
            }
        }
    }

    fn checked(&mut self, key: &Key, value: &DeValue<'_>, place: String, full: &str) -> Option<Placed> {
        match check(key.kind, &plain(value)) {
            Ok(value) => Some(Placed { value, place }),
            Err(why) => {
                self.fault(place, format!("{full} {why}"));
                None
            }
        }
    }

    fn unknown(&mut self, place: String, full: &str, path: &str) {
        let section = path.trim_end_matches('.');
        let siblings = KEYS.iter().filter(|k| k.section == section).map(|k| k.name);
        let sections = KEYS.iter().map(|k| k.section).filter(|_| section.is_empty());
        let name = full.strip_prefix(path).unwrap_or(full);
        let hint = nearest(name, siblings.chain(sections).chain(section.is_empty().then_some("clients")));
        let hint = hint.map_or(String::new(), |h| format!(", did you mean {path}{h}?"));
        self.fault(place, format!("{full} is not a setting{hint}"));
    }

    fn client(&mut self, client: &Spanned<DeValue<'_>>) {
        let place = self.place(client.span().start);
        let DeValue::Table(table) = client.get_ref() else {
            return self.fault(place, "clients must be written as [[clients]]".into());
        };
        let mut set = BTreeMap::new();
        for (name, value) in table {
            let place = self.place(name.span().start);
            let full = format!("clients.{}", name.get_ref());
            match CLIENT_KEYS.iter().find(|k| k.name == name.get_ref().as_ref()) {
                Some(key) => {
                    set.extend(self.checked(key, value.get_ref(), place, &full).map(|p| (key.name.to_owned(), p)))
                }
                None => {
                    let hint = nearest(name.get_ref(), CLIENT_KEYS.iter().map(|k| k.name));
                    let hint = hint.map_or(String::new(), |h| format!(", did you mean {h}?"));
                    self.fault(place, format!("{full} is not a setting{hint}"));
                }
            }
        }
        self.values.clients.push((place, set));
    }

    /// The environment wins over the file. A value is what would stand in the file; a bare word is a text.
    fn variable(&mut self, name: &str, value: &str) {
        let full = name.trim_start_matches(PREFIX).to_ascii_lowercase().replace("__", ".");
        let place = format!("environment {name}");
        let Some(key) = KEYS.iter().find(|k| format!("{}.{}", k.section, k.name) == full) else {
            let known: Vec<String> = KEYS.iter().map(|k| format!("{}.{}", k.section, k.name)).collect();
            let hint = nearest(&full, known.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |h| format!(", did you mean {h}?"));
            return self.fault(place, format!("{full} is not a setting{hint}"));
        };
        let read = toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut t| t.remove("value"));
        match check(key.kind, &read.unwrap_or_else(|| Toml::String(value.to_owned()))) {
            Ok(value) => drop(self.values.set.insert(full, Placed { value, place })),
            Err(why) => self.fault(place, format!("{full} {why}")),
        }
    }
}

/// Without places.
fn plain(value: &DeValue<'_>) -> Toml {
    match value {
        DeValue::String(text) => Toml::String(text.as_ref().to_owned()),
        DeValue::Boolean(flag) => Toml::Boolean(*flag),
        DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).map_or(Toml::Boolean(false), Toml::Integer),
        DeValue::Array(list) => Toml::Array(list.iter().map(|v| plain(v.get_ref())).collect()),
        // No setting is a float, a date or an inline table: any other type is refused alike.
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Toml::Float(f64::NAN),
    }
}
