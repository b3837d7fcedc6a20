//! What people hand in: texts, files, stdin and JSON; refused here before a daemon is looked for.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs::File,
    io::{self, IsTerminal as _, Read},
    path::{Path, PathBuf},
    str::FromStr,
};

use serde_json::value::RawValue;

use crate::{caller::CallerError, command::BadSpawn};

/// The longest answer, script or `ctx`, in bytes.
pub(crate) const LIMIT: usize = 16 << 20;

/// A value on the command line: `-` is stdin, `@FILE` a file, anything else the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// All of stdin.
    Stdin,
    /// All of a file.
    File(PathBuf),
    /// This.
    Text(String),
}

impl FromStr for Value {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix('@') {
            Some(path) => Self::File(PathBuf::from(path)),
            None if text == "-" => Self::Stdin,
            None => Self::Text(text.to_owned()),
        })
    }
}

impl Value {
    /// The text it stands for; `what` names it in messages.
    pub(crate) fn read(self, what: &'static str) -> Result<String, InputError> {
        match self {
            Self::Text(text) if text.len() > LIMIT => Err(too_large(what)),
            Self::Text(text) => Ok(text),
            Self::Stdin => read_stdin(what),
            Self::File(path) => read_file(&path, what),
        }
    }
}

/// A member of `ctx` that is a string: `KEY=TEXT`.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    key: String,
    text: String,
}

impl Member {
    pub(crate) fn new(key: &str, text: String) -> Self {
        Self { key: key.to_owned(), text }
    }
}

/// A member of `ctx` that is any JSON: `KEY=JSON`.
#[derive(Clone, Debug)]
pub(crate) struct RawMember {
    key: String,
    value: Box<RawValue>,
}

/// The text names no member of `ctx`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadMember {
    /// There is no key.
    #[error("a member of `ctx` is written KEY=VALUE")]
    NoKey,
    /// The value is no JSON.
    #[error("the value is not JSON: {0}; a string goes in --set")]
    NoJson(serde_json::Error),
}

impl FromStr for Member {
    type Err = BadMember;

    fn from_str(text: &str) -> Result<Self, BadMember> {
        let (key, text) = split_member(text)?;
        Ok(Self { key, text: text.to_owned() })
    }
}

impl FromStr for RawMember {
    type Err = BadMember;

    fn from_str(text: &str) -> Result<Self, BadMember> {
        let (key, text) = split_member(text)?;
        Ok(Self { key, value: serde_json::from_str(text).map_err(BadMember::NoJson)? })
    }
}

fn split_member(text: &str) -> Result<(String, &str), BadMember> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value)),
        _ => Err(BadMember::NoKey),
    }
}

