//! Tests of hypotheses about two samples, what becomes of many p-values, and sizes of effects.

use super::{
    call::{Call, Function, Output, real},
    distributions::{normal_tails, student_tails},
    incomplete::gamma_above,
    ranks::{order, ranks, tied},
    summary::{mean, sum, variance},
};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("welch_t_test", welch_t_test),
    ("mann_whitney_u", mann_whitney_u),
    ("chi_squared_test", chi_squared_test),
    ("ks_test", |call| {
        let (xs, ys) = (call.list(1)?, call.list(2)?);
        let distance = largest_distance(&xs, &ys);
        let size = (real(xs.len()) * real(ys.len()) / real(xs.len() + ys.len())).sqrt();
        // Stephens' correction for small samples.
        let p_value = kolmogorov_above((size + 0.12 + 0.11 / size) * distance);
        Ok(Output::Record(vec![("d_stat", distance.into()), ("p_value", p_value.into())]))
    }),
    ("holm", |call| {
        let ps = p_values(call)?;
        let count = ps.len();
        let mut adjusted = ps.clone();
        let mut least = 0.0_f64;
        for (rank, place) in order(&ps).into_iter().enumerate() {
            least = least.max(real(count - rank) * ps[place]).min(1.0);
            adjusted[place] = least;
        }
        Ok(adjusted.into())
    }),
    ("benjamini_hochberg", |call| {
        let ps = p_values(call)?;
        let count = real(ps.len());
        let mut adjusted = ps.clone();
        let mut most = 1.0_f64;
        for (rank, place) in order(&ps).into_iter().enumerate().rev() {
            most = most.min(ps[place] * (count / real(rank + 1)));
            adjusted[place] = most;
        }
        Ok(adjusted.into())
    }),
    ("cohens_d", |call| {
        let (xs, ys) = groups(call)?;
        let (x_free, y_free) = (real(xs.len() - 1), real(ys.len() - 1));
        let pooled = (x_free * variance(&xs) + y_free * variance(&ys)) / (x_free + y_free);
        if pooled == 0.0 {
            return Err(call.refuse("both groups have zero variance"));
        }
        Ok(((mean(&xs) - mean(&ys)) / pooled.sqrt()).into())
    }),
    ("cliffs_delta", |call| {
        let (xs, ys) = (call.list(1)?, call.list(2)?);
        Ok((2.0 * wins(&xs, &ys) / (real(xs.len()) * real(ys.len())) - 1.0).into())
    }),
];

/// Two samples of two or more each.
fn groups(call: &Call) -> Result<(Vec<f64>, Vec<f64>), Raise> {
    let (xs, ys) = (call.list(1)?, call.list(2)?);
    if xs.len() < 2 || ys.len() < 2 {
        return Err(call.refuse("each group needs at least 2 values"));
    }
    Ok((xs, ys))
}

fn welch_t_test(call: &Call) -> Result<Output, Raise> {
    let (xs, ys) = groups(call)?;
    if variance(&xs) + variance(&ys) == 0.0 {
        return Err(call.refuse("both groups have zero variance"));
    }
    let test = welch(Sample::of(&xs), Sample::of(&ys));
    let Welch { t, df, p } = test.ok_or_else(|| call.refuse("the groups are too small"))?;
    Ok(Output::Record(vec![("t_stat", t.into()), ("df", df.into()), ("p_value", p.into())]))
}

/// What Welch's test takes of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) count: f64,
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Sample {
    pub(in crate::engine) fn of(list: &[f64]) -> Self {
        Self { count: real(list.len()), mean: mean(list), variance: variance(list) }
    }
}

/// What Welch's test says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Welch {
    pub(crate) t: f64,
    pub(crate) df: f64,
    /// Of both tails.
    pub(crate) p: f64,
}

/// Whether two means differ; `None` where a sample has fewer than two elements.
pub(crate) fn welch(x: Sample, y: Sample) -> Option<Welch> {
    if x.count < 2.0 || y.count < 2.0 {
        return None;
    }
    let (x_share, y_share) = (x.variance / x.count, y.variance / y.count);
    let both = x_share + y_share;
    if both == 0.0 {
        let (df, more) = (x.count + y.count - 2.0, x.mean - y.mean);
        let same = Welch { t: 0.0, df, p: 1.0 };
        let differ = Welch { t: f64::INFINITY.copysign(more), df, p: 0.0 };
        return Some(if more == 0.0 { same } else { differ });
    }
    let t = (x.mean - y.mean) / both.sqrt();
    // Shares of the whole, whose squares do not overflow.
    let (x_part, y_part) = (x_share / both, y_share / both);
    let df = 1.0 / (x_part * x_part / (x.count - 1.0) + y_part * y_part / (y.count - 1.0));
    Some(Welch { t, df, p: student_tails(t, df) })
}

