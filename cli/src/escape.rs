//! Text on one line: C's escapes for what would break a line, a column or a terminal.

use std::{borrow::Cow, fmt::Write as _};

/// The text with `\\`, tabs, line ends and other control characters written as in C.
pub(crate) fn escape(text: &str) -> String {
    written(text, |_| false)
}

/// The text with what could move a terminal's cursor or change its colours written as in C; lines,
/// tabs and backslashes stay as they are.
pub(crate) fn shield(text: &str) -> String {
    written(&text.replace("\r\n", "\n"), |char| matches!(char, '\n' | '\t' | '\\'))
}

/// JSON without the control characters that JSON itself lets stand; it means the same.
pub(crate) fn shield_json(json: &str) -> Cow<'_, str> {
    if !json.contains(char::is_control) {
        return Cow::Borrowed(json);
    }
    let mut shielded = String::with_capacity(json.len());
    for char in json.chars() {
        if char.is_control() {
            // Writing to a string cannot fail.
            let _ = write!(shielded, "\\u{:04x}", u32::from(char));
        } else {
            shielded.push(char);
        }
    }
    Cow::Owned(shielded)
}

fn written(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            char if stays(char) => escaped.push(char),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Three octal digits, since C's `\x` takes as many as follow.
            char if char.is_control() => {
                for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(escaped, "\\{byte:03o}");
                }
            }
            char => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shielded_text_keeps_its_lines() {
        assert_eq!(shield("a\tb\r\nc\\n\n\rd\u{1b}[2J"), "a\tb\nc\\n\n\\rd\\033[2J");
    }

    #[test]
    fn shielded_json_means_the_same() {
        let json = "{\"a\":\"\u{7f}\u{9b}2J ü\"}";
        assert_eq!(shield_json(json), r#"{"a":"\u007f\u009b2J ü"}"#);
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
        assert_eq!(value(&shield_json(json)), value(json));
    }

    #[test]
    fn a_text_stays_on_its_line_and_leaves_the_terminal_alone() {
        assert_eq!(escape("a\tb\r\nc\\n"), "a\\tb\\r\\nc\\\\n");
        assert_eq!(escape("\u{1b}[2J\0\u{7f}"), "\\033[2J\\000\\177");
        assert_eq!(escape("\u{9b}2J"), "\\302\\2332J");
        assert_eq!(escape("grün 🙂 \"x\""), "grün 🙂 \"x\"");
    }
}
