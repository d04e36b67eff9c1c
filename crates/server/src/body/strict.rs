//! JSON in which two readers cannot find two things: no member of an object twice (RFC 8259 section 4 leaves open which one
//! counts), nothing behind the value, and no nesting that would take a reader's stack.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Deepest nesting of objects and lists.
const DEEPEST: usize = 32;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotJson,
    TooDeep,
    Twice,
}

/// Reads it once and keeps nothing.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let mut fault = Fault::NotJson;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Check { depth: 0, fault: &mut fault }.deserialize(&mut reader).and_then(|()| reader.end());
    read.map_err(|_| fault)
}

struct Check<'f> {
    depth: usize,
    fault: &'f mut Fault,
}

impl Check<'_> {
    fn deeper<E: serde::de::Error>(&mut self) -> Result<Check<'_>, E> {
        if self.depth == DEEPEST {
            *self.fault = Fault::TooDeep;
            return Err(E::custom("too deep"));
        }
        Ok(Check { depth: self.depth + 1, fault: self.fault })
    }

    fn again(&mut self) -> Check<'_> {
        Check { depth: self.depth, fault: self.fault }
    }
}

impl<'de> DeserializeSeed<'de> for Check<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut inner = self.deeper()?;
        while list.next_element_seed(inner.again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        let mut inner = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if !names.insert(name) {
                *inner.fault = Fault::Twice;
                return Err(A::Error::custom("twice"));
            }
            object.next_value_seed(inner.again())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_found_at_any_depth_and_however_it_is_written() {
        assert_eq!(check(r#"{"a":{"b":1},"c":{"b":1}}"#), Ok(()));
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":[{"a":1,"\u0061":2}]}]"#, r#"{"":1,"":1}"#] {
            assert_eq!(check(text), Err(Fault::Twice), "{text}");
        }
    }

    #[test]
    fn thirty_two_levels_are_read_and_one_more_is_not() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(&nested(DEEPEST)), Ok(()));
        assert_eq!(check(&nested(DEEPEST + 1)), Err(Fault::TooDeep));
        assert_eq!(check(&"[".repeat(60_000)), Err(Fault::TooDeep));
        assert_eq!(check(&"{\"a\":".repeat(10_000)), Err(Fault::TooDeep));
        assert_eq!(check(&format!("\"{}\"", "[".repeat(100))), Ok(()), "in a string they are letters");
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        for text in
            ["", " ", "{", "nul", "01", "1 2", "{}x", "\"\\ud800\"", "\"\u{0}\"", "NaN", "[1,]", "{'a':1}", "1e999"]
        {
            assert_eq!(check(text), Err(Fault::NotJson), "{text}");
        }
    }

    proptest! {
        /// What passes is JSON for the library too.
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:, \"\\\\0-9a-ceEfltrsu.+-]{0,80}", wild in "\\PC{0,120}") {
            for text in [text, wild] {
                if check(&text).is_ok() {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
                }
            }
        }

        /// However a name is written, it stands once.
        #[test]
        fn no_text_brings_one_member_twice(
            names in proptest::collection::vec("[ab]|\\\\u006[12]|\\\\\"|c{0,2}", 0..5),
            depth in 0..4_usize,
        ) {
            let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":[]")).collect();
            let object = format!("{{{}}}", members.join(","));
            let text = (0..depth).fold(object, |inner, _| format!("[0,{inner}]"));
            let read = names.iter().map(|name| serde_json::from_str::<String>(&format!("\"{name}\"")).unwrap());
            let apart: HashSet<String> = read.collect();
            let wanted = if apart.len() == names.len() { Ok(()) } else { Err(Fault::Twice) };
            prop_assert_eq!(check(&text), wanted, "{}", text);
        }
    }
}
