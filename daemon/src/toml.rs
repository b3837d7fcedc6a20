//! TOML that people write; what is wrong with it is named by its line.

use toml_edit::DocumentMut;

/// The text is not TOML.
#[derive(Debug, thiserror::Error)]
#[error("{line}: {problem}")]
pub(crate) struct Misspelt {
    pub(crate) line: usize,
    pub(crate) problem: String,
}

/// What the text says.
pub(crate) fn parse(text: &str) -> Result<DocumentMut, Misspelt> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Misspelt { line, problem: error.message().replace('\n', ", ") }
    })
}
