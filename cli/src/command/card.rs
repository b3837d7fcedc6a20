//! `alc card`: records of runs, read from the data folder; no daemon is needed.

use alc_ipc::{CardRequest, ClientError, Json, Request, Response, Stored};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    args::{self, Card, Direction},
    connect::Connector,
    error::CliError,
    escape::escape,
    exit::Exit,
    json::{
        Alias, AliasLine, CardLine, Comparison, ComparisonLine, Lineage, LineageLine, SampleLine,
        Summary, SummaryLine,
    },
    output::Output,
    table, tool,
};

/// A card and the text of its file.
#[derive(Deserialize)]
struct Shown {
    card: Map<String, Value>,
    text: String,
}

pub(super) fn run(
    card: Card,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    match card {
        Card::List(args) => list(&page(&args.page), connector, output),
        Card::Show(args) => show(args.card, connector, output),
        Card::Find(args) => {
            let mut query = page(&args.page);
            query["where"] = args.conditions.holds.unwrap_or_default();
            if !args.order_by.is_empty() {
                query["order_by"] = args.order_by.into();
            }
            list(&query, connector, output)
        }
        Card::Samples(args) => samples(args, connector, output),
        Card::Lineage(args) => lineage(args, connector, output),
        Card::Compare(args) => compare(args, connector, output),
        Card::Alias(args) => alias(args, connector, output),
    }?;
    Ok(Exit::Done)
}

fn ask(request: CardRequest, connector: &Connector) -> Result<Stored, CliError> {
    match tool::ask("card", Request::Card(request), connector.environment())? {
        Response::Stored(stored) => Ok(stored),
        _ => Err(ClientError::Confused.into()),
    }
}

/// The one value that is answered.
fn ask_one<T: for<'a> Deserialize<'a>>(
    request: CardRequest,
    connector: &Connector,
) -> Result<T, CliError> {
    let value = ask(request, connector)?.values.pop().ok_or(ClientError::Confused)?;
    Ok(serde_json::from_str(&value.0)?)
}

fn page(page: &args::CardPage) -> Value {
    json!({ "pkg": page.pkg, "limit": page.limit, "offset": page.offset })
}

fn text(value: &Value) -> Json {
    Json(value.to_string())
}

fn list(query: &Value, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let cards = ask(CardRequest::Find(text(query)), connector)?.values;
    let mut rows = Vec::new();
    for card in &cards {
        let card: Summary = serde_json::from_str(&card.0)?;
        if output.json() {
            output.object(&SummaryLine::new(card))?;
        } else if output.quiet() {
            output.line(&escape(&card.card_id))?;
        } else {
            rows.push(row(card));
        }
    }
    if cards.is_empty() && output.is_terminal() {
        output.notice("no such cards; a script makes one with alc.card.create");
    }
    let headings = ["CARD", "PACKAGE", "CREATED", "MODEL", "SCENARIO", "PASS RATE"];
    Ok(table::print(&headings, &rows, output)?)
}

fn row(card: Summary) -> Vec<String> {
    let Summary { card_id, pkg, created_at, model, scenario, pass_rate, .. } = card;
    let cells = [Some(card_id), Some(pkg), created_at, model, scenario];
    let rate = pass_rate.map(|rate| rate.to_string());
    let cells = cells.into_iter().chain([rate]);
    cells.map(|cell| escape(&cell.unwrap_or_default())).collect()
}

fn show(card: String, connector: &Connector, output: &mut Output) -> Result<(), CliError> {
    let Shown { card, text } = ask_one(CardRequest::Show(card), connector)?;
    if output.json() {
        output.object(&CardLine::new(&card))?;
    } else {
        output.text(&text)?;
    }
    Ok(())
}

fn samples(
    args: args::CardSamples,
    connector: &Connector,
    output: &mut Output,
) -> Result<(), CliError> {
    let args::CardSamples { card, conditions, mut limit, mut offset } = args;
    let mut begin = 0;
    loop {
        let options = json!({ "where": conditions.holds, "limit": limit, "offset": offset });
        let request = CardRequest::Samples { card: card.clone(), options: text(&options), begin };
        let Stored { values, rest } = ask(request, connector)?;
        for row in &values {
            if output.json() {
                output.object(&SampleLine::new(&serde_json::from_str(&row.0)?))?;
            } else {
                output.json_line(&row.0)?;
            }
        }
        let Some(rest) = rest else { return Ok(()) };
        (begin, offset) = (rest, None);
        limit = limit.map(|limit| limit - values.len() as u64);
    }
}

