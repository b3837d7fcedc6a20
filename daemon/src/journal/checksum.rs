//! The checksum that a session's rows bear in their last column: a CRC-32 of the values in all others.
//! SQLite does not notice a byte that has changed inside of a value; with this, every reader does.

use std::sync::LazyLock;

use rusqlite::{
    Connection, Row, ToSql, params_from_iter,
    types::{Null, ToSqlOutput, Value, ValueRef},
};

/// A table whose rows bear a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Session,
    Event,
    Effect,
    Query,
}

/// A column and its value.
pub(super) type Pair<'a> = (&'a str, &'a dyn ToSql);

impl Table {
    pub(super) const ALL: [Self; 4] = [Self::Session, Self::Event, Self::Effect, Self::Query];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Event => "event",
            Self::Effect => "effect",
            Self::Query => "query",
        }
    }

    /// The columns that find a row.
    pub(super) fn key(self) -> &'static [&'static str] {
        match self {
            Self::Session => &["n"],
            Self::Event => &["session", "seq"],
            Self::Effect => &["session", "n"],
            Self::Query => &["session", "number"],
        }
    }

    /// The columns before the checksum, as the table is declared: to ask SQLite for their names costs
    /// more than to read their values.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Session => SESSION,
            Self::Event => &["session", "seq", "at", "kind", "v", "body"],
            Self::Effect => &["session", "n", "kind", "fingerprint", "intent", "result"],
            Self::Query => QUERY,
        }
    }

    /// Inserts a row and its checksum; what it does not name is NULL.
    pub(super) fn insert(self, db: &Connection, row: &[Pair<'_>]) -> rusqlite::Result<()> {
        let mut values = Vec::with_capacity(self.columns().len() + 1);
        let mut sum = Sum::new();
        for column in self.columns() {
            let value = match row.iter().find(|(name, _)| name == column) {
                Some((_, value)) => value.to_sql()?,
                None => Null.into(),
            };
            sum.add(borrowed(&value));
            values.push(value);
        }
        values.push(sum.value().into());
        db.prepare_cached(self.insertion())?.execute(params_from_iter(values))?;
        Ok(())
    }

    /// SQLite need not prepare to undo a part of a change, since a change that fails is undone as a
    /// whole: `OR FAIL`.
    fn insertion(self) -> &'static str {
        static TEXTS: LazyLock<[String; 4]> = LazyLock::new(|| {
            Table::ALL.map(|table| {
                let places = vec!["?"; table.columns().len() + 1].join(", ");
                format!("INSERT OR FAIL INTO {} VALUES ({places})", table.name())
            })
        });
        &TEXTS[self as usize]
    }
}

const SESSION: &[&str] = &[
    "n",
    "id",
    "name",
    "labels",
    "spawn_key",
    "spawn_fingerprint",
    "kind",
    "state",
    "finished_at",
    "seq",
    "asked",
    "open",
    "calls",
    "tally",
    "lines",
    "created_at",
    "started_at",
    "stood_still",
    "changed_at",
    "paused_at",
    "pause_kind",
    "deadline_at",
    "state_before",
    "progress",
    "cancel",
    "outcome",
    "source",
    "chunk",
    "prelude",
    "ctx",
    "seed",
    "budget",
    "env",
    "settings",
    "caller",
    "abi",
];

const QUERY: &[&str] = &[
    "session",
    "number",
    "call",
    "answer",
    "usage",
    "tokens",
    "asked_at",
    "answered_at",
    "answer_key",
    "record",
];

/// Whether a row, as `SELECT *` finds it behind `skipped` other columns, is as it was written.
pub(super) fn is_good(row: &Row<'_>, skipped: usize) -> rusqlite::Result<bool> {
    let last = row.as_ref().column_count() - 1;
    let mut sum = Sum::new();
    for place in skipped..last {
        sum.add(row.get_ref(place)?);
    }
    Ok(row.get_ref(last)? == ValueRef::Integer(sum.value()))
}

/// A good row that is to be changed.
pub(super) struct Stored {
    table: Table,
    values: Vec<Value>,
}

impl Stored {
    /// A row as `SELECT *` finds it behind `skipped` other columns.
    pub(super) fn of(table: Table, row: &Row<'_>, skipped: usize) -> rusqlite::Result<Self> {
        let values = (skipped..row.as_ref().column_count()).map(|place| row.get(place));
        Ok(Self { table, values: values.collect::<Result<_, _>>()? })
    }