fn mann_whitney_u(call: &Call) -> Result<Output, Raise> {
    let (xs, ys) = (call.list(1)?, call.list(2)?);
    let (mut for_ties, mut for_steps) = (false, false);
    if let Some(options) = call.table_or_nil(3)? {
        for_ties = options.get("tie_correction")?;
        for_steps = options.get("continuity_correction")?;
    }
    let (x_count, y_count) = (real(xs.len()), real(ys.len()));
    let wins = wins(&xs, &ys);
    let u = wins.min(x_count * y_count - wins);
    let all = x_count + y_count;
    let mut spread = all + 1.0;
    if for_ties {
        let mut pooled = [xs, ys].concat();
        pooled.sort_unstable_by(f64::total_cmp);
        let cubes = tied(&pooled).map(|size| real(size).powi(3) - real(size));
        spread -= sum(cubes) / (all * (all - 1.0));
    }
    let deviation = (x_count * y_count / 12.0 * spread).sqrt();
    if deviation == 0.0 {
        return Err(call.refuse("zero variance (all values are the same)"));
    }
    let step = if for_steps { 0.5 } else { 0.0 };
    let z = ((u - x_count * y_count / 2.0 + step) / deviation).min(0.0);
    Ok(Output::Record(vec![
        ("u_stat", u.into()),
        ("z_score", z.into()),
        ("p_value", normal_tails(z).into()),
    ]))
}

/// In how many pairs the first is larger; a tie counts a half.
fn wins(xs: &[f64], ys: &[f64]) -> f64 {
    let pooled = [xs, ys].concat();
    let x_count = real(xs.len());
    sum(ranks(&pooled)[..xs.len()].iter().copied()) - x_count * (x_count + 1.0) / 2.0
}

fn chi_squared_test(call: &Call) -> Result<Output, Raise> {
    let (observed, expected) = call.pair(2)?;
    if observed.iter().any(|count| *count < 0.0) {
        return Err(call.refuse("observed values must be at least 0"));
    }
    if expected.iter().any(|count| *count <= 0.0) {
        return Err(call.refuse("expected values must be > 0"));
    }
    let pairs = observed.iter().zip(&expected);
    let statistic = sum(pairs.map(|(seen, due)| (seen - due) * ((seen - due) / due)));
    let df = real(observed.len() - 1);
    Ok(Output::Record(vec![
        ("chi2_stat", statistic.into()),
        ("df", df.into()),
        ("p_value", gamma_above(df / 2.0, statistic / 2.0).into()),
    ]))
}

/// How far two samples' distribution functions are apart at most.
fn largest_distance(xs: &[f64], ys: &[f64]) -> f64 {
    let (mut xs, mut ys) = (xs.to_vec(), ys.to_vec());
    xs.sort_unstable_by(f64::total_cmp);
    ys.sort_unstable_by(f64::total_cmp);
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while i < xs.len() && j < ys.len() {
        let step = xs[i].min(ys[j]);
        i += xs[i..].iter().take_while(|x| **x <= step).count();
        j += ys[j..].iter().take_while(|y| **y <= step).count();
        distance = distance.max((real(i) / real(xs.len()) - real(j) / real(ys.len())).abs());
    }
    distance
}

/// How much of Kolmogorov's distribution lies above `x`.
fn kolmogorov_above(x: f64) -> f64 {
    use std::f64::consts::PI;
    let odd = |k: u32| f64::from(2 * k - 1);
    if x < 0.2 {
        return 1.0;
    }
    // Two series of the same function: each ends soon where the other does not.
    if x < 1.0 {
        let terms = (1..=6).map(|k| libm::exp(-(odd(k) * PI / x).powi(2) / 8.0));
        return 1.0 - (2.0 * PI).sqrt() / x * sum(terms);
    }
    let sign = |k: u32| if k % 2 == 1 { 2.0 } else { -2.0 };
    sum((1..=8).map(|k| sign(k) * libm::exp(-2.0 * (f64::from(k) * x).powi(2))))
}

fn p_values(call: &Call) -> Result<Vec<f64>, Raise> {
    let ps = call.list(1)?;
    if let Some(place) = ps.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(call.refuse(format_args!("p[{}] is not a p-value: {}", place + 1, ps[place])));
    }
    Ok(ps)
}
