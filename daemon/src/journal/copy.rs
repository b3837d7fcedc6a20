//! Copies a session's rows, and the texts they refer to, between two databases of this schema or
//! within one. What is only copied is not named here, so a new column is never left behind.

use alc_core::SessionId;
use rusqlite::{Connection, OptionalExtension, ToSql, types::Value};

use super::{
    checksum::{Stored, Table, is_good},
    row::{ReadError, changed as changed_row},
};

/// The rows are not all copied.
#[derive(Debug)]
pub(super) enum CopyError {
    /// They cannot be read, or are not as they were written.
    Source(ReadError),
    /// They cannot be written.
    Target(rusqlite::Error),
}

impl CopyError {
    fn source(error: rusqlite::Error) -> Self {
        Self::Source(error.into())
    }
}

/// Where a session's rows come from and where they go.
#[derive(Clone, Copy)]
pub(super) struct Copy<'a> {
    pub(super) from: &'a Connection,
    pub(super) to: &'a Connection,
    pub(super) id: &'a SessionId,
}

/// A parameter of a statement: its name and value.
pub(super) type Named<'a> = (&'a str, &'a dyn ToSql);

impl Copy<'_> {
    /// Copies the rows of `table` for which `which` holds. Each column in `changed` gets the value of
    /// its expression instead of its own.
    pub(super) fn rows(
        self,
        table: Table,
        which: &str,
        changed: &[(&str, &str)],
        parameters: &[Named<'_>],
    ) -> Result<(), CopyError> {
        let mut values = String::new();
        for (_, value) in changed {
            values.extend(["(", value, "), "]);
        }
        let select = format!("SELECT {values}* FROM {} WHERE {which}", table.name());
        let mut select = self.from.prepare(&select).map_err(CopyError::source)?;
        let mut rows = select.query(parameters).map_err(CopyError::source)?;
        while let Some(row) = rows.next().map_err(CopyError::source)? {
            if !is_good(row, changed.len()).map_err(CopyError::source)? {
                return Err(CopyError::Source(changed_row(row, self.id.as_str(), table)));
            }
            let mut stored = Stored::of(table, row, changed.len()).map_err(CopyError::source)?;
            for (place, (column, _)) in changed.iter().enumerate() {
                stored = stored.with(column, row.get(place).map_err(CopyError::source)?);
            }
            // Within one database the texts are there.
            if !std::ptr::eq(self.from, self.to) {
                for hash in stored.values().iter().filter_map(as_hash) {
                    self.text(hash)?;
                }
            }
            stored.insert(self.to).map_err(CopyError::Target)?;
        }
        Ok(())
    }

    /// Copies the text of this hash, unless it is there.
    fn text(self, hash: &[u8]) -> Result<(), CopyError> {
        let there = "SELECT 1 FROM blob WHERE hash = ?1";
        let there = self.to.prepare_cached(there).and_then(|mut found| found.exists([hash]));
        if there.map_err(CopyError::Target)? {
            return Ok(());
        }
        let read = "SELECT size, data FROM blob WHERE hash = ?1";
        let text = self.from.prepare_cached(read).and_then(|mut text| {
            text.query_row([hash], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        });
        let (size, data) = text.map_err(CopyError::source)?;
        let write = "INSERT INTO blob (hash, size, data) VALUES (?1, ?2, ?3)";
        self.to
            .prepare_cached(write)
            .and_then(|mut write| write.execute((hash, size, data)))
            .map_err(CopyError::Target)?;
        Ok(())
    }
}

/// What travels has nothing else of this length in bytes than the hash of a text: the fingerprint of
/// a spawn stays here, and those of calls are shorter.
fn as_hash(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Blob(bytes) if bytes.len() == blake3::OUT_LEN => Some(bytes),
        _ => None,
    }
}

/// The number that the next session gets.
pub(super) fn next_number(db: &Connection) -> rusqlite::Result<i64> {
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'session'";
    let last: Option<i64> = db.prepare_cached(last)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or_default() + 1)
}
