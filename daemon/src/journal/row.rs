//! Reads rows; one that is not as it was written, or whose column holds what it should not, is an error
//! that names it and its session.

use std::ops::ControlFlow;

use alc_core::{PauseKind, SessionId, SessionKind};
use rusqlite::{Connection, Params, Row, ffi, types::ValueRef};
use serde::de::DeserializeOwned;

use super::{
    checksum::{Stored, Table, is_good},
    text::{Flaw, load},
};

/// The journal could not say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// One session's part of the journal is damaged.
    #[error("column `{column}` of session {session} is damaged")]
    Damaged { session: String, column: &'static str, source: Flaw },
    /// The same, told by the checksum of a row.
    #[error("session {session} is damaged: row {row} of `{table}` is not as it was written")]
    Changed { session: String, table: &'static str, row: String },
    /// The same, as SQLite sees it.
    #[error("session {session} is damaged: its rows of `{table}` cannot be read")]
    Corrupt { session: String, table: &'static str, source: rusqlite::Error },
    /// SQLite cannot read the file.
    #[error("the journal cannot be read")]
    Sqlite(#[from] rusqlite::Error),
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
}

impl ReadError {
    /// Whether it is about one session, and no other is affected.
    pub(crate) fn is_damage(&self) -> bool {
        self.session().is_some()
    }

    /// The id of the session that is damaged, if it is about one.
    pub(crate) fn session(&self) -> Option<&str> {
        match self {
            Self::Damaged { session, .. }
            | Self::Changed { session, .. }
            | Self::Corrupt { session, .. } => Some(session),
            Self::Sqlite(_) | Self::Closed => None,
        }
    }

    /// Whether SQLite has found the file damaged where it belongs to no session.
    pub(crate) fn is_of_a_damaged_file(&self) -> bool {
        matches!(self, Self::Sqlite(error) if is_corrupt(error))
    }

    /// What SQLite finds damaged while it looks for rows of one session is that session's.
    fn within(self, session: &SessionId, table: Table) -> Self {
        match self {
            Self::Sqlite(source) if is_corrupt(&source) => {
                Self::Corrupt { session: session.to_string(), table: table.name(), source }
            }
            error => error,
        }
    }
}

/// One row that belongs to a session.
pub(super) struct Columns<'a> {
    db: &'a Connection,
    row: &'a Row<'a>,
    session: &'a str,
    /// What the columns are called, from the first on.
    names: &'static [&'static str],
}

impl<'a> Columns<'a> {
    /// A row of a table without checksums, of which these columns were asked for.
    pub(super) fn new(
        db: &'a Connection,
        row: &'a Row<'a>,
        session: &'a str,
        names: &'static [&'static str],
    ) -> Self {
        Self { db, row, session, names }
    }

    /// A row of `table` as `SELECT *` finds it, if it is as it was written.
    fn checked(
        db: &'a Connection,
        row: &'a Row<'a>,
        session: &'a str,
        table: Table,
    ) -> Result<Self, ReadError> {
        if is_good(row, 0)? {
            return Ok(Self::new(db, row, session, table.columns()));
        }
        Err(changed(row, session, table))
    }

    /// The row, to change it.
    pub(super) fn stored(&self, table: Table) -> Result<Stored, ReadError> {
        Ok(Stored::of(table, self.row, 0)?)
    }

    /// What to say of a `column` that is not as it should be.
    pub(super) fn damaged(&self, column: &'static str, source: Flaw) -> ReadError {
        ReadError::Damaged { session: self.session.to_owned(), column, source }
    }

    fn value(&self, column: &'static str) -> Result<ValueRef<'_>, ReadError> {
        let place = self.names.iter().position(|name| *name == column);
        let unknown = || rusqlite::Error::InvalidColumnName(column.to_owned());
        Ok(self.row.get_ref(place.ok_or_else(unknown)?)?)
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

/// What to say of a row that is not as it was written.
pub(super) fn changed(row: &Row<'_>, session: &str, table: Table) -> ReadError {
    let row = table.key().last().and_then(|number| row.get::<_, i64>(*number).ok());
    let row = row.map_or_else(|| "?".to_owned(), |number| number.to_string());
    ReadError::Changed { session: session.to_owned(), table: table.name(), row }
}

/// What `read` makes of the row of a session; `None` if there is none.
pub(super) fn session<T>(
    db: &Connection,
    id: &SessionId,
    read: impl FnOnce(&Columns<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    let find = || {
        let mut statement = db.prepare_cached("SELECT * FROM session WHERE id = ?1")?;
        let mut rows = statement.query([id.as_str()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let row = Columns::checked(db, row, id.as_str(), Table::Session)?;
        // A damaged index may lead elsewhere.
        row.word("id", |found| (found == id.as_str()).then_some(()))?;
        read(&row).map(Some)
    };
    find().map_err(|error| error.within(id, Table::Session))
}

/// A session's rows in the other tables.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) db: &'a Connection,
    pub(super) id: &'a SessionId,
    /// The session's number.
    pub(super) n: i64,
}

impl Rows<'_> {
    /// Calls `each` with the rows that `which` finds, until it breaks off. The first parameter is the
    /// session's number.
    pub(super) fn each_until(
        self,
        table: Table,
        which: &str,
        params: impl Params,
        mut each: impl FnMut(&Columns<'_>) -> Result<ControlFlow<()>, ReadError>,
    ) -> Result<(), ReadError> {
        let Self { db, id, n } = self;
        let visit = || {
            let sql = format!("SELECT * FROM {} {which}", table.name());
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query(params)?;
            while let Some(row) = rows.next()? {
                let row = Columns::checked(db, row, id.as_str(), table)?;
                if row.number::<i64>("session")? != n {
                    return Err(row.damaged("session", Flaw::Contradiction));
                }
                if each(&row)?.is_break() {
                    break;
                }
            }
            Ok(())
        };
        visit().map_err(|error: ReadError| error.within(id, table))
    }

    /// Calls `each` with every row that `which` finds.
    pub(super) fn each(
        self,
        table: Table,
        which: &str,
        params: impl Params,
        mut each: impl FnMut(&Columns<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let each = |row: &Columns<'_>| each(row).map(ControlFlow::Continue);
        self.each_until(table, which, params, each)
    }

    /// What `read` makes of every row that `which` finds.
    pub(super) fn all<T>(
        self,
        table: Table,
        which: &str,
        params: impl Params,
        mut read: impl FnMut(&Columns<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        let mut found = Vec::new();
        self.each(table, which, params, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// What `read` makes of the first row that `which` finds.
    pub(super) fn first<T>(
        self,
        table: Table,
        which: &str,
        params: impl Params,
        mut read: impl FnMut(&Columns<'_>) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let mut found = None;
        self.each_until(table, which, params, |row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// What is wrong with a session that has fewer rows than it says.
    pub(super) fn missing(self, column: &'static str) -> ReadError {
        ReadError::Damaged { session: self.id.to_string(), column, source: Flaw::Contradiction }
    }
}

/// Whether SQLite has found the file damaged.
pub(super) fn is_corrupt(error: &rusqlite::Error) -> bool {
    use ffi::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
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
