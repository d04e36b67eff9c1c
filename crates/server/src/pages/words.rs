//! What pages say, in each language. The texts stand in `messages/`, one file a language; here it is decided which one.
//!
//! The files are Fluent, the part of it that two languages need ([`ftl`]): a hundred lines instead of a dozen crates that
//! format at run time what is known when the program is built.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

use http::HeaderMap;
use http::header;

use self::ftl::Message;

mod ftl;

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    English,
    Chinese,
}

impl Language {
    /// All, in the order of the switch.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its tag (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// Its name, in itself: whoever looks for it reads it.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.tag() == tag)
    }

    /// By what was chosen, else by what the browser asks for, else English.
    pub(crate) fn of(chosen: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = || {
            let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok())?;
            negotiate(text)
        };
        chosen.and_then(Self::from_tag).or_else(asked).unwrap_or(Self::English)
    }

    /// Everything that is said in it.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }
}

/// RFC 9110 section 12.5.4: the range with the highest weight that we have; of equal ones the first.
fn negotiate(text: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in text.split(',').take(32) {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = match weight.trim() {
            "" => 1.0,
            q => q.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q))?,
        };
        let primary = tag.trim().split('-').next().unwrap_or("").to_ascii_lowercase();
        let language = match primary.as_str() {
            "en" => Language::English,
            "zh" => Language::Chinese,
            _ => continue,
        };
        if weight > 0.0 && best.is_none_or(|(found, _)| weight > found) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// The messages of one language.
#[derive(Debug)]
pub(crate) struct Words(HashMap<&'static str, Message>);

const EN: &str = include_str!("../../messages/en.ftl");
const ZH_HANS: &str = include_str!("../../messages/zh-Hans.ftl");
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(EN));
static CHINESE: LazyLock<Words> = LazyLock::new(|| Words::read(ZH_HANS));

impl Words {
    fn read(file: &'static str) -> Self {
        Self(ftl::parse(file).expect("a test reads the files").into_iter().collect())
    }

    /// A message. One that is not there shows its key; a test sees to it that none is missing.
    pub(crate) fn say(&self, key: &str) -> String {
        self.fill(key, &[])
    }

    /// A message with its variables.
    pub(crate) fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        self.0.get(key).map_or_else(|| key.to_owned(), |message| message.fill(values))
    }
}

#[cfg(test)]
mod tests;
