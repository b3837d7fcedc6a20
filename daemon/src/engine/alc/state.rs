//! `alc.state`: what a script keeps beyond its session.

use alc_core::CallKind;
use mlua::{Lua, Table, Value};
use serde_json::{Value as Json, json};

use super::{Arguments, Raise, add, bad_argument, operate, text_of, world};
use crate::{
    engine::operation::{Begun, Operation, Outcome},
    store::{Change, Slot, StateError, Store, reset},
};

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    looks(lua, host)?;
    changes(lua, host)?;
    dispatched_changes(lua, host)
}

fn looks(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // state_get(namespace, key): whether there is a value, and the value.
    add(lua, host, "state_get", |lua, arguments| {
        let (namespace, key) = place(lua, &arguments)?;
        let text = format!("get\0{namespace}\0{key}");
        look(lua, text, move |store| {
            let value = store.read(&Slot::find(&namespace, &key)?)?;
            Ok(json!([value.is_some(), value]))
        })
    })?;
    add(lua, host, "state_keys", |lua, arguments| {
        let namespace = namespace(lua, &arguments)?;
        look(lua, format!("keys\0{namespace}"), move |store| Ok(json!(store.keys(&namespace)?)))
    })?;
    add(lua, host, "state_list", |lua, arguments| {
        let folder = arguments.text(lua, 1)?;
        look(lua, format!("list\0{folder}"), move |store| Ok(json!(store.list(&folder)?)))
    })?;
    add(lua, host, "state_show", |lua, arguments| {
        let (folder, key) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        look(lua, format!("show\0{folder}\0{key}"), move |store| {
            let value = store.read(&[Slot::dispatched(&folder, &key)?])?;
            value.ok_or(StateError::Absent { folder, key })
        })
    })
}

fn changes(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // state_put(namespace, key, value, only_new): whether it was written; the value is JSON text.
    add(lua, host, "state_put", |lua, arguments| {
        let (namespace, key) = place(lua, &arguments)?;
        let (value, only_new) = (arguments.text(lua, 3)?, arguments.flag(lua, 4));
        let text = format!("put\0{namespace}\0{key}\0{only_new}\0{value}");
        change(lua, text, Slot::find(&namespace, &key), move |found| {
            if only_new && found.is_some() {
                return Ok(Err(json!(false)));
            }
            Ok(Ok((0, put(parsed(&value)?, json!(true)))))
        })
    })?;
    add(lua, host, "state_delete", |lua, arguments| {
        let (namespace, key) = place(lua, &arguments)?;
        let text = format!("delete\0{namespace}\0{key}");
        change(lua, text, Slot::find(&namespace, &key), |found| {
            Ok(match found {
                None => Err(json!(false)),
                Some((place, _)) => {
                    Ok((place, Change { new: None, told: json!(true), backup: false }))
                }
            })
        })
    })?;
    // state_incr(namespace, key, delta, default): the new value.
    add(lua, host, "state_incr", |lua, arguments| {
        let (namespace, key) = place(lua, &arguments)?;
        let (delta, default) = (number(lua, &arguments, 3, 1.0)?, number(lua, &arguments, 4, 0.0)?);
        let text = format!("incr\0{namespace}\0{key}\0{delta:?}\0{default:?}");
        change(lua, text, Slot::find(&namespace, &key), move |found| {
            let old = match found {
                None => default,
                Some((_, value)) => value.as_f64().ok_or_else(|| {
                    StateError::Refused(format!("incr: value at '{key}' is not a number"))
                })?,
            };
            let new = json!(old + delta);
            Ok(Ok((0, put(new.clone(), new))))
        })
    })?;
    Ok(())
}

