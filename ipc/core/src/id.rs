//! How sessions, queries and places in a history are named.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Crockford's base32 in lower case: no `i`, `l`, `o` or `u`, so an id can be read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SHORTEST: usize = 8;
const LONGEST: usize = 26;

/// Names one session for ever; eight or more characters of lower-case Crockford base32.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(String);

impl SessionId {
    /// Makes an id from the lowest 40 of `random`'s bits; the caller sees to it that it is new.
    ///
    /// It begins with a letter, so that no tool takes it for a number.
    ///
    /// ```
    /// assert_eq!(alc_core::SessionId::from_random(0).as_str(), "a0000000");
    /// ```
    #[must_use]
    pub fn from_random(random: u64) -> Self {
        let letters = &ALPHABET[10..];
        let mut rest = random;
        let mut text = String::with_capacity(SHORTEST);
        let first = usize::try_from(rest % 22).unwrap_or_default();
        text.push(char::from(letters[first]));
        rest /= 22;
        for _ in 1..SHORTEST {
            text.push(char::from(ALPHABET[usize::try_from(rest % 32).unwrap_or_default()]));
            rest /= 32;
        }
        Self(text)
    }

    /// The id as it is typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Names the session's query `number`.
    #[must_use]
    pub fn query(&self, number: u32) -> QueryId {
        QueryId { session: self.clone(), number }
    }
}

/// The text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}")]
pub struct BadId {
    text: String,
    what: &'static str,
}

impl FromStr for SessionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let fits = (SHORTEST..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| ALPHABET.contains(&byte));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId { text: text.to_owned(), what: "a session id" })
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names one question of one session: `SESSION.N`, N counting from 1 and never used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId {
    /// The session that asks.
    pub session: SessionId,
    /// Its place among the session's queries, from 1.
    pub number: u32,
}

impl FromStr for QueryId {
    type Err = BadId;

    /// ```
    /// let id: alc_core::QueryId = "k7fq2m9d.3".parse()?;
    /// assert_eq!((id.session.as_str(), id.number), ("k7fq2m9d", 3));
    /// # Ok::<(), alc_core::BadId>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId { text: text.to_owned(), what: "a query id" };
        let (session, number) = text.split_once('.').ok_or_else(bad)?;
        Ok(Self {
            session: session.parse().map_err(|_| bad())?,
            number: query_number(number).ok_or_else(bad)?,
        })
    }
}

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session, self.number)
    }
}

/// Reads the N of `SESSION.N`: digits only, no leading zero.
fn query_number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

/// How a verb names a session, perhaps one of its queries: `@`, an id, a name or a unique prefix of
/// an id, each with `.N` behind it where a query is meant.
///
/// ```
/// let reference: alc_core::Reference = "k7fq2m9d.3".parse()?;
/// assert_eq!(reference.query, Some(3));
/// # Ok::<(), alc_core::BadReference>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Which session.
    pub session: SessionRef,
    /// Which of its queries, if one was named.
    pub query: Option<u32>,
}

/// The session part of a [`Reference`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionRef {
    /// `@`: the session created last.
    Newest,
    /// An id, a name, or four or more first characters of an id.
    Text(String),
}

/// The text cannot name a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot name a session")]
pub struct BadReference(String);

impl FromStr for Reference {
    type Err = BadReference;

    fn from_str(text: &str) -> Result<Self, BadReference> {
        let bad = || BadReference(text.to_owned());
        let (session, query) = match text.split_once('.') {
            Some((session, number)) => (session, Some(query_number(number).ok_or_else(bad)?)),
            None => (text, None),
        };
        let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let session = match session {
            "@" => SessionRef::Newest,
            "" => return Err(bad()),
            text if text.len() <= 64 && text.bytes().all(named) => {
                SessionRef::Text(text.to_owned())
            }
            _ => return Err(bad()),
        };
        Ok(Self { session, query })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.session {
            SessionRef::Newest => f.write_str("@")?,
            SessionRef::Text(text) => f.write_str(text)?,
        }
        self.query.map_or(Ok(()), |number| write!(f, ".{number}"))
    }
}

impl From<SessionId> for Reference {
    fn from(id: SessionId) -> Self {
        Self { session: SessionRef::Text(id.0), query: None }
    }
}

impl From<QueryId> for Reference {
    fn from(id: QueryId) -> Self {
        Self { session: SessionRef::Text(id.session.0), query: Some(id.number) }
    }
}

/// A place in a session's history, from 1 and without gaps; 0 is before the first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place `count` entries on.
    #[must_use]
    pub fn plus(self, count: usize) -> Self {
        Self(self.0 + count as u64)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gives a type that is written as text the same text in JSON.
macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}
as_text!(SessionId, QueryId, Reference);

/// Describes a type that is written as text.
#[cfg(feature = "schema")]
macro_rules! described {
    ($name:ident, $pattern:literal) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern})
            }
        }
    };
}
#[cfg(feature = "schema")]
described!(SessionId, "^[0-9a-hjkmnp-tv-z]{8,26}$");
#[cfg(feature = "schema")]
described!(QueryId, r"^[0-9a-hjkmnp-tv-z]{8,26}\.[1-9][0-9]*$");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_made_id_parses_and_is_short(random: u64) {
            let id = SessionId::from_random(random);
            prop_assert_eq!(id.as_str().len(), SHORTEST);
            prop_assert!(id.as_str().as_bytes()[0].is_ascii_lowercase());
            prop_assert_eq!(id.as_str().parse::<SessionId>(), Ok(id));
        }

        #[test]
        fn a_query_id_reads_back_what_it_shows(random: u64, number in 1u32..) {
            let id = SessionId::from_random(random).query(number);
            prop_assert_eq!(id.to_string().parse::<QueryId>(), Ok(id));
        }

        #[test]
        fn no_text_makes_parsing_panic(text: String) {
            let _ = text.parse::<SessionId>();
            let _ = text.parse::<QueryId>();
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "short", "k7fq2m9l", "K7FQ2M9D", "k7fq2m9d.", "k7fq 2m9d"] {
            assert!(text.parse::<SessionId>().is_err(), "{text}");
        }
        for text in ["k7fq2m9d", "k7fq2m9d.0", "k7fq2m9d.01", "k7fq2m9d.-1", "k7fq2m9d.4294967296"]
        {
            assert!(text.parse::<QueryId>().is_err(), "{text}");
        }
        for text in ["", ".", ".1", "a b", "@@", "a.b", "ü"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
