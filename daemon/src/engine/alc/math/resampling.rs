//! Intervals and tests from many draws of the data at hand.
//!
//! Draws may take long, so they are made a few at a time; between them the session's slice may end,
//! or the session.

use super::{
    call::{Call, Function, Output, real},
    random::{place, seeded, shuffled},
    summary::{Sum, mean, quantile, sum},
};
use crate::engine::alc::Raise;
use mlua::{Table, Value};

/// How many elements are drawn at a time: well under a time slice.
const AT_A_TIME: usize = 100_000;
/// How many draws a bootstrap may keep.
const MOST_KEPT: usize = 1_000_000;
/// How many draws a test may make, which keeps none.
const MOST_DRAWS: usize = 100_000_000;
/// How far apart, for its largest value, rounding may put arrangements that are the same.
const SLACK: f64 = 1e-12;

pub(super) const FUNCTIONS: &[Function] = &[
    ("permutation_test", permutation_test),
    ("bootstrap_mean", |call| {
        let units = call.list(1)?.into_iter().map(|value| (Total::of(value), Total::default()));
        bootstrap(call, 2, "observations", units.collect(), average)
    }),
    ("paired_bootstrap_diff", |call| {
        let (xs, ys) = call.pair(1)?;
        let differences = xs.into_iter().zip(ys).map(|(x, y)| x - y);
        let units = differences.map(|value| (Total::of(value), Total::default()));
        bootstrap(call, 3, "observations", units.collect(), average)
    }),
    ("cluster_bootstrap_mean", |call| {
        let totals = clusters(call, 1, "by_cluster")?;
        let units = totals.into_iter().map(|total| (total, Total::default()));
        bootstrap(call, 2, "clusters", units.collect(), average)
    }),
    ("cluster_bootstrap_diff", |call| {
        let units = paired_clusters(call, "a_by_cluster", "b_by_cluster")?;
        bootstrap(call, 3, "clusters", units, |a, b, _| Some(a.mean()? - b.mean()?))
    }),
    ("cluster_bootstrap_ratio", |call| {
        let units = paired_clusters(call, "num_by_cluster", "den_by_cluster")?;
        bootstrap(call, 3, "clusters", units, |numerator, denominator, whole| {
            // With the other sign it would be another quantity.
            let same_sign = denominator.sum * whole.sum > 0.0;
            same_sign.then(|| numerator.sum / denominator.sum)
        })
    }),
];

/// The sum of some observations and their number.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: f64,
    count: usize,
}

impl Total {
    fn of(value: f64) -> Self {
        Self { sum: value, count: 1 }
    }

    fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / real(self.count))
    }
}

/// What is resampled as a whole, measured in two ways.
type Unit = (Total, Total);

/// A figure of both sides' totals, where it has a value; the third is the second side's total over
/// all units.
type Statistic = fn(Total, Total, Total) -> Option<f64>;

fn average(total: Total, _: Total, _: Total) -> Option<f64> {
    total.mean()
}

/// Both sides' totals over some units.
fn totals(units: impl Iterator<Item = Unit>) -> Unit {
    let (mut sums, mut counts) = ([Sum::default(); 2], [0, 0]);
    for (one, other) in units {
        for (side, total) in [one, other].into_iter().enumerate() {
            sums[side].add(total.sum);
            counts[side] += total.count;
        }
    }
    let total = |side: usize| Total { sum: sums[side].get(), count: counts[side] };
    (total(0), total(1))
}

/// Argument `place`: a list of lists, one for each cluster.
fn clusters(call: &Call, place: usize, name: &str) -> Result<Vec<Total>, Raise> {
    let list: Table = call.table(place)?;
    let mut clusters = Vec::new();
    for cluster in 1..=call.length(&list)? {
        let Value::Table(values) = list.raw_get(cluster)? else {
            return Err(call.refuse(format_args!("{name}[{cluster}] is not a table")));
        };
        let values = call.numbers(&values, |place| format!("{name}[{cluster}][{place}]"))?;
        clusters.push(Total { count: values.len(), sum: sum(values) });
    }
    Ok(clusters)
}

fn paired_clusters(call: &Call, one: &str, other: &str) -> Result<Vec<Unit>, Raise> {
    let (ones, others) = (clusters(call, 1, one)?, clusters(call, 2, other)?);
    if ones.len() != others.len() {
        let (ones, others) = (ones.len(), others.len());
        let what = format_args!("{one} has {ones} clusters and {other} has {others}");
        return Err(call.refuse(what));
    }
    Ok(ones.into_iter().zip(others).collect())
}

