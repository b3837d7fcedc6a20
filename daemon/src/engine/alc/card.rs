//! `alc.card`: records of runs that a script keeps and looks up.

use alc_core::CallKind;
use mlua::{Lua, Table, Value};
use serde_json::{Value as Json, json, value::RawValue};

use super::{Arguments, Raise, add, compare::compare, number::number_of, operate, world};
use crate::{
    engine::operation::{Begun, Operation, Outcome},
    store::{
        CardError, Cards, Column, Query, Run, SampleQuery, Walk, Wanted, is_status, past_cards,
    },
};

/// The most bytes of samples that are written at once.
const MOST: usize = 64 << 20;

/// What a host function returns that may have to be waited for.
type Waits = Result<(bool, Value), Raise>;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    looks(lua, host)?;
    samples(lua, host)?;
    changes(lua, host)?;
    runs(lua, host)
}

fn looks(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "card_get", |lua, arguments| {
        let id = arguments.text(lua, 1)?;
        look(lua, "get", &json!([id]), move |cards| Ok(json!(cards.get(&id)?)))
    })?;
    for name in ["list", "find"] {
        add(lua, host, &format!("card_{name}"), move |lua, arguments| {
            let query = json(lua, &arguments, 1)?;
            look(lua, name, &query.clone(), move |cards| {
                Ok(cards.query(&Query::read(&query)?)?.into())
            })
        })?;
    }
    add(lua, host, "card_alias_list", |lua, arguments| {
        let options = json(lua, &arguments, 1)?;
        look(lua, "alias_list", &options.clone(), move |cards| {
            Ok(cards.aliases(options["pkg"].as_str())?.into())
        })
    })?;
    add(lua, host, "card_get_by_alias", |lua, arguments| {
        let name = arguments.text(lua, 1)?;
        look(lua, "get_by_alias", &json!([name]), move |cards| {
            Ok(json!(cards.get_by_alias(&name)?))
        })
    })?;
    add(lua, host, "card_lineage", |lua, arguments| {
        let options = json(lua, &arguments, 1)?;
        look(lua, "lineage", &options.clone(), move |cards| {
            Ok(json!(cards.lineage(&Walk::read(&options)?)?))
        })
    })?;
    // card_past(wanted): a block of earlier cards; nil also where they cannot be read.
    add(lua, host, "card_past", |lua, arguments| {
        let Ok(wanted) = json(lua, &arguments, 1) else { return Ok((true, Value::Nil)) };
        look(lua, "past", &wanted.clone(), move |cards| {
            Ok(json!(past_cards(cards, &wanted).unwrap_or_default()))
        })
    })
}

fn samples(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // card_read_samples(id, options, caller)
    add(lua, host, "card_read_samples", |lua, arguments| {
        let (id, options) = (arguments.text(lua, 1)?, json(lua, &arguments, 2)?);
        let caller = match arguments.get(3) {
            Value::Nil => "read_samples",
            _ => "compare",
        };
        look(lua, caller, &json!([id, options]), move |cards| {
            Ok(cards.all_samples(&id, &SampleQuery::read(&options)?)?.into())
        })
    })?;
    // card_column(id, metric, where): the numbers of this member.
    add(lua, host, "card_column", |lua, arguments| {
        let (id, metric) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let options = json!({ "where": json(lua, &arguments, 3)? });
        look(lua, "compare", &json!([id, metric, options]), move |cards| {
            Ok(json!(cards.column(&id, &metric, &SampleQuery::read(&options)?)?.numbers))
        })
    })?;
    // card_compare(metric, alpha, a, numbers, b, numbers)
    add(lua, host, "card_compare", |lua, arguments| {
        let metric = arguments.text(lua, 1)?;
        let alpha = number_of(lua, arguments.get(2))?.unwrap_or_default();
        let (a, b) = (column(lua, &arguments, 3)?, column(lua, &arguments, 5)?);
        let comparison = compare(&metric, alpha, &a, &b);
        let mark = world(lua, |world| world.mark.clone())?;
        Ok(mark.build(lua, &comparison)?)
    })
}

/// A card's id and its numbers.
fn column(lua: &Lua, arguments: &Arguments, place: usize) -> Result<Column, Raise> {
    let id = arguments.text(lua, place)?;
    let numbers = match arguments.get(place + 1) {
        Value::Table(numbers) => numbers.sequence_values().collect::<mlua::Result<_>>()?,
        _ => Vec::new(),
    };
    Ok(Column { id, numbers })
}

fn changes(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "card_create", |lua, arguments| {
        let given = json(lua, &arguments, 1)?;
        if is_held_back(lua, &given)? {
            return Ok((true, Value::Nil));
        }
        change(lua, "create", &given.clone(), Wanted::Create(given))
    })?;
    add(lua, host, "card_append", |lua, arguments| {
        let (id, fields) = (arguments.text(lua, 1)?, json(lua, &arguments, 2)?);
        if is_held_back(lua, &fields)? {
            return Ok((true, Value::Nil));
        }
        change(lua, "append", &json!([id, fields]), Wanted::Append { id, fields })
    })?;
    add(lua, host, "card_write_samples", |lua, arguments| {
        let id = arguments.text(lua, 1)?;
        let rows = json_text(lua, &arguments, 2)?;
        let lines = lines(&rows).map_err(|why| raise("write_samples", why))?;
        change(lua, "write_samples", &json!([id, lines]), Wanted::Samples { id, lines })
    })?;
    add(lua, host, "card_alias_set", |lua, arguments| {
        let (name, id) = (arguments.text(lua, 1)?, arguments.text(lua, 2)?);
        let options = json(lua, &arguments, 3)?;
        let text = |name: &str| options[name].as_str().map(str::to_owned);
        let wanted = Wanted::Alias { name, id, pkg: text("pkg"), note: text("note") };
        let called = json!([arguments.text(lua, 1)?, arguments.text(lua, 2)?, options]);
        change(lua, "alias_set", &called, wanted)
    })
}

