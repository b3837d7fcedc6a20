//! Two stored evaluations, compared: whether one strategy's scores are better than the other's.

use std::cmp::Ordering;

use alc_core::{
    ComparedView, ComparisonView, DifferenceView, Direction, FORMAT, IntervalView, ScoresView,
    WelchView, Winner,
};
use serde::Deserialize;

use crate::{
    engine::{Sample, Welch, welch},
    store::{EvaluationError, Evaluations},
};

/// How probable a difference by chance may be where one counts as significant.
const ALPHA: f64 = 0.05;

/// What is read of a report.
#[derive(Deserialize)]
struct Report {
    aggregated: Aggregated,
}

#[derive(Deserialize)]
struct Aggregated {
    pass_rate: f64,
    pass_at_1: f64,
    ci_95: IntervalView,
    scores: ScoresView,
}

/// Compares two evaluations, once: the outcome is kept beside them.
pub(crate) fn compare(
    evaluations: &Evaluations,
    a: &str,
    b: &str,
) -> Result<ComparisonView, EvaluationError> {
    // Also where it is kept: what was deleted is unknown.
    let (left, right) = (side(evaluations, a)?, side(evaluations, b)?);
    let name = format!("compare_{a}_vs_{b}");
    if let Some(kept) = evaluations.kept(&name) {
        return Ok(kept);
    }
    let comparison = difference(&left, &right);
    let outcome = ComparisonView { v: FORMAT, a: left, b: right, comparison };
    // It can be made again at any time.
    let _ = evaluations.keep(&name, &outcome);
    Ok(outcome)
}

fn side(evaluations: &Evaluations, id: &str) -> Result<ComparedView, EvaluationError> {
    let (meta, report) = evaluations.find(id)?;
    let Report { aggregated } =
        serde_json::from_value(report).map_err(|error| evaluations.damaged(id, &error))?;
    let Aggregated { pass_rate, pass_at_1, ci_95, scores } = aggregated;
    let (eval_id, strategy) = (meta.eval_id, meta.strategy);
    Ok(ComparedView { eval_id, strategy, scores, pass_rate, pass_at_1, ci_95 })
}

fn difference(a: &ComparedView, b: &ComparedView) -> DifferenceView {
    let delta_mean = a.scores.mean - b.scores.mean;
    let Some(test) = welch(sample(&a.scores), sample(&b.scores)) else {
        let welch_t = WelchView {
            t_stat: Some(0.0),
            df: 0.0,
            significant: false,
            direction: Direction::Unknown,
        };
        let summary = "one of them has fewer than two cases, which says nothing".to_owned();
        return DifferenceView { delta_mean, welch_t, winner: Winner::None, summary };
    };
    let Welch { t, df, p } = test;
    let direction = match a.scores.mean.total_cmp(&b.scores.mean) {
        Ordering::Less => Direction::Second,
        Ordering::Equal => Direction::Equal,
        Ordering::Greater => Direction::First,
    };
    let significant = p < ALPHA;
    let (winner, said) = match direction {
        Direction::First if significant => {
            (Winner::A, format!("{} is better than {}", a.eval_id, b.eval_id))
        }
        Direction::Second if significant => {
            (Winner::B, format!("{} is better than {}", b.eval_id, a.eval_id))
        }
        _ => (
            Winner::None,
            format!("no significant difference between {} and {}", a.eval_id, b.eval_id),
        ),
    };
    let (one, other) = (a.scores.mean, b.scores.mean);
    let summary =
        format!("{said}: mean {one:.3} and {other:.3}, t = {t:.3}, df = {df:.1}, p = {p:.4}");
    let t_stat = t.is_finite().then_some(t);
    DifferenceView {
        delta_mean,
        welch_t: WelchView { t_stat, df, significant, direction },
        winner,
        summary,
    }
}

fn sample(scores: &ScoresView) -> Sample {
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many cases")]
    let count = scores.n as f64;
    Sample { count, mean: scores.mean, variance: scores.std_dev.powi(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(id: &str, n: u64, mean: f64, std_dev: f64) -> ComparedView {
        let scores = ScoresView { n, mean, std_dev, min: 0.0, max: 1.0, median: mean };
        ComparedView {
            eval_id: id.to_owned(),
            strategy: "cot".to_owned(),
            scores,
            pass_rate: mean,
            pass_at_1: mean,
            ci_95: IntervalView { lower: 0.0, upper: 1.0 },
        }
    }

    #[test]
    fn the_better_one_wins_only_where_chance_hardly_does_so() {
        let of = |a: (u64, f64, f64), b: (u64, f64, f64)| {
            let found = difference(&compared("x", a.0, a.1, a.2), &compared("y", b.0, b.1, b.2));
            (found.winner, found.welch_t.direction, found.welch_t.t_stat.is_some())
        };
        for (a, b, expected) in [
            ((20, 0.9, 0.1), (20, 0.5, 0.1), (Winner::A, Direction::First, true)),
            ((20, 0.5, 0.1), (20, 0.9, 0.1), (Winner::B, Direction::Second, true)),
            ((3, 0.6, 0.4), (3, 0.5, 0.4), (Winner::None, Direction::First, true)),
            ((3, 0.5, 0.1), (3, 0.5, 0.1), (Winner::None, Direction::Equal, true)),
            ((3, 1.0, 0.0), (3, 0.0, 0.0), (Winner::A, Direction::First, false)),
            ((3, 1.0, 0.0), (3, 1.0, 0.0), (Winner::None, Direction::Equal, true)),
            ((1, 1.0, 0.0), (3, 0.0, 0.0), (Winner::None, Direction::Unknown, true)),
        ] {
            assert_eq!(of(a, b), expected, "{a:?} {b:?}");
        }
    }
}