/// What was handed in is refused; nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// A file or stdin cannot be read.
    #[error("cannot read {name}")]
    Unreadable { name: String, source: io::Error },
    /// Bytes that are no text.
    #[error("{what} is not UTF-8")]
    NotUtf8 { what: &'static str },
    /// Nothing where something must be.
    #[error("{what} is empty")]
    Empty { what: &'static str },
    /// No answer, which a program that crashed prints.
    #[error("the answer is empty; --allow-empty would accept that")]
    EmptyAnswer,
    /// Over a limit, in bytes.
    #[error("{what} is over the limit of {}", shown(*limit))]
    TooLarge { what: &'static str, limit: usize },
    /// Two things cannot both be read from stdin.
    #[error("the script and `ctx` cannot both come from stdin")]
    StdinTwice,
    /// Somebody at a terminal would sit before a program that seems to hang.
    #[error("{what} would be read from the terminal")]
    Terminal { what: &'static str, help: &'static str },
    /// Two labels of one key.
    #[error("the label `{key}` is given twice")]
    LabelTwice { key: String },
    /// `ctx` is no object.
    #[error("`ctx` is not a JSON object")]
    NoObject { source: serde_json::Error },
    /// Something else is no JSON.
    #[error("{what} is not JSON")]
    NoJson { what: &'static str, source: serde_json::Error },
    /// What a session should see of whoever starts it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// A line of `spawn --batch`.
    #[error(transparent)]
    Spawn(#[from] BadSpawn),
    /// A line of `resume --batch`.
    #[error("line {line}: {problem}")]
    Line { line: usize, problem: BadLine },
}

impl InputError {
    /// Whether it is about a limit.
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(
            self,
            Self::TooLarge { .. }
                | Self::Caller(CallerError::TooLarge)
                | Self::Line { problem: BadLine::TooLarge, .. }
        )
    }
}

/// What is wrong with a line of `resume --batch`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadLine {
    /// It is no answer.
    #[error("{0}")]
    NoAnswer(serde_json::Error),
    /// Another session's query.
    #[error("{0} is a query of another session")]
    OtherSession(alc_core::QueryId),
    /// The query has an answer in an earlier line.
    #[error("{0} has an answer already")]
    Twice(alc_core::QueryId),
    /// Over [`LIMIT`].
    #[error("the answer is over the limit of 16 MiB")]
    TooLarge,
}

/// All of stdin, which was asked for by name.
pub(crate) fn read_stdin(what: &'static str) -> Result<String, InputError> {
    read(io::stdin().lock(), "stdin", what, LIMIT)
}

/// All of stdin, which nobody named: a terminal is refused, with the command to read in `help`.
pub(crate) fn read_piped_stdin(
    what: &'static str,
    limit: usize,
    help: &'static str,
) -> Result<String, InputError> {
    if io::stdin().is_terminal() {
        return Err(InputError::Terminal { what, help });
    }
    read(io::stdin().lock(), "stdin", what, limit)
}

/// All of a file.
pub(crate) fn read_file(path: &Path, what: &'static str) -> Result<String, InputError> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => read(file, &name, what, LIMIT),
        Err(source) => Err(InputError::Unreadable { name, source }),
    }
}

/// The text without its last line end: a program's output as an answer, as `$(…)` takes it.
pub(crate) fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// A limit, in the unit that it is a number of.
fn shown(limit: usize) -> String {
    if limit.is_multiple_of(1 << 20) {
        format!("{} MiB", limit >> 20)
    } else {
        format!("{} KiB", limit >> 10)
    }
}

fn too_large(what: &'static str) -> InputError {
    InputError::TooLarge { what, limit: LIMIT }
}

fn read(
    from: impl Read,
    name: &str,
    what: &'static str,
    limit: usize,
) -> Result<String, InputError> {
    let mut bytes = Vec::new();
    // One byte for the line end that an answer drops, one to see that there is more.
    from.take(limit as u64 + 2)
        .read_to_end(&mut bytes)
        .map_err(|source| InputError::Unreadable { name: name.to_owned(), source })?;
    if bytes.len() > limit + 1 {
        return Err(InputError::TooLarge { what, limit });
    }
    String::from_utf8(bytes).map_err(|_| InputError::NotUtf8 { what })
}

/// The object that a session finds in its `ctx`: the JSON text `base`, members laid over it. Numbers
/// keep the digits they were written with.
pub(crate) fn merge_ctx(
    base: Option<&str>,
    set: Vec<Member>,
    set_json: Vec<RawMember>,
) -> Result<String, InputError> {
    let refused = |source| InputError::NoObject { source };
    let mut members: BTreeMap<String, Box<RawValue>> = match base {
        Some(text) => serde_json::from_str(text).map_err(refused)?,
        None => BTreeMap::new(),
    };
    for Member { key, text } in set {
        members.insert(key, serde_json::value::to_raw_value(&text).map_err(refused)?);
    }
    members.extend(set_json.into_iter().map(|member| (member.key, member.value)));
    let text = serde_json::to_string(&members).map_err(refused)?;
    if text.len() > LIMIT { Err(too_large("`ctx`")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Member {
        text.parse().expect("a member")
    }

    fn set_json(text: &str) -> RawMember {
        text.parse().expect("a member")
    }

    #[test]
    fn members_are_laid_over_ctx() {
        let ctx = merge_ctx(
            Some(r#"{"a":{"x":1},"n":12345678901234567890123}"#),
            vec![set("b=1"), set("t=a=\"b\"")],
            vec![set_json("a=[1,2]"), set_json("c=null")],
        );
        let expected = r#"{"a":[1,2],"b":"1","c":null,"n":12345678901234567890123,"t":"a=\"b\""}"#;
        assert_eq!(ctx.expect("an object"), expected);
        assert_eq!(merge_ctx(None, vec![], vec![]).expect("an object"), "{}");
    }

    #[test]
    fn ctx_that_is_no_object_is_refused() {
        for text in ["", "[1]", "3", "{", "{} {}", "null"] {
            let refused = merge_ctx(Some(text), vec![], vec![]);
            assert!(matches!(refused, Err(InputError::NoObject { .. })), "{text}");
        }
    }

    #[test]
    fn a_member_needs_a_key_and_its_value() {
        assert!("=x".parse::<Member>().is_err());
        assert!("x".parse::<Member>().is_err());
        assert!("k=bare".parse::<RawMember>().is_err());
    }

    #[test]
    fn text_is_read_whole_or_refused() {
        assert_eq!(read(&b"a\n"[..], "x", "it", LIMIT).expect("reads"), "a\n");
        assert!(matches!(read(&b"\xff"[..], "x", "it", LIMIT), Err(InputError::NotUtf8 { .. })));
        let longest = vec![b'a'; LIMIT + 1];
        assert_eq!(read(&longest[..], "x", "it", LIMIT).expect("reads").len(), LIMIT + 1);
        let longer = vec![b'a'; LIMIT + 2];
        assert!(matches!(read(&longer[..], "x", "it", LIMIT), Err(InputError::TooLarge { .. })));
    }

    #[test]
    fn a_value_is_stdin_a_file_or_itself() {
        let value = |text: &str| text.parse::<Value>();
        assert_eq!(value("-"), Ok(Value::Stdin));
        assert_eq!(value("@a.txt"), Ok(Value::File(PathBuf::from("a.txt"))));
        assert_eq!(value("--"), Ok(Value::Text("--".to_owned())));
        assert_eq!(value(""), Ok(Value::Text(String::new())));
    }
}