/// A list of rows as the lines of their file.
fn lines(rows: &str) -> Result<String, String> {
    let Ok(rows) = serde_json::from_str::<Vec<&RawValue>>(rows) else {
        return Err("samples must be an array".to_owned());
    };
    let size: usize = rows.iter().map(|row| row.get().len() + 1).sum();
    if size > MOST {
        return Err(format!("the samples have {size} bytes, over the limit of {MOST}"));
    }
    let mut lines = String::with_capacity(size);
    for row in rows {
        lines.push_str(row.get());
        lines.push('\n');
    }
    Ok(lines)
}

/// Cards that other stores open and close; here they are created whole.
fn runs(lua: &Lua, host: &Table) -> mlua::Result<()> {
    add(lua, host, "card_open", |lua, _| unless_kept(lua, "open"))?;
    add(lua, host, "card_close", |lua, arguments| {
        if !is_status(&json(lua, &arguments, 2)?["status"]) {
            let why = "invalid outcome: its status is not succeeded, failed or skipped";
            return Err(raise("close", why));
        }
        unless_kept(lua, "close")
    })?;
    add(lua, host, "card_sink_backfill", |_, _| {
        Err::<Value, _>(raise("sink_backfill", "not supported"))
    })
}

fn unless_kept(lua: &Lua, name: &str) -> Result<Value, Raise> {
    if keeps_runs(lua)? {
        return Err(raise(name, "not supported, use create"));
    }
    Ok(Value::Nil)
}

/// Whether nothing is kept of this, since it tells of a run and the setting `card.run` is off.
fn is_held_back(lua: &Lua, members: &Json) -> Result<bool, Raise> {
    match Run::of(members) {
        Run::Absent => Ok(false),
        Run::Valid => Ok(!keeps_runs(lua)?),
        Run::Invalid => Err(Raise::Error(
            "alc.card: invalid run field: it needs a status (succeeded, failed or skipped), and may \
             have the texts flow, reason and action"
                .to_owned(),
        )),
    }
}

/// The setting `card.run`.
fn keeps_runs(lua: &Lua) -> Result<bool, Raise> {
    let settings = world(lua, |world| world.settings.clone())?;
    match settings.problem {
        Some(problem) => Err(Raise::Error(format!("alc.card: the setting card.run: {problem}"))),
        None => Ok(settings.card_run),
    }
}

fn json_text(lua: &Lua, arguments: &Arguments, number: usize) -> Result<String, Raise> {
    let mark = world(lua, |world| world.mark.clone())?;
    Ok(mark.write_json(&arguments.get(number))?)
}

fn json(lua: &Lua, arguments: &Arguments, number: usize) -> Result<Json, Raise> {
    let text = json_text(lua, arguments, number)?;
    serde_json::from_str(&text).map_err(|error| Raise::Error(error.to_string()))
}

fn raise(name: &str, why: impl std::fmt::Display) -> Raise {
    Raise::Error(format!("alc.card.{name}: {why}"))
}

fn told(name: &str, result: Result<Json, CardError>) -> Outcome {
    let message = |error: CardError| format!("alc.card.{name}: {}", crate::cause::chain(&error));
    result.map(|value| value.to_string()).map_err(message)
}

fn look(
    lua: &Lua,
    name: &'static str,
    called: &Json,
    act: impl FnOnce(&Cards) -> Result<Json, CardError> + Send + Sync + 'static,
) -> Waits {
    let cards = world(lua, |world| Cards::new(&world.home))?;
    let operation = Operation::new(move |_| Begun::Over(told(name, act(&cards))));
    operate(lua, CallKind::Card, format!("{name}\0{called}"), operation)
}

/// A change that is made exactly once: what it is to be is written down before it is made.
fn change(lua: &Lua, name: &'static str, called: &Json, wanted: Wanted) -> Waits {
    let cards = world(lua, |world| Cards::new(&world.home))?;
    let operation = Operation::new(move |intent| {
        if let Some(intent) = intent {
            let change = cards.take_up(wanted, &intent);
            return Begun::Over(told(name, change.and_then(crate::store::CardChange::make)));
        }
        let decided = cards.decide(wanted).and_then(|change| Ok((change.intent()?, change)));
        match decided {
            Ok((intent, change)) => {
                Begun::Intends { intent, finish: Box::new(move || told(name, change.make())) }
            }
            Err(error) => Begun::Over(told(name, Err(error))),
        }
    });
    operate(lua, CallKind::Card, format!("{name}\0{called}"), operation)
}
