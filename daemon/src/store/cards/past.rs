//! Earlier cards as a block of text, to put in front of a question.

use serde_json::Value;

use super::{CardError, Cards, Query};

/// How many cards there are at most, and unless said otherwise.
const MOST: u64 = 100;
const USUAL: u64 = 5;

/// The block that an option `card_context` wants: a card by its id, or the newest of a package. Nothing,
/// if there is no card.
pub(crate) fn past_cards(cards: &Cards, wanted: &Value) -> Result<Option<String>, CardError> {
    let found = match wanted {
        Value::String(id) => cards.get(id)?.map(Value::from).into_iter().collect(),
        wanted => {
            let Some(pkg) = wanted["pkg"].as_str() else { return Ok(None) };
            let limit = limit(&wanted["limit"]).unwrap_or(USUAL).min(MOST);
            let query = Query::newest(pkg.to_owned(), usize::try_from(limit).unwrap_or(usize::MAX));
            let found = cards.selected(&query)?;
            found.into_iter().map(|found| found.card).collect::<Vec<_>>()
        }
    };
    if found.is_empty() {
        return Ok(None);
    }
    let lines: Vec<String> = found.iter().map(line).collect();
    Ok(Some(format!("<past_cards>\n{}\n</past_cards>", lines.join("\n"))))
}

/// A number of cards; what is none counts as absent.
fn limit(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    let whole = |number: f64| (number >= 0.0).then_some(number as u64);
    let number = || value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    value.as_u64().or_else(|| whole(number()?))
}

/// What a card says, in words on one line.
fn line(card: &Value) -> String {
    let text = |value: &Value| value.as_str().map(|text| text.replace(['\n', '\r'], " "));
    let created = text(&card["created_at"]);
    // From 2026-01-31T12:00:00Z.
    let day = created.and_then(|at| Some(format!("{}/{}", at.get(5..7)?, at.get(8..10)?)));
    let rate = card["stats"]["pass_rate"].as_f64();
    let words = [
        Some("Card".to_owned()),
        day,
        text(&card["pkg"]["name"]).map(|name| format!("pkg={name}")),
        text(&card["card_id"]).map(|id| format!("card_id={id}")),
        text(&card["run"]["status"]).map(|status| format!("[run.status={status}]")),
        rate.map(|rate| format!("Rating {rate:.1}")),
        text(&card["run"]["reason"]).map(|reason| format!("reason={reason}")),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_is_a_line_of_what_it_has() {
        let card = json!({
            "created_at": "2026-01-31T12:00:00Z", "pkg": { "name": "cot" }, "card_id": "c\n1",
            "run": { "status": "failed", "reason": "no\nluck" }, "stats": { "pass_rate": 1 },
        });
        let expected =
            "Card 01/31 pkg=cot card_id=c 1 [run.status=failed] Rating 1.0 reason=no luck";
        assert_eq!(line(&card), expected);
        assert_eq!(
            line(&json!({ "created_at": "once", "pkg": { "name": "cot" } })),
            "Card pkg=cot"
        );
    }

    #[test]
    fn a_limit_is_a_number_that_is_not_negative() {
        let limits = [json!(3), json!(2.9), json!(-1), json!("7"), json!("x"), json!(null)]
            .map(|value| limit(&value));
        assert_eq!(limits, [Some(3), Some(2), None, Some(7), None, None]);
    }
}