/// The interval in which `statistic` lies when units are drawn with replacement. Its number of draws
/// is argument `from`, then come seed and confidence.
fn bootstrap(
    call: &Call,
    from: usize,
    named: &'static str,
    units: Vec<Unit>,
    statistic: Statistic,
) -> Result<Output, Raise> {
    let draws = at_least_one(call, from, MOST_KEPT)?;
    let generator = seeded(call.natural(from + 1)?);
    let confidence = match call.arguments.get(from + 2) {
        Value::Nil => 0.95,
        _ => call.share(from + 2, "confidence")?,
    };
    let count = units.len();
    if count < 2 {
        return Err(call.refuse(format_args!("needs at least 2 {named} to resample, got {count}")));
    }
    let (one, other) = totals(units.iter().copied());
    let Some(point) = statistic(one, other, other) else {
        return Err(call.refuse("the statistic has no value for the whole sample"));
    };
    let draw = move |(generator, kept): &mut (_, Vec<f64>)| {
        let sides = totals((0..count).map(|_| units[place(generator, count)]));
        kept.extend(statistic(sides.0, sides.1, other));
    };
    drawn(call, draws, count, (generator, Vec::new()), draw, move |(_, kept)| {
        let used = kept.len();
        let tail = (1.0 - confidence) / 2.0;
        let mut bound = |share| if used == 0 { point } else { quantile(kept, share) };
        Output::Record(vec![
            ("point", point.into()),
            ("lower", bound(tail).into()),
            ("upper", bound(1.0 - tail).into()),
            ("draws_used", used.into()),
            ("undefined_draws", (draws - used).into()),
            (named, count.into()),
        ])
    })
}

/// How often a difference of means as large as the one seen comes of shuffling who is in which group.
fn permutation_test(call: &Call) -> Result<Output, Raise> {
    let (xs, ys) = (call.list(1)?, call.list(2)?);
    let draws = at_least_one(call, 3, MOST_DRAWS)?;
    let generator = seeded(call.natural(4)?);
    let is_extreme = alternative(call)?;
    let x_count = xs.len();
    let pool = [xs, ys].concat();
    let observed = difference(&pool, x_count);
    let slack = SLACK * pool.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let draw = move |(generator, pool, extreme): &mut (_, Vec<f64>, usize)| {
        shuffled(generator, pool);
        *extreme += usize::from(is_extreme(difference(pool, x_count), observed, slack));
    };
    drawn(call, draws, pool.len(), (generator, pool, 0), draw, move |(_, _, extreme)| {
        Output::Record(vec![
            ("observed", observed.into()),
            // The arrangement that was seen is one of those that may come.
            ("p_value", (real(*extreme + 1) / real(draws + 1)).into()),
            ("extreme_draws", (*extreme).into()),
            ("draws", draws.into()),
        ])
    })
}

/// What `end` makes of `state` after so many draws of `size` elements each.
fn drawn<S: Send + 'static>(
    call: &Call,
    draws: usize,
    size: usize,
    mut state: S,
    draw: impl Fn(&mut S) + Send + 'static,
    end: impl Fn(&mut S) -> Output + Send + 'static,
) -> Result<Output, Raise> {
    let at_a_time = (AT_A_TIME / size).max(1);
    let mut left = draws;
    call.later(move || {
        let now = left.min(at_a_time);
        for _ in 0..now {
            draw(&mut state);
        }
        left -= now;
        (left == 0).then(|| end(&mut state))
    })
}

/// How much larger the mean of the first `count` is than that of the others.
fn difference(pool: &[f64], count: usize) -> f64 {
    let (xs, ys) = pool.split_at(count);
    mean(xs) - mean(ys)
}

/// Whether a difference is as extreme as the one seen, or less so by no more than the slack.
type IsExtreme = fn(f64, f64, f64) -> bool;

fn alternative(call: &Call) -> Result<IsExtreme, Raise> {
    let two_sided: IsExtreme = |drawn, seen, slack| drawn.abs() >= seen.abs() - slack;
    let chosen = match call.table_or_nil(5)? {
        Some(options) => options.get("alternative")?,
        None => Value::Nil,
    };
    match &chosen {
        Value::Nil => Ok(two_sided),
        Value::String(name) if name == "two_sided" => Ok(two_sided),
        Value::String(name) if name == "greater" => Ok(|drawn, seen, slack| drawn >= seen - slack),
        Value::String(name) if name == "less" => Ok(|drawn, seen, slack| drawn <= seen + slack),
        _ => Err(call.refuse("alternative must be \"two_sided\", \"greater\" or \"less\"")),
    }
}

fn at_least_one(call: &Call, place: usize, most: usize) -> Result<usize, Raise> {
    match call.count(place, "draws", most)? {
        0 => Err(call.refuse("needs at least one draw")),
        draws => Ok(draws),
    }
}
