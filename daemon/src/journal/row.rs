//! Reads rows; what a column should not hold is an error that names it and its session.

use alc_core::{PauseKind, SessionKind};
use rusqlite::{Connection, Params, Row, types::ValueRef};
use serde::de::DeserializeOwned;

use super::text::{Flaw, load};

/// The journal could not say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// One session's part of the journal is damaged.
    #[error("column `{column}` of session {session} is damaged")]
    Damaged { session: String, column: &'static str, source: Flaw },
    /// SQLite cannot read the file.
    #[error("the journal cannot be read")]
    Sqlite(#[from] rusqlite::Error),
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

/// One row that belongs to a session.
pub(super) struct Columns<'a> {
    db: &'a Connection,
    row: &'a Row<'a>,
    session: &'a str,
}

impl<'a> Columns<'a> {
    pub(super) fn new(db: &'a Connection, row: &'a Row<'a>, session: &'a str) -> Self {
        Self { db, row, session }
    }

    /// What to say of a `column` that is not as it should be.
    pub(super) fn damaged(&self, column: &'static str, source: Flaw) -> ReadError {
        ReadError::Damaged { session: self.session.to_owned(), column, source }
    }

    fn value(&self, column: &'static str) -> Result<ValueRef<'_>, ReadError> {
        Ok(self.row.get_ref(column)?)
    }

    /// A text, wherever it is stored.
    pub(super) fn text(&self, column: &'static str) -> Result<String, ReadError> {
        load(self.db, self.value(column)?).map_err(|flaw| self.damaged(column, flaw))
    }

    /// As [`Self::text`], where there may be none.
    pub(super) fn optional_text(&self, column: &'static str) -> Result<Option<String>, ReadError> {
        if self.is_null(column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    /// A value stored as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, ReadError> {
        serde_json::from_str(&self.text(column)?)
            .map_err(|error| self.damaged(column, error.into()))
    }

    /// As [`Self::json`], where there may be none.
    pub(super) fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, ReadError> {
        if self.is_null(column)? { Ok(None) } else { self.json(column).map(Some) }
    }

    /// A number that fits `T`.
    pub(super) fn number<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, ReadError> {
        let number = self.value(column)?.as_i64().ok().and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.damaged(column, Flaw::Type))
    }

    /// As [`Self::number`], where there may be none.
    pub(super) fn optional_number<T: TryFrom<i64>>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, ReadError> {
        if self.is_null(column)? { Ok(None) } else { self.number(column).map(Some) }
    }

    /// A word, read by `parse`.
    pub(super) fn word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ReadError> {
        let word = self.value(column)?.as_str().map_err(|_| self.damaged(column, Flaw::Type))?;
        parse(word).ok_or_else(|| self.damaged(column, Flaw::Unknown))
    }

    /// As [`Self::word`], where there may be none.
    pub(super) fn optional_word<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        if self.is_null(column)? { Ok(None) } else { self.word(column, parse).map(Some) }
    }

    /// Exactly `N` bytes.
    pub(super) fn bytes<const N: usize>(&self, column: &'static str) -> Result<[u8; N], ReadError> {
        let bytes = self.value(column)?.as_blob().ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| self.damaged(column, Flaw::Type))
    }

    pub(super) fn is_null(&self, column: &'static str) -> Result<bool, ReadError> {
        Ok(self.value(column)? == ValueRef::Null)
    }
}

/// Calls `each` with every row of `session` that `sql` finds.
pub(super) fn for_each(
    db: &Connection,
    session: &str,
    sql: &str,
    params: impl Params,
    mut each: impl FnMut(&Columns<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        each(&Columns::new(db, row, session))?;
    }
    Ok(())
}

/// What `read` makes of each row of `session` that `sql` finds.
pub(super) fn all<T>(
    db: &Connection,
    session: &str,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut found = Vec::new();
    for_each(db, session, sql, params, |columns| {
        found.push(read(columns)?);
        Ok(())
    })?;
    Ok(found)
}

/// What `read` makes of the first row of `session` that `sql` finds.
pub(super) fn first<T>(
    db: &Connection,
    session: &str,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    match rows.next()? {
        Some(row) => read(&Columns::new(db, row, session)).map(Some),
        None => Ok(None),
    }
}

/// How a sort of session is written.
pub(super) fn kind_name(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Run => "run",
        SessionKind::Advice => "advice",
        SessionKind::Eval => "eval",
    }
}

/// The sort of session written as `name`.
pub(super) fn parse_kind(name: &str) -> Option<SessionKind> {
    [SessionKind::Run, SessionKind::Advice, SessionKind::Eval]
        .into_iter()
        .find(|kind| kind_name(*kind) == name)
}

/// How a kind of pause is written.
pub(super) fn pause_name(kind: PauseKind) -> &'static str {
    match kind {
        PauseKind::Single => "single",
        PauseKind::Batch => "batch",
    }
}

/// The kind of pause written as `name`.
pub(super) fn parse_pause(name: &str) -> Option<PauseKind> {
    [PauseKind::Single, PauseKind::Batch].into_iter().find(|kind| pause_name(*kind) == name)
}
