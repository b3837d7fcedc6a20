//! The values of `alc.state`, for people at a shell.

use alc_ipc::{ErrorCode, Failure, Home, Place, Response, ValueRequest};
use serde_json::{Value, json};

use super::{
    card::{parsed, stored},
    failure,
};
use crate::store::{Change, Slot, StateError, Store, reset};

/// Answers from the data folder itself; changes are made under its locks, as sessions make theirs.
pub(crate) fn value(request: ValueRequest, home: &Home) -> Result<Response, Failure> {
    let store = Store::new(home.path());
    match request {
        ValueRequest::List(None) => {
            let entry = |(namespace, key): (Option<String>, String)| match namespace {
                Some(namespace) => json!({ "namespace": namespace, "key": key }),
                None => json!({ "key": key }),
            };
            stored(store.all()?.into_iter().map(entry))
        }
        ValueRequest::List(Some(namespace)) => {
            let mut keys = store.keys(&namespace)?;
            keys.sort_unstable();
            stored(keys.iter().map(|key| json!({ "namespace": namespace, "key": key })))
        }
        ValueRequest::Get(place) => match store.read(&slots(&place)?)? {
            Some(value) => stored([value]),
            None => Err(absent(&place)),
        },
        ValueRequest::Set { place, value, only_new } => {
            home.make().map_err(|error| failure::folder(&error))?;
            set(&store, &place, parsed(&value)?, only_new)
        }
        ValueRequest::Delete(place) => {
            let slots = slots(&place)?;
            // So that nothing is made where there is nothing.
            if store.read(&slots)?.is_none() {
                return Err(absent(&place));
            }
            let delete = |found: Option<(usize, Value)>| {
                let delete = Change { new: None, told: Value::Bool(true), backup: false };
                Ok(found.map(|(place, _)| (place, delete)).ok_or(Value::Null))
            };
            change(&store, &slots, delete)?.ok_or_else(|| absent(&place))?;
            stored([(); 0])
        }
        ValueRequest::Reset { folder, key, options } => {
            let slot = Slot::dispatched(&folder, &key)?;
            let (options, backup) = (parsed(&options)?, store.backup(&slot));
            let slots = [slot];
            if store.read(&slots)?.is_none() {
                return Err(StateError::Absent { folder, key }.into());
            }
            let told = change(&store, &slots, |found: Option<(usize, Value)>| {
                let (_, value) = found.ok_or(StateError::Absent { folder, key })?;
                reset(value, &options, &backup).map(|change| Ok((0, change)))
            })?;
            stored(told)
        }
    }
}

fn set(store: &Store, place: &Place, new: Value, only_new: bool) -> Result<Response, Failure> {
    let put = |found: Option<_>| {
        if only_new && found.is_some() {
            return Ok(Err(Value::Null));
        }
        let told = Value::Bool(true);
        Ok(Ok((0, Change { new: Some(new), told, backup: false })))
    };
    change(store, &slots(place)?, put)?.ok_or_else(|| Failure {
        code: ErrorCode::InTheWay,
        message: format!("`{}` has a value already", place.key),
        hint: Some(format!("alc kv get {}", place.key)),
    })?;
    stored([(); 0])
}

/// Where a value may be; the first place is written to.
fn slots(place: &Place) -> Result<Vec<Slot>, StateError> {
    Slot::find(&place.namespace, &place.key)
}

fn absent(place: &Place) -> Failure {
    Failure {
        code: ErrorCode::NotFound,
        message: format!("no value `{}` in the namespace `{}`", place.key, place.namespace),
        hint: Some("alc kv list".to_owned()),
    }
}

/// Makes a change; nothing, if there is none to make.
fn change(
    store: &Store,
    slots: &[Slot],
    decide: impl FnOnce(Option<(usize, Value)>) -> Result<Result<(usize, Change), Value>, StateError>,
) -> Result<Option<Value>, StateError> {
    match store.prepare(slots, decide)? {
        Ok(prepared) => prepared.make().map(Some),
        Err(_) => Ok(None),
    }
}
