//! Whether the numbers of two cards differ by more than chance.

use serde_json::{Value, json};

use super::math::{Sample, Welch, welch};
use crate::store::Column;

/// Welch's t-test of two columns, neither of them empty. Of a single number nothing can be told.
pub(crate) fn compare(metric: &str, alpha: f64, a: &Column, b: &Column) -> Value {
    let [of_a, of_b] = [a, b].map(|column| Sample::of(&column.numbers));
    let untold = Welch { t: 0.0, df: 0.0, p: 1.0 };
    let Welch { t, df, p } = welch(of_a, of_b).unwrap_or(untold);
    let (delta, significant) = (of_a.mean - of_b.mean, p < alpha);
    let winner = match significant {
        true if delta > 0.0 => "a",
        true if delta < 0.0 => "b",
        _ => "none",
    };
    let side = |column: &Column, sample: Sample| json!({ "card_id": column.id, "n": column.numbers.len(), "mean": sample.mean });
    let mut comparison = json!({
        "metric": metric, "alpha": alpha, "a": side(a, of_a), "b": side(b, of_b), "delta": delta,
        "df": df, "p_value": p, "significant": significant, "winner": winner,
    });
    // It is beyond all numbers where there is a difference and no spread.
    if t.is_finite() {
        comparison["t_stat"] = t.into();
    }
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(a: &[f64], b: &[f64]) -> Value {
        let column =
            |id: &str, numbers: &[f64]| Column { id: id.to_owned(), numbers: numbers.to_vec() };
        compare("score", 0.05, &column("x", a), &column("y", b))
    }

    #[test]
    fn the_better_card_wins_where_chance_is_unlikely() {
        let told = compared(&[0.9, 0.8, 1.0, 0.9], &[0.1, 0.2, 0.0, 0.1]);
        assert_eq!(told["winner"], "a");
        assert_eq!(told["a"], json!({ "card_id": "x", "n": 4, "mean": 0.9 }));
        assert_eq!(told["significant"], true);
        // scipy.stats.ttest_ind(a, b, equal_var=False)
        for (name, expected) in [("t_stat", 13.856_406_460_551_014), ("df", 6.0)] {
            let found = told[name].as_f64().expect("a number");
            assert!((found - expected).abs() < 1e-9, "{name} {found}");
        }
        assert_eq!(compared(&[0.1, 0.2, 0.0], &[0.9, 0.8, 1.0])["winner"], "b");
        assert_eq!(compared(&[0.1, 0.9], &[0.2, 0.7])["winner"], "none");
    }

    #[test]
    fn where_nothing_varies_any_difference_counts() {
        for (a, b, p_value, winner) in
            [(&[1.0, 1.0], &[0.0, 0.0], 0.0, "a"), (&[1.0, 1.0], &[1.0, 1.0], 1.0, "none")]
        {
            let told = compared(a, b);
            assert_eq!((&told["p_value"], &told["winner"]), (&json!(p_value), &json!(winner)));
            assert_eq!(told.get("t_stat").is_some(), p_value > 0.0);
        }
        let single = compared(&[1.0], &[0.0, 0.0]);
        assert_eq!((&single["winner"], &single["p_value"]), (&json!("none"), &json!(1.0)));
    }
}
