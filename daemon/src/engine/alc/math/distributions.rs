//! Distribution functions and their inverses.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{
    call::{Call, Function},
    incomplete::{LARGEST, beta_below, gamma_above, gamma_below},
};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("normal_cdf", |call| {
        let x = call.number(1)?;
        let (mu, deviation) = (call.finite(2, "mu")?, call.positive(3, "sd")?);
        Ok(normal_below((x - mu) / deviation).into())
    }),
    ("normal_ppf", |call| Ok(normal_quantile(call.share(1, "p")?).into())),
    ("normal_inverse_cdf", |call| {
        let p = call.share(1, "p")?;
        let (mu, deviation) = (call.finite(2, "mu")?, call.positive(3, "sd")?);
        Ok((mu + deviation * normal_quantile(p)).into())
    }),
    ("beta_cdf", |call| {
        let x = call.number(1)?;
        let (a, b) = (shape(call, 2, "alpha")?, shape(call, 3, "beta")?);
        Ok(beta_below(x.clamp(0.0, 1.0), a, b).into())
    }),
    ("beta_ppf", |call| {
        let p = call.share(1, "p")?;
        let (a, b) = (shape(call, 2, "alpha")?, shape(call, 3, "beta")?);
        Ok(beta_quantile(p, a, b).into())
    }),
    ("beta_mean", |call| {
        let (a, b) = (call.positive(1, "alpha")?, call.positive(2, "beta")?);
        Ok((a / (a + b)).into())
    }),
    ("beta_variance", |call| {
        let (a, b) = (call.positive(1, "alpha")?, call.positive(2, "beta")?);
        Ok((a / (a + b) * (b / (a + b)) / (a + b + 1.0)).into())
    }),
    ("gamma_cdf", |call| {
        let x = call.number(1)?;
        let (shape, scale) = (shape(call, 2, "shape")?, call.positive(3, "scale")?);
        Ok(if x <= 0.0 { 0.0 } else { gamma_below(shape, x / scale) }.into())
    }),
    ("poisson_cdf", |call| {
        let (count, lambda) = (call.integer(1)?, shape(call, 2, "lambda")?);
        #[expect(clippy::cast_precision_loss, reason = "far above what is allowed")]
        let above = count as f64 + 1.0;
        Ok(match above {
            ..=0.0 => 0.0,
            // As far above lambda as that, it cannot be told from 1.
            _ if above > 2.0 * LARGEST => 1.0,
            above => gamma_above(above, lambda),
        }
        .into())
    }),
];

/// A parameter that is positive and for which the series end in time.
pub(super) fn shape(call: &Call, place: usize, name: &str) -> Result<f64, Raise> {
    let rule = format!("> 0 and at most {LARGEST:e}");
    call.number_that(place, name, &rule, |number| number > 0.0 && number <= LARGEST)
}

/// How much of the standard normal distribution lies below `x`.
pub(super) fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Both tails of Student's distribution from `t` on.
pub(super) fn student_tails(t: f64, df: f64) -> f64 {
    beta_below(df / (df + t * t), df / 2.0, 0.5)
}

/// Below which number a share `p` of Student's distribution lies.
pub(in crate::engine::alc) fn student_quantile(p: f64, df: f64) -> f64 {
    let share = beta_quantile(2.0 * p.min(1.0 - p), df / 2.0, 0.5);
    let distance = (df * (1.0 - share) / share).sqrt();
    if p < 0.5 { -distance } else { distance }
}

/// Both tails of the standard normal distribution from `z` on.
pub(super) fn normal_tails(z: f64) -> f64 {
    libm::erfc(z.abs() * FRAC_1_SQRT_2)
}

/// Below which number a share `p` of the standard normal distribution lies.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // Near the middle what is between is told more exactly than what is below.
    let reached = |distance: f64| {
        let x = distance * FRAC_1_SQRT_2;
        if p > 0.25 { libm::erf(x) >= 1.0 - 2.0 * p } else { libm::erfc(x) <= 2.0 * p }
    };
    // Not -0 in the middle.
    0.0 - first(40.0, reached)
}

/// Below which number a share `p` of a beta distribution lies.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    first(1.0, |x| beta_below(x, a, b) >= p)
}

/// The least number from 0 to `high` for which something holds that holds from there on: the bits of
/// numbers that are not negative are ordered as they are.
fn first(high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0, high.to_bits());
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(f64::from_bits(middle)) { high = middle } else { low = middle + 1 }
    }
    f64::from_bits(high)
}