fn dispatched_changes(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "state_set_dispatched", |lua, arguments| {
        let (folder, key) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let value = arguments.text(lua, 3)?;
        let text = format!("set_dispatched\0{folder}\0{key}\0{value}");
        let slot = Slot::dispatched(&folder, &key).map(|slot| vec![slot]);
        change(lua, text, slot, move |_| {
            Ok(Ok((0, Change { backup: true, ..put(parsed(&value)?, Json::Null) })))
        })
    })?;
    add(lua, host, "state_delete_dispatched", |lua, arguments| {
        let (folder, key) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let slot = Slot::dispatched(&folder, &key).map(|slot| vec![slot]);
        change(lua, format!("delete_dispatched\0{folder}\0{key}"), slot, |found| {
            let delete = Change { new: None, told: json!(true), backup: true };
            Ok(found.map(|_| (0, delete)).ok_or(json!(false)))
        })
    })?;
    // state_reset(namespace, key, options): what was removed; the options are JSON text.
    add(lua, host, "state_reset", |lua, arguments| {
        let (folder, key) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let options = arguments.text(lua, 3)?;
        let store = world(lua, |world| Store::new(&world.home))?;
        let text = format!("reset\0{folder}\0{key}\0{options}");
        let slot = Slot::dispatched(&folder, &key).map_err(|error| raise(&error))?;
        let backup = store.backup(&slot);
        change(lua, text, Ok(vec![slot]), move |found| {
            let (_, value) = found.ok_or(StateError::Absent { folder, key })?;
            reset(value, &parsed(&options)?, &backup).map(|change| Ok((0, change)))
        })
    })
}

fn put(new: Json, told: Json) -> Change {
    Change { new: Some(new), told, backup: false }
}

fn parsed(text: &str) -> Result<Json, StateError> {
    serde_json::from_str(text).map_err(|error| StateError::Refused(error.to_string()))
}

/// The namespace that counts: a child of a fork has its own.
fn namespace(lua: &Lua, arguments: &Arguments) -> Result<String, Raise> {
    match world(lua, |world| world.namespace.clone())? {
        Some(own) => Ok(own),
        None => arguments.text(lua, 1),
    }
}

fn place(lua: &Lua, arguments: &Arguments) -> Result<(String, String), Raise> {
    let key = arguments.get(2);
    let given = key.type_name();
    // As the script sees it the key comes first.
    let key = text_of(lua, key)?.ok_or_else(|| bad_argument(1, "string", given))?;
    Ok((namespace(lua, arguments)?, key))
}

fn number(lua: &Lua, arguments: &Arguments, place: usize, default: f64) -> Result<f64, Raise> {
    match arguments.get(place) {
        Value::Nil => Ok(default),
        value => {
            let given = value.type_name();
            let number = lua.coerce_number(value)?;
            number.ok_or_else(|| bad_argument(place - 1, "number", given))
        }
    }
}

fn raise(error: &StateError) -> Raise {
    Raise::Error(error.to_string())
}

fn told(result: Result<Json, StateError>) -> Outcome {
    result.map(|value| value.to_string()).map_err(|error| error.to_string())
}

fn look(
    lua: &Lua,
    arguments: String,
    act: impl FnOnce(&Store) -> Result<Json, StateError> + Send + Sync + 'static,
) -> Result<(bool, Value), Raise> {
    let store = world(lua, |world| Store::new(&world.home))?;
    let operation = Operation::new(move |_| Begun::Over(told(act(&store))));
    operate(lua, CallKind::State, arguments, operation)
}

/// A change that is made exactly once: written down with the value it replaces, and made where that
/// is still there.
fn change(
    lua: &Lua,
    arguments: String,
    slots: Result<Vec<Slot>, StateError>,
    decide: impl FnOnce(Option<(usize, Json)>) -> Result<Result<(usize, Change), Json>, StateError>
    + Send
    + Sync
    + 'static,
) -> Result<(bool, Value), Raise> {
    let slots = slots.map_err(|error| raise(&error))?;
    let store = world(lua, |world| Store::new(&world.home))?;
    let operation = Operation::new(move |intent| {
        if let Some(intent) = intent {
            return Begun::Over(told(store.redo(&slots, &intent)));
        }
        match store.prepare(&slots, decide) {
            Ok(Ok(prepared)) => Begun::Intends {
                intent: prepared.intent(&slots),
                finish: Box::new(move || told(prepared.make())),
            },
            Ok(Err(value)) => Begun::Over(told(Ok(value))),
            Err(error) => Begun::Over(told(Err(error))),
        }
    });
    operate(lua, CallKind::State, arguments, operation)
}
