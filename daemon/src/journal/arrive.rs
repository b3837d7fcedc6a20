//! A session from a file is put into the journal as it is, under a number of its own.

use std::sync::Arc;

use alc_core::{Name, Seq, State};
use rusqlite::{Connection, named_params};

use super::{
    change::{WriteError, insert_entries},
    checksum::Table,
    copy::{Copy, CopyError, next_number},
    create::{check_bearer, check_id, index_labels},
    record::Arrival,
    row::ReadError,
    text::Texts,
};

impl From<CopyError> for WriteError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Source(error) => Self::Unreadable { source: Arc::new(error) },
            CopyError::Target(error) => error.into(),
        }
    }
}

/// The session's row comes behind its history: the journal takes no more for a session that has ended.
pub(super) fn arrive(
    db: &Connection,
    texts: &mut Texts,
    arrival: &Arrival,
) -> Result<(), WriteError> {
    let Arrival { parcel, id, name, folder, project, at, entries } = arrival;
    check_id(db, id)?;
    let bears = matches!(parcel.state, State::Running { cancel: None } | State::Paused(_));
    check_bearer(db, name.as_ref().filter(|_| bears))?;
    let n = next_number(db)?;
    let copy = Copy { from: &parcel.db, to: db, id: &parcel.id };
    let of_session = [("session", ":n")];
    for table in [Table::Event, Table::Effect, Table::Query] {
        copy.rows(table, "TRUE", &of_session, named_params! { ":n": n })?;
    }
    let (seq, at): (i64, i64) = parcel
        .db
        .query_row("SELECT seq, max(changed_at, ?1) FROM session", [at], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(ReadError::from)?;
    let seq = Seq(seq.cast_unsigned());
    insert_entries(db, texts, n, seq, at, entries)?;
    let changed = [
        ("n", ":n"),
        ("id", ":id"),
        ("name", ":name"),
        ("seq", ":seq"),
        ("changed_at", ":at"),
        ("caller", "json_set(caller, '$.folder', :folder, '$.project', :project)"),
    ];
    let parameters = named_params! {
        ":n": n,
        ":id": id.as_str(),
        ":name": name.as_ref().map(Name::as_str),
        ":seq": seq.plus(entries.len()).0.cast_signed(),
        ":at": at,
        ":folder": folder,
        ":project": project,
    };
    copy.rows(Table::Session, "TRUE", &changed, parameters)?;
    index_labels(db, n)
}
