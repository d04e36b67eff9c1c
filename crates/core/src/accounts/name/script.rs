//! Names that look like other names: letters of several scripts in one name, and letters of another script that are twins
//! of Latin ones (Unicode Technical Standard 39).

use unicode_script::{Script, UnicodeScript as _};
use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::NameFault;

/// Judges each part by itself: `иван@example.org` is an ordinary address.
pub(super) fn check(identifier: &str) -> Result<(), NameFault> {
    let (local, domain) = identifier.split_once('@').unwrap_or((identifier, ""));
    for part in std::iter::once(local).chain(domain.split('.')) {
        if !is_of_one_script(part) {
            return Err(NameFault::MixedScripts);
        }
        if looks_latin(part) {
            return Err(NameFault::LookAlike);
        }
    }
    Ok(())
}

/// One script, or Latin together with Chinese, Japanese or Korean, as people write there ("highly restrictive").
fn is_of_one_script(part: &str) -> bool {
    if !AugmentedScriptSet::for_str(part).is_empty() {
        return true;
    }
    let others: String = part.chars().filter(|c| c.script() != Script::Latin).collect();
    let set = AugmentedScriptSet::for_str(&others);
    set.hanb || set.jpan || set.kore
}

/// Whether every letter beyond ASCII is the twin of one in ASCII, so that nobody sees which name it is: `раураӏ`, `yılmaz`.
/// One letter that is not gives a name away, as in `иван`.
fn looks_latin(part: &str) -> bool {
    if part.contains("i\u{307}") || part.contains("j\u{307}") {
        return true;
    }
    let mut foreign = part.chars().filter(|c| !c.is_ascii()).peekable();
    foreign.peek().is_some() && foreign.all(is_twin)
}

fn is_twin(c: char) -> bool {
    let mut buffer = [0; 4];
    let text = c.encode_utf8(&mut buffer);
    let mut twin = skeleton(text);
    twin.next().is_some_and(|c| c.is_ascii_alphanumeric()) && twin.next().is_none()
}
