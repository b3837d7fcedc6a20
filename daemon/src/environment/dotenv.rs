//! Files of environment variables, as `.env` files are written: a `NAME=VALUE` a line, perhaps behind
//! `export`; empty lines and those that begin with `#` say nothing.
//!
//! A value ends with its line or at a ` #`. In quotes it may have several lines: as it stands in
//! single ones, with `\n`, `\r`, `\t`, `\"`, `\\` and `\$` in double ones. A `$` has no meaning of its
//! own: what a variable would stand for is another thing on another day.

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(crate) struct BadLine {
    /// From 1.
    pub(crate) line: usize,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is not NAME=VALUE")]
    NoPair,
    #[error(
        "a name has letters, digits, `_`, `.` and `-`, and begins with none of the last three but `_`"
    )]
    Name,
    #[error("the quote is not closed")]
    Open,
    #[error("something follows the closing quote")]
    Behind,
}

/// The variables in a text, in its order.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, BadLine> {
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rest = whole;
    let mut variables = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(variables);
        }
        let line = whole[..whole.len() - rest.len()].matches('\n').count() + 1;
        let bad = |problem| BadLine { line, problem };
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        let end = rest.find('\n').unwrap_or(rest.len());
        let equals = rest[..end].find('=').ok_or_else(|| bad(Problem::NoPair))?;
        let name = rest[..equals].trim_end();
        let name = name.strip_prefix("export ").map_or(name, str::trim_start);
        if !is_name(name) {
            return Err(bad(Problem::Name));
        }
        let (value, behind) = value(&rest[equals + 1..]).map_err(bad)?;
        variables.push((name.to_owned(), value));
        rest = behind;
    }
}

fn is_name(name: &str) -> bool {
    let begins = |first: char| first.is_ascii_alphabetic() || first == '_';
    name.starts_with(begins)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

/// The value that a text begins with, and the lines behind it.
fn value(text: &str) -> Result<(String, &str), Problem> {
    let text = text.trim_start_matches([' ', '\t']);
    let (value, rest) = match text.chars().next() {
        Some('\'') => {
            let (value, rest) = text[1..].split_once('\'').ok_or(Problem::Open)?;
            (value.to_owned(), rest)
        }
        Some('"') => quoted(&text[1..])?,
        _ => {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            let end = if line.starts_with('#') { Some(0) } else { line.find(" #") };
            return Ok((line[..end.unwrap_or(line.len())].trim_end().to_owned(), rest));
        }
    };
    let (behind, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let behind = behind.trim_start();
    if behind.is_empty() || behind.starts_with('#') {
        Ok((value, rest))
    } else {
        Err(Problem::Behind)
    }
}

/// What stands before the closing double quote, and what behind it.
fn quoted(text: &str) -> Result<(String, &str), Problem> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((place, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &text[place + 1..])),
            '\\' => match chars.next().ok_or(Problem::Open)?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                same @ ('"' | '\\' | '$') => value.push(same),
                other => value.extend(['\\', other]),
            },
            char => value.push(char),
        }
    }
    Err(Problem::Open)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value_of(text: &str) -> String {
        match &parse(text).expect(text)[..] {
            [(name, value)] if name == "A" => value.clone(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_value_is_bare_or_quoted() {
        for (text, value) in [
            ("A=b", "b"),
            ("A=", ""),
            ("A=#b", ""),
            ("  export  A = b c \t", "b c"),
            ("A=b # c", "b"),
            ("A=b#c", "b#c"),
            ("A=b=c", "b=c"),
            ("A=$HOME/${X}", "$HOME/${X}"),
            ("\u{feff}# x\r\n\r\nA=b\r\n#y", "b"),
            ("A='b # c\\n\"'", "b # c\\n\""),
            ("A='b\nc' # d", "b\nc"),
            (r#"A="b\n\t\"\\\$\x#c""#, "b\n\t\"\\$\\x#c"),
            ("A=\"b\nc=d\"\n# e", "b\nc=d"),
            ("A=\u{fc}", "\u{fc}"),
        ] {
            assert_eq!(value_of(text), value, "{text}");
        }
        let all = parse("A=1\nB.c-2=2\nA=3").expect("parses");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(all, [pair("A", "1"), pair("B.c-2", "2"), pair("A", "3")]);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line, problem) in [
            ("A=1\nB", 2, Problem::NoPair),
            ("B\nA=1", 1, Problem::NoPair),
            ("A='\n'\n\n2=1", 4, Problem::Name),
            ("=1", 1, Problem::Name),
            ("A B=1", 1, Problem::Name),
            ("A=1\nB=\"c\nd", 2, Problem::Open),
            ("A='", 1, Problem::Open),
            ("A=\"\\", 1, Problem::Open),
            ("A='b'c", 1, Problem::Behind),
        ] {
            assert_eq!(parse(text), Err(BadLine { line, problem }), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_value_reads_back(value in "[^'\0]*") {
            prop_assert_eq!(value_of(&format!("A='{value}'")), value);
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = parse(&text);
        }
    }
}
