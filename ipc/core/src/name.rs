//! What callers call sessions and requests by: names, labels and idempotency keys.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The most characters of a name and of a label's key.
const LONGEST: usize = 64;
/// The most bytes of a label's value.
const LONGEST_VALUE: usize = 1024;
/// The most bytes of an idempotency key.
const LONGEST_KEY: usize = 255;

/// The text is no name, label or key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Not 1 to 64 of the characters that a name may have.
    #[error("a name is 1 to {LONGEST} letters, digits, `_` or `-`")]
    Name,
    /// Not a key, an equals sign and a value.
    #[error(
        "a label is written KEY=VALUE, KEY being 1 to {LONGEST} letters, digits, `_`, `.` or `-`"
    )]
    Label,
    /// The value of a label is too long.
    #[error("the value of a label is over the limit of {LONGEST_VALUE} bytes")]
    Value,
    /// Not 1 to 255 bytes of text.
    #[error("an idempotency key is 1 to {LONGEST_KEY} bytes without control characters")]
    Key,
}

/// A name that somebody gave a session: exact, and at most one live session has it.
///
/// ```
/// assert!("review-42".parse::<alc_core::Name>().is_ok());
/// assert!("a b".parse::<alc_core::Name>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// A key and a value by which sessions are selected, written `KEY=VALUE`.
///
/// ```
/// let label: alc_core::Label = "batch=b=1".parse()?;
/// assert_eq!((label.key(), label.value()), ("batch", "b=1"));
/// # Ok::<(), alc_core::BadName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label {
    key: String,
    value: String,
}

/// Names one request, so that the same request sent again is known as such.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

/// What a spawn does where a session has the name that it wants to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IfExists {
    /// Refuse.
    #[default]
    Fail,
    /// Return the live session of that name, else the newest one that is done, if it ran the same.
    Reuse,
    /// Cancel the live session of that name in the commit that creates the new one.
    Replace,
}

impl IfExists {
    /// Every choice, the default first.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Reuse, Self::Replace];

    /// The choice as it is typed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Reuse => "reuse",
            Self::Replace => "replace",
        }
    }

    /// The choice typed as `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == text)
    }
}

impl Name {
    /// The name as it is typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if is_word(text, b"_-") { Ok(Self(text.to_owned())) } else { Err(BadName::Name) }
    }
}

impl Label {
    /// What is labelled.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// As what.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl FromStr for Label {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let (key, value) = text.split_once('=').ok_or(BadName::Label)?;
        if !is_word(key, b"_.-") {
            return Err(BadName::Label);
        }
        if value.len() > LONGEST_VALUE {
            return Err(BadName::Value);
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

impl Key {
    /// Makes a key that nobody else has from 128 random bits.
    #[must_use]
    pub fn from_random(random: u128) -> Self {
        Self(format!("{random:032x}"))
    }

    /// The key as it is typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Key {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let fits = (1..=LONGEST_KEY).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadName::Key) }
    }
}

/// Whether the text is a word of letters, digits and `others`.
fn is_word(text: &str, others: &[u8]) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What `serde` asks of types that it writes as text.
macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.to_string()
            }
        }
    )*};
}
as_text!(Name, Label, Key);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Reference;

    #[test]
    fn what_is_no_name_label_or_key_is_refused() {
        let long = "a".repeat(65);
        for text in ["", "a b", "a.b", "@", "ü", "a/b", &long] {
            assert_eq!(text.parse::<Name>(), Err(BadName::Name), "{text}");
        }
        for text in ["", "a", "=b", "a b=c", "ü=b", &format!("{long}=b")] {
            assert_eq!(text.parse::<Label>(), Err(BadName::Label), "{text}");
        }
        let value = "b".repeat(1025);
        assert_eq!(format!("a={value}").parse::<Label>(), Err(BadName::Value));
        for text in ["", "a\nb", &"k".repeat(256)] {
            assert_eq!(text.parse::<Key>(), Err(BadName::Key), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_name_can_be_said_as_a_reference(text in "[A-Za-z0-9_-]{1,64}") {
            prop_assert_eq!(text.parse::<Name>().map(|name| name.to_string()), Ok(text.clone()));
            prop_assert!(text.parse::<Reference>().is_ok());
        }

        #[test]
        fn a_label_reads_back_what_it_shows(key in "[A-Za-z0-9_.-]{1,64}", value in ".{0,99}") {
            let label: Label = format!("{key}={value}").parse().expect("a label");
            prop_assert_eq!((label.key(), label.value()), (&key[..], &value[..]));
            prop_assert_eq!(label.to_string().parse(), Ok(label));
        }

        #[test]
        fn a_made_key_is_one(random: u128) {
            let key = Key::from_random(random);
            prop_assert_eq!(key.as_str().parse(), Ok(key));
        }
    }
}
