//! Cards, for people at a shell.

use alc_ipc::{CardRequest, Failure, Home, Json, Response, Stored};
use serde::Serialize;
use serde_json::{Value, json};

use super::{failure, invalid};
use crate::{
    engine::compare_cards,
    store::{Cards, Query, SampleQuery, Walk, Wanted},
};

/// Answers from the data folder itself; changes are made under its locks, as sessions make theirs.
pub(crate) fn card(request: CardRequest, home: &Home) -> Result<Response, Failure> {
    let cards = Cards::new(home.path());
    match request {
        CardRequest::Find(query) => stored(cards.query(&Query::read(&parsed(&query)?)?)?),
        CardRequest::Show(card) => {
            let (card, text) = cards.show(&cards.meant(&card)?)?;
            stored([json!({ "card": card, "text": text })])
        }
        CardRequest::Samples { card, options, begin } => {
            let query = SampleQuery::read(&parsed(&options)?)?.from(begin);
            let samples = cards.samples(&cards.meant(&card)?, &query)?;
            let values = samples.rows.iter().map(failure::json).collect::<Result<_, _>>()?;
            Ok(Response::Stored(Stored { values, rest: samples.rest }))
        }
        CardRequest::Lineage { card, options } => {
            let mut options = parsed(&options)?;
            options["card_id"] = cards.meant(&card)?.into();
            stored(cards.lineage(&Walk::read(&options)?)?)
        }
        CardRequest::Compare { a, b, options } => {
            compare(&cards, &cards.meant(&a)?, &cards.meant(&b)?, &parsed(&options)?)
        }
        CardRequest::Aliases(pkg) => stored(cards.aliases(pkg.as_deref())?),
        CardRequest::SetAlias { name, card, pkg, note } => {
            home.make().map_err(|error| failure::folder(&error))?;
            let id = cards.meant(&card)?;
            stored([cards.decide(Wanted::Alias { name, id, pkg, note })?.make()?])
        }
    }
}

fn compare(cards: &Cards, a: &str, b: &str, options: &Value) -> Result<Response, Failure> {
    let metric = options["metric"].as_str().unwrap_or("score");
    let alpha = options["alpha"].as_f64().unwrap_or(0.05);
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(invalid("alpha must be a number between 0 and 1".to_owned()));
    }
    let rows = SampleQuery::read(&json!({ "where": options["where"] }))?;
    let (a, b) = (cards.column(a, metric, &rows)?, cards.column(b, metric, &rows)?);
    stored([compare_cards(metric, alpha, &a, &b)])
}

pub(super) fn parsed(text: &Json) -> Result<Value, Failure> {
    serde_json::from_str(&text.0).map_err(|error| invalid(format!("this is not JSON: {error}")))
}

pub(super) fn stored(values: impl IntoIterator<Item: Serialize>) -> Result<Response, Failure> {
    let values = values.into_iter().map(|value| failure::json(&value)).collect::<Result<_, _>>()?;
    Ok(Response::Stored(Stored { values, rest: None }))
}