fn lineage(
    args: args::CardLineage,
    connector: &Connector,
    output: &mut Output,
) -> Result<(), CliError> {
    let direction = match args.direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Both => "both",
    };
    let relations = (!args.relation.is_empty()).then_some(args.relation);
    let options =
        json!({ "direction": direction, "depth": args.depth, "relation_filter": relations });
    let request = CardRequest::Lineage { card: args.card, options: text(&options) };
    let lineage: Lineage = ask_one(request, connector)?;
    if output.json() {
        return Ok(output.object(&LineageLine::new(&lineage))?);
    }
    let row = |node: &crate::json::Node| {
        let relation = node.prior_relation.as_deref().unwrap_or_default();
        vec![node.depth.to_string(), escape(&node.card_id), escape(&node.pkg), escape(relation)]
    };
    let mut nodes: Vec<_> = lineage.nodes.iter().collect();
    nodes.sort_by_key(|node| node.depth);
    let rows: Vec<_> = nodes.into_iter().map(row).collect();
    table::print(&["DEPTH", "CARD", "PACKAGE", "RELATION"], &rows, output)?;
    if lineage.truncated {
        output.notice("there are more, deeper; see --depth");
    }
    Ok(())
}

fn compare(
    args: args::CardCompare,
    connector: &Connector,
    output: &mut Output,
) -> Result<(), CliError> {
    let args::CardCompare { a, b, metric, alpha, conditions } = args;
    let options = json!({ "metric": metric, "alpha": alpha, "where": conditions.holds });
    let request = CardRequest::Compare { a, b, options: text(&options) };
    let comparison: Comparison = ask_one(request, connector)?;
    if output.json() {
        return Ok(output.object(&ComparisonLine::new(&comparison))?);
    }
    for line in lines(&comparison) {
        output.line(&line)?;
    }
    Ok(())
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let Comparison { metric, alpha, a, b, delta, t_stat, df, p_value, significant, winner } =
        comparison;
    let mut lines = vec![
        format!("metric={}", escape(metric)),
        format!("a={}", escape(&a.card_id)),
        format!("a_n={}", a.n),
        format!("a_mean={}", a.mean),
        format!("b={}", escape(&b.card_id)),
        format!("b_n={}", b.n),
        format!("b_mean={}", b.mean),
        format!("delta={delta}"),
    ];
    lines.extend(t_stat.map(|t_stat| format!("t_stat={t_stat}")));
    lines.extend([
        format!("df={df}"),
        format!("p_value={p_value}"),
        format!("alpha={alpha}"),
        format!("significant={significant}"),
        format!("winner={winner}"),
    ]);
    lines
}

fn alias(
    args: args::CardAlias,
    connector: &Connector,
    output: &mut Output,
) -> Result<(), CliError> {
    let args::CardAlias { name, card, pkg, note } = args;
    let request = match name.zip(card) {
        Some((name, card)) => {
            let request = CardRequest::SetAlias { name, card, pkg, note };
            let alias: Alias = ask_one(request, connector)?;
            if output.json() {
                output.object(&AliasLine::new(&alias))?;
            }
            return Ok(());
        }
        None => CardRequest::Aliases(pkg),
    };
    let mut rows = Vec::new();
    for alias in ask(request, connector)?.values {
        let alias: Alias = serde_json::from_str(&alias.0)?;
        if output.json() {
            output.object(&AliasLine::new(&alias))?;
            continue;
        }
        let Alias { name, card_id, pkg, set_at, note } = alias;
        let cells = [Some(name), Some(card_id), pkg, Some(set_at), note];
        rows.push(cells.into_iter().map(|cell| escape(&cell.unwrap_or_default())).collect());
    }
    Ok(table::print(&["NAME", "CARD", "PACKAGE", "SINCE", "NOTE"], &rows, output)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_in_a_list_is_what_scripts_split_at_tabs() {
        let card = r#"{"card_id":"c","pkg":"p\t","created_at":"t","pass_rate":1.0}"#;
        let card: Summary = serde_json::from_str(card).expect("a summary");
        assert_eq!(row(card).join("|"), "c|p\\t|t|||1.0");
    }

    #[test]
    fn a_comparison_is_a_key_and_its_value_on_each_line() {
        let text = r#"{"metric":"score","alpha":0.05,"a":{"card_id":"x","n":2,"mean":1.0},
            "b":{"card_id":"y","n":2,"mean":0.5},"delta":0.5,"df":2.0,"p_value":0.0,
            "significant":true,"winner":"a"}"#;
        let comparison: Comparison = serde_json::from_str(text).expect("a comparison");
        let expected = "metric=score a=x a_n=2 a_mean=1 b=y b_n=2 b_mean=0.5 delta=0.5 df=2 \
            p_value=0 alpha=0.05 significant=true winner=a";
        assert_eq!(lines(&comparison).join(" "), expected);
    }
}
