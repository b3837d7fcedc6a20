//! The checksum that a session's rows bear in their last column: a CRC-32 of the values in all others.
//! SQLite does not notice a byte that has changed inside of a value; with this, every reader does.

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

    /// What `work` makes of the names of the columns before the checksum.
    fn with_columns<T>(
        self,
        db: &Connection,
        work: impl FnOnce(&[&str]) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let statement = db.prepare_cached(&format!("SELECT * FROM {} LIMIT 0", self.name()))?;
        let mut names: Vec<_> = statement.column_names().collect();
        names.pop();
        work(&names)
    }

    /// Inserts rows, a few at a time, each with its checksum; what a row does not name is NULL.
    pub(super) fn insert(self, db: &Connection, rows: &[Vec<Pair<'_>>]) -> rusqlite::Result<()> {
        let mut values = Vec::new();
        let width = self.with_columns(db, |columns| {
            for row in rows {
                let mut sum = Sum::default();
                for column in columns {
                    let value = match row.iter().find(|(name, _)| name == column) {
                        Some((_, value)) => value.to_sql()?,
                        None => Null.into(),
                    };
                    sum.add(borrowed(&value));
                    values.push(value);
                }
                values.push(sum.value().into());
            }
            Ok(columns.len() + 1)
        })?;
        let places = format!("({})", vec!["?"; width].join(", "));
        let places = vec![&*places; rows.len()].join(", ");
        let sql = format!("INSERT INTO {} VALUES {places}", self.name());
        db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }
}

/// Whether a row, as `SELECT *` finds it behind `skipped` other columns, is as it was written.
pub(super) fn is_good(row: &Row<'_>, skipped: usize) -> rusqlite::Result<bool> {
    let last = row.as_ref().column_count() - 1;
    let mut sum = Sum::default();
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
    pub(super) fn with(
        mut self,
        db: &Connection,
        column: &str,
        value: &Value,
    ) -> rusqlite::Result<Self> {
        self.table.with_columns(db, |columns| {
            for (_, old) in
                columns.iter().zip(&mut self.values).filter(|(name, _)| **name == column)
            {
                old.clone_from(value);
            }
            Ok(())
        })?;
        Ok(self)
    }

    /// Inserts the row into a database where it is not.
    pub(super) fn insert(&self, to: &Connection) -> rusqlite::Result<()> {
        self.table.with_columns(to, |columns| {
            let mut row: Vec<Pair<'_>> = Vec::with_capacity(columns.len());
            for (column, value) in columns.iter().zip(&self.values) {
                row.push((column, value));
            }
            self.table.insert(to, &[row])
        })
    }

    /// Writes new values where they differ from the old ones: SQLite rewrites the index of a column
    /// that is set, changed or not.
    pub(super) fn change(&self, db: &Connection, changes: &[Pair<'_>]) -> rusqlite::Result<()> {
        let mut sum = Sum::default();
        let (mut set, mut values, mut key) = (String::new(), Vec::new(), Vec::new());
        self.table.with_columns(db, |columns| {
            for (column, old) in columns.iter().zip(&self.values) {
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
            Ok(())
        })?;
        values.push(sum.value().into());
        values.append(&mut key);
        let (name, key) = (self.table.name(), self.table.key().join(" = ? AND "));
        let sql = format!("UPDATE {name} SET {set}sum = ? WHERE {key} = ?");
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

/// A checksum, to which a row's values are added one after the other.
#[derive(Default)]
struct Sum(crc32fast::Hasher);

impl Sum {
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
        let mut head = [kind; 9];
        head[1..].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.update(&head);
        self.0.update(bytes);
    }

    fn value(self) -> i64 {
        self.0.finalize().into()
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
