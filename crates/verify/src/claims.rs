//! What an access token says (RFC 9068 section 2.2), read strictly and written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::error::VerifyError;
use crate::json::{StrictValue, Text};

/// The claims of an access token. Times are whole seconds since 1970 (NumericDate).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Who issued it: a URL.
    pub iss: String,
    /// Whom it is about: an account id, never reused.
    pub sub: String,
    /// For whom it is meant.
    pub aud: Vec<String>,
    /// Which application it was issued to.
    pub client_id: String,
    /// It ends then.
    pub exp: i64,
    /// It was issued then.
    pub iat: i64,
    /// It counts from then on.
    pub nbf: Option<i64>,
    /// Its own name.
    pub jti: String,
    /// The session it belongs to.
    pub sid: Option<String>,
    /// The account's version when it was issued.
    pub ver: Option<u64>,
    /// When the person proved who they are.
    pub auth_time: Option<i64>,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// How well.
    pub acr: Option<String>,
    /// Names of roles.
    pub roles: Vec<String>,
    /// Names of permissions.
    pub permissions: Vec<String>,
    /// Granted scope, words with blanks between.
    pub scope: Option<String>,
    /// Everything else.
    pub extra: Map<String, Value>,
}

impl Claims {
    /// Reads the payload of a token.
    ///
    /// # Errors
    /// [`VerifyError::Claims`] if one of `iss`, `sub`, `aud`, `client_id`, `exp`, `iat`, `jti` is missing, or any has
    /// another shape.
    pub fn from_json(json: &[u8]) -> Result<Self, VerifyError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let claims = Self::deserialize(&mut reader).and_then(|c| reader.end().map(|()| c));
        claims.map_err(|_| VerifyError::Claims)
    }
}

/// Only what is there is written; `aud`, `roles` and `permissions` always, as lists.
impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("iss", &self.iss)?;
        map.serialize_entry("sub", &self.sub)?;
        map.serialize_entry("aud", &self.aud)?;
        map.serialize_entry("client_id", &self.client_id)?;
        map.serialize_entry("exp", &self.exp)?;
        map.serialize_entry("iat", &self.iat)?;
        entry(&mut map, "nbf", self.nbf.as_ref())?;
        map.serialize_entry("jti", &self.jti)?;
        entry(&mut map, "sid", self.sid.as_ref())?;
        entry(&mut map, "ver", self.ver.as_ref())?;
        entry(&mut map, "auth_time", self.auth_time.as_ref())?;
        entry(&mut map, "amr", Some(&self.amr).filter(|a| !a.is_empty()))?;
        entry(&mut map, "acr", self.acr.as_ref())?;
        map.serialize_entry("roles", &self.roles)?;
        map.serialize_entry("permissions", &self.permissions)?;
        entry(&mut map, "scope", self.scope.as_ref())?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn entry<M: SerializeMap, T: Serialize>(map: &mut M, name: &str, value: Option<&T>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ClaimsVisitor)
    }
}

struct ClaimsVisitor;

impl<'de> Visitor<'de> for ClaimsVisitor {
    type Value = Claims;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the claims of an access token")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
        let mut read = Read::default();
        while let Some(Text(name)) = map.next_key()? {
            read.member(name, &mut map)?;
        }
        read.finished().ok_or_else(|| A::Error::custom("a claim is missing"))
    }
}

/// Members as they are met; `None` is "not yet".
#[derive(Default)]
struct Read {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Strings>,
    client_id: Option<String>,
    exp: Option<Moment>,
    iat: Option<Moment>,
    nbf: Option<Moment>,
    jti: Option<String>,
    sid: Option<String>,
    ver: Option<u64>,
    auth_time: Option<Moment>,
    amr: Option<Vec<String>>,
    acr: Option<String>,
    roles: Option<Vec<String>>,
    permissions: Option<Vec<String>>,
    scope: Option<String>,
    extra: Map<String, Value>,
}

impl Read {
    fn member<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, map: &mut A) -> Result<(), A::Error> {
        match &*name {
            "iss" => once(&mut self.iss, map),
            "sub" => once(&mut self.sub, map),
            "aud" => once(&mut self.aud, map),
            "client_id" => once(&mut self.client_id, map),
            "exp" => once(&mut self.exp, map),
            "iat" => once(&mut self.iat, map),
            "nbf" => once(&mut self.nbf, map),
            "jti" => once(&mut self.jti, map),
            "sid" => once(&mut self.sid, map),
            "ver" => once(&mut self.ver, map),
            "auth_time" => once(&mut self.auth_time, map),
            "amr" => once(&mut self.amr, map),
            "acr" => once(&mut self.acr, map),
            "roles" => once(&mut self.roles, map),
            "permissions" => once(&mut self.permissions, map),
            "scope" => once(&mut self.scope, map),
            _ => {
                if self.extra.contains_key(&*name) {
                    return Err(A::Error::custom("a claim stands twice"));
                }
                let value = map.next_value_seed(StrictValue::member())?;
                self.extra.insert(name.into_owned(), value);
                Ok(())
            }
        }
    }

    fn finished(self) -> Option<Claims> {
        let required = |text: Option<String>| text.filter(|t| !t.is_empty());
        Some(Claims {
            iss: required(self.iss)?,
            sub: required(self.sub)?,
            aud: self.aud?.0,
            client_id: required(self.client_id)?,
            exp: self.exp?.0,
            iat: self.iat?.0,
            nbf: self.nbf.map(|m| m.0),
            jti: required(self.jti)?,
            sid: self.sid,
            ver: self.ver,
            auth_time: self.auth_time.map(|m| m.0),
            amr: self.amr.unwrap_or_default(),
            acr: self.acr,
            roles: self.roles.unwrap_or_default(),
            permissions: self.permissions.unwrap_or_default(),
            scope: self.scope,
            extra: self.extra,
        })
    }
}

fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(slot: &mut Option<T>, map: &mut A) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::custom("a claim stands twice"));
    }
    *slot = Some(map.next_value()?);
    Ok(())
}

/// A whole number of seconds from 1970 to the year 9999.
struct Moment(i64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = i64::deserialize(deserializer)?;
        if (0..=253_402_300_799).contains(&seconds) { Ok(Self(seconds)) } else { Err(D::Error::custom("not a moment")) }
    }
}

/// One string, or a list of them (RFC 7519 section 4.1.3).
struct Strings(Vec<String>);

impl<'de> Deserialize<'de> for Strings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StringsVisitor;
        impl<'de> Visitor<'de> for StringsVisitor {
            type Value = Strings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, one: &str) -> Result<Strings, E> {
                Ok(Strings(vec![one.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strings, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = seq.next_element()? {
                    all.push(one);
                }
                Ok(Strings(all))
            }
        }
        deserializer.deserialize_any(StringsVisitor)
    }
}

#[cfg(test)]
mod tests;
