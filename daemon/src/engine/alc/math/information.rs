//! Entropy, and how far two distributions over the same things are apart; in natural logarithms.

use mlua::Value;

use super::{
    call::{Call, Function, LONGEST, Output, real},
    summary::sum,
};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("entropy", |call| {
        let probabilities = call.list(1)?;
        check(call, "probs", &probabilities)?;
        Ok(sum(probabilities.iter().map(|p| surprise(*p, *p))).into())
    }),
    ("cross_entropy", |call| Ok(over_both(call, surprise)?.into())),
    ("kl_divergence", |call| Ok(over_both(call, divergence)?.max(0.0).into())),
    ("js_divergence", |call| {
        let twice = over_both(call, |p, q| {
            let middle = p / 2.0 + q / 2.0;
            divergence(p, middle) + divergence(q, middle)
        })?;
        Ok((twice / 2.0).max(0.0).into())
    }),
    ("hellinger", |call| {
        let twice = over_both(call, |p, q| {
            // The difference of the roots, exactly also where they are close.
            let apart = (p - q) / (p.sqrt() + q.sqrt());
            if apart.is_nan() { 0.0 } else { apart * apart }
        })?;
        Ok((twice / 2.0).sqrt().into())
    }),
    ("tvd", |call| Ok((over_both(call, |p, q| (p - q).abs())? / 2.0).into())),
    ("wasserstein_1d", wasserstein),
    ("mutual_information", mutual_information),
];

/// How surprising what has probability `q` is, weighted by `p`.
fn surprise(p: f64, q: f64) -> f64 {
    if p > 0.0 { -p * libm::log(q) } else { 0.0 }
}

fn divergence(p: f64, q: f64) -> f64 {
    if p > 0.0 { p * libm::log(p / q) } else { 0.0 }
}

/// The sum of `of` over the elements of two distributions.
fn over_both(call: &Call, of: fn(f64, f64) -> f64) -> Result<f64, Raise> {
    let (p, q) = both(call)?;
    Ok(sum(p.into_iter().zip(q).map(|(p, q)| of(p, q))))
}

/// Two distributions over the same things.
fn both(call: &Call) -> Result<(Vec<f64>, Vec<f64>), Raise> {
    let (p, q) = call.pair(1)?;
    check(call, "p", &p)?;
    check(call, "q", &q)?;
    Ok((p, q))
}

/// Refuses what is no distribution. Its sum may be off by what rounding to 32 bits does.
fn check(call: &Call, name: &str, probabilities: &[f64]) -> Result<(), Raise> {
    if let Some(place) = probabilities.iter().position(|p| *p < 0.0) {
        let what = format_args!("{name}[{}] is negative: {}", place + 1, probabilities[place]);
        return Err(call.refuse(what));
    }
    let total = sum(probabilities.iter().copied());
    let tolerance = 32.0 * f64::from(f32::EPSILON) / 2.0 * real(probabilities.len()).sqrt();
    if (total - 1.0).abs() > tolerance {
        return Err(call.refuse(format_args!("{name} sums to {total}, not to 1")));
    }
    Ok(())
}

/// How far mass must be moved, times how much, to make one distribution of the other.
fn wasserstein(call: &Call) -> Result<Output, Raise> {
    let (p, q) = both(call)?;
    let support = match call.table_or_nil(3)? {
        Some(_) => Some(call.list(3)?),
        None => None,
    };
    if let Some(support) = &support {
        if support.len() != p.len() {
            let what = format_args!("{} positions are given for {} bins", support.len(), p.len());
            return Err(call.refuse(what));
        }
        if let Some(place) = support.windows(2).position(|pair| pair[0] >= pair[1]) {
            let what = format_args!("support[{}] is not above the one before it", place + 2);
            return Err(call.refuse(what));
        }
    }
    let width = |place: usize| support.as_ref().map_or(1.0, |s| s[place + 1] - s[place]);
    let mut ahead = 0.0;
    let last = p.len() - 1;
    let moved = p.iter().zip(&q).take(last).enumerate().map(|(place, (p, q))| {
        ahead += p - q;
        f64::abs(ahead) * width(place)
    });
    Ok(sum(moved).into())
}

/// How much one of two things tells of the other.
fn mutual_information(call: &Call) -> Result<Output, Raise> {
    let (joint, columns) = matrix(call)?;
    check(call, "joint", &joint)?;
    let row_sums: Vec<f64> = joint.chunks(columns).map(|row| sum(row.iter().copied())).collect();
    let column = |column: usize| joint.iter().skip(column).step_by(columns).copied();
    let column_sums: Vec<f64> = (0..columns).map(|place| sum(column(place))).collect();
    let alone = row_sums.iter().flat_map(|row| column_sums.iter().map(move |column| row * column));
    let information = sum(joint.iter().zip(alone).map(|(joint, alone)| divergence(*joint, alone)));
    Ok(information.max(0.0).into())
}

/// A list of rows of equal length, one after the other, and that length.
fn matrix(call: &Call) -> Result<(Vec<f64>, usize), Raise> {
    let rows = call.table(1)?;
    let (mut joint, mut columns) = (Vec::new(), 0);
    for place in 1..=call.length(&rows)? {
        let Value::Table(row) = rows.raw_get(place)? else {
            return Err(call.refuse(format_args!("joint[{place}] is not a table")));
        };
        let row = call.numbers(&row, |column| format!("joint[{place}][{column}]"))?;
        if place == 1 {
            columns = row.len();
        }
        if row.len() != columns {
            let what = format_args!("joint[{place}] has {} columns, not {columns}", row.len());
            return Err(call.refuse(what));
        }
        joint.extend(row);
        if joint.len() > LONGEST {
            return Err(call.refuse(format_args!("joint has more than {LONGEST} elements")));
        }
    }
    if joint.is_empty() {
        return Err(call.refuse("joint is empty: expected non-empty array"));
    }
    Ok((joint, columns))
}