    /// All that it says.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The same with another value in one column.
    pub(super) fn with(mut self, column: &str, value: Value) -> Self {
        let place = self.table.columns().iter().position(|name| *name == column);
        if let Some(old) = place.and_then(|place| self.values.get_mut(place)) {
            *old = value;
        }
        self
    }

    /// Inserts the row into a database where it is not.
    pub(super) fn insert(&self, to: &Connection) -> rusqlite::Result<()> {
        let mut row: Vec<Pair<'_>> = Vec::with_capacity(self.values.len());
        for (column, value) in self.table.columns().iter().zip(&self.values) {
            row.push((column, value));
        }
        self.table.insert(to, &row)
    }

    /// Writes new values where they differ from the old ones: SQLite rewrites the index of a column
    /// that is set, changed or not.
    pub(super) fn change(&self, db: &Connection, changes: &[Pair<'_>]) -> rusqlite::Result<()> {
        let mut sum = Sum::new();
        let (mut set, mut values, mut key) = (String::new(), Vec::new(), Vec::new());
        for (column, old) in self.table.columns().iter().zip(&self.values) {
            let old = ValueRef::from(old);
            let new = match changes.iter().find(|(name, _)| name == column) {
                Some((_, value)) => value.to_sql()?,
                None => ToSqlOutput::Borrowed(old),
            };
            sum.add(borrowed(&new));
            if borrowed(&new) != old {
                set.extend([*column, " = ?, "]);
                values.push(new);
            }
            if self.table.key().contains(column) {
                key.push(ToSqlOutput::Borrowed(old));
            }
        }
        values.push(sum.value().into());
        values.append(&mut key);
        let (name, key) = (self.table.name(), self.table.key().join(" = ? AND "));
        let sql = format!("UPDATE OR FAIL {name} SET {set}sum = ? WHERE {key} = ?");
        db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }
}

/// Gives every row the checksum of what it says, for a test that has changed some.
#[cfg(test)]
pub(crate) fn renew(db: &Connection) {
    // What does not change otherwise is changed here.
    let triggers = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    db.set_db_config(triggers, false).expect("configures");
    for table in Table::ALL {
        let sql = format!("SELECT * FROM {}", table.name());
        let mut statement = db.prepare(&sql).expect("prepares");
        let rows = statement.query_map([], |row| Stored::of(table, row, 0)).expect("reads");
        for row in rows.collect::<Result<Vec<_>, _>>().expect("reads") {
            row.change(db, &[]).expect("changes");
        }
    }
    db.set_db_config(triggers, true).expect("configures");
}

/// The values of a row, one after the other, of which the checksum is taken at once.
struct Sum(Vec<u8>);

impl Sum {
    /// Of no value; most rows are shorter than what it has room for.
    fn new() -> Self {
        Self(Vec::with_capacity(1024))
    }

    /// Adds a value, with what tells it from others of the same bytes.
    fn add(&mut self, value: ValueRef<'_>) {
        let number = match value {
            ValueRef::Integer(number) => number.to_le_bytes(),
            ValueRef::Real(number) => number.to_le_bytes(),
            _ => [0; 8],
        };
        let (kind, bytes) = match value {
            ValueRef::Null => (0, &[][..]),
            ValueRef::Integer(_) => (1, &number[..]),
            ValueRef::Real(_) => (2, &number[..]),
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(bytes) => (4, bytes),
        };
        self.0.push(kind);
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn value(&self) -> i64 {
        crc32fast::hash(&self.0).into()
    }
}

fn borrowed<'a>(value: &'a ToSqlOutput<'_>) -> ValueRef<'a> {
    match value {
        ToSqlOutput::Borrowed(value) => *value,
        ToSqlOutput::Owned(value) => value.into(),
        // Nothing that is stored is anything else.
        _ => ValueRef::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_the_columns_that_it_is_declared_with() {
        let db = Connection::open_in_memory().expect("opens");
        db.execute_batch(include_str!("schema_1.sql")).expect("creates");
        for table in Table::ALL {
            let row = db.prepare(&format!("SELECT * FROM {}", table.name())).expect("prepares");
            let names: Vec<_> = row.column_names().collect();
            assert_eq!(names, [table.columns(), &["sum"]].concat());
        }
    }
}
