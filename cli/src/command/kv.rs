//! `alc kv`: what scripts keep with `alc.state`, in the data folder; no daemon is needed.

use alc_ipc::{ClientError, Json, Place, Request, Response, ValueRequest};
use serde_json::{Value, json};

use crate::{
    args::{self, Kv},
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    input::{self, InputError},
    json::{Key, KeyLine, Reset, ResetLine, ValueLine},
    output::Output,
    table, tool,
};

/// What messages call a value.
const VALUE: &str = "the value";

pub(super) fn run(kv: Kv, connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    match kv {
        Kv::List(args) => list(args, connector, output),
        Kv::Get(args) => get(args, connector, output),
        Kv::Set(args) => set(args, connector, output),
        Kv::Delete(place) => {
            ask(ValueRequest::Delete(self::place(&place)), connector)?;
            changed(place, output)
        }
        Kv::Reset(args) => reset(args, connector, output),
    }?;
    Ok(Exit::Done)
}

fn ask(request: ValueRequest, connector: &Connector) -> Result<Vec<Json>, CliError> {
    match tool::ask("kv", Request::Value(request), connector.environment())? {
        Response::Stored(stored) => Ok(stored.values),
        _ => Err(ClientError::Confused.into()),
    }
}

fn place(place: &args::KvPlace) -> Place {
    Place { namespace: place.namespace.clone(), key: place.key.clone() }
}

fn list(args: args::KvList, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let mut rows = Vec::new();
    for key in ask(ValueRequest::List(args.namespace), connector)? {
        let key: Key = serde_json::from_str(&key.0)?;
        if output.json() {
            output.object(&KeyLine::new(key))?;
        } else if output.quiet() {
            output.line(&escape(&key.key))?;
        } else {
            rows.push(vec![escape(&key.namespace.unwrap_or_default()), escape(&key.key)]);
        }
    }
    Ok(table::print(&["NAMESPACE", "KEY"], &rows, output)?)
}

fn get(args: args::KvGet, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let args::KvGet { place, raw } = args;
    let values = ask(ValueRequest::Get(self::place(&place)), connector)?;
    let value = values.first().ok_or(ClientError::Confused)?;
    if output.json() {
        let value = serde_json::from_str(&value.0)?;
        return Ok(output.object(&ValueLine::new(&place.namespace, &place.key, &value))?);
    }
    match serde_json::from_str(&value.0)? {
        Value::String(text) if raw => output.text(&(text + "\n"))?,
        _ => output.json_line(&value.0)?,
    }
    Ok(())
}

fn set(args: args::KvSet, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let args::KvSet { place, value, as_json, if_absent } = args;
    let value = read(value, as_json)?;
    let request = ValueRequest::Set { place: self::place(&place), value, only_new: if_absent };
    ask(request, connector)?;
    changed(place, output)
}

/// The value as JSON text.
fn read(value: input::Value, as_json: bool) -> Result<Json, InputError> {
    let from_stdin = value == input::Value::Stdin;
    let mut text = value.read(VALUE)?;
    if from_stdin {
        text = input::without_line_end(text);
    }
    if !as_json {
        return Ok(Json(Value::from(text).to_string()));
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => Ok(Json(value.to_string())),
        Err(source) => Err(InputError::NoJson { what: VALUE, source }),
    }
}

fn changed(place: args::KvPlace, output: &mut Output) -> Result<(), CliError> {
    if output.json() {
        let key = Key { namespace: Some(place.namespace), key: place.key };
        output.object(&KeyLine::new(key))?;
    }
    Ok(())
}

fn reset(args: args::KvReset, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let args::KvReset { key: (folder, key), step, field } = args;
    let options = Json(json!({ "steps": step, "fields": field }).to_string());
    let values = ask(ValueRequest::Reset { folder, key, options }, connector)?;
    let reset: Reset = serde_json::from_str(&values.first().ok_or(ClientError::Confused)?.0)?;
    if output.json() {
        output.object(&ResetLine::new(&reset))?;
    } else {
        output.text(&format!("{}\n", reset.backup_path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_text_unless_it_is_said_to_be_json() {
        let of = |text: &str, as_json| read(input::Value::Text(text.to_owned()), as_json);
        assert_eq!(of("7\n", false).expect("a text").0, r#""7\n""#);
        assert_eq!(of("{\"b\": 1.0, \"a\":[]}", true).expect("JSON").0, r#"{"a":[],"b":1.0}"#);
        let refused = of("{", true).expect_err("no JSON").to_string();
        assert_eq!(refused, "the value is not JSON");
    }
}
