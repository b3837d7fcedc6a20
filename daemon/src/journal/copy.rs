//! Copies a session's rows, and the texts they refer to, between two databases of this schema or
//! within one. What is only copied is not named here, so a new column is never left behind.

use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter, types::Value};

/// The rows are not all copied.
#[derive(Debug)]
pub(super) enum CopyError {
    /// They cannot be read, or a text is not where it should be.
    Source(rusqlite::Error),
    /// They cannot be written.
    Target(rusqlite::Error),
}

/// Where rows come from and where they go.
#[derive(Clone, Copy)]
pub(super) struct Copy<'a> {
    pub(super) from: &'a Connection,
    pub(super) to: &'a Connection,
}

/// A parameter of a statement: its name and value.
pub(super) type Named<'a> = (&'a str, &'a dyn ToSql);

impl Copy<'_> {
    /// Copies the rows of `table` for which `which` holds. Each column in `changed` gets the value of
    /// its expression instead of its own.
    pub(super) fn rows(
        self,
        table: &str,
        which: &str,
        changed: &[(&str, &str)],
        parameters: &[Named<'_>],
    ) -> Result<(), CopyError> {
        let columns = columns(self.from, table).map_err(CopyError::Source)?;
        let value = |column: &String| {
            let change = changed.iter().find(|(name, _)| name == column);
            change.map_or_else(|| column.clone(), |(_, instead)| format!("({instead})"))
        };
        let values: Vec<_> = columns.iter().map(value).collect();
        let select = format!("SELECT {} FROM {table} WHERE {which}", values.join(", "));
        let places: Vec<_> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
        let insert =
            format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let mut select = self.from.prepare(&select).map_err(CopyError::Source)?;
        let mut insert = self.to.prepare(&insert).map_err(CopyError::Target)?;
        let mut rows = select.query(parameters).map_err(CopyError::Source)?;
        while let Some(row) = rows.next().map_err(CopyError::Source)? {
            let values = (0..columns.len()).map(|place| row.get(place)).collect::<Result<_, _>>();
            let values: Vec<Value> = values.map_err(CopyError::Source)?;
            // Within one database the texts are there.
            if !std::ptr::eq(self.from, self.to) {
                for hash in values.iter().filter_map(as_hash) {
                    self.text(hash)?;
                }
            }
            insert.execute(params_from_iter(&values)).map_err(CopyError::Target)?;
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
        let (size, data) = text.map_err(CopyError::Source)?;
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

fn columns(db: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let statement = db.prepare(&format!("SELECT * FROM {table} LIMIT 0"))?;
    Ok(statement.column_names().map(str::to_owned).collect())
}

/// The number that the next session gets.
pub(super) fn next_number(db: &Connection) -> rusqlite::Result<i64> {
    let last = "SELECT seq FROM sqlite_sequence WHERE name = 'session'";
    let last: Option<i64> = db.prepare_cached(last)?.query_row([], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or_default() + 1)
}
