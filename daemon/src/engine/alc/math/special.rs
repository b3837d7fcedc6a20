//! The gamma, beta and error functions and what goes with them.

use std::f64::consts::PI;

use super::{
    call::{Call, Function},
    distributions::shape,
    incomplete::{beta_below, gamma_below},
};
use crate::engine::alc::Raise;

/// The largest number whose factorial is a number.
const LARGEST_FACTORIAL: u64 = 170;
/// ln(sqrt(2 pi)).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// The asymptotic series of the digamma function, with alternating signs.
const DIGAMMA: [f64; 7] =
    [1.0 / 12.0, 1.0 / 120.0, 1.0 / 252.0, 1.0 / 240.0, 1.0 / 132.0, 691.0 / 32_760.0, 1.0 / 12.0];
/// The one of Stirling's error, likewise.
const STIRLING: [f64; 6] =
    [1.0 / 12.0, 1.0 / 360.0, 1.0 / 1260.0, 1.0 / 1680.0, 1.0 / 1188.0, 691.0 / 360_360.0];

pub(super) const FUNCTIONS: &[Function] = &[
    ("erf", |call| Ok(libm::erf(call.number(1)?).into())),
    ("erfc", |call| Ok(libm::erfc(call.number(1)?).into())),
    ("lgamma", |call| Ok(libm::lgamma(call.number(1)?).into())),
    ("digamma", |call| Ok(digamma(call.number(1)?).into())),
    ("beta", |call| {
        let (a, b) = both(call)?;
        Ok(beta(a, b).into())
    }),
    ("ln_beta", |call| {
        let (a, b) = both(call)?;
        Ok(ln_beta(a, b).into())
    }),
    ("regularized_incomplete_beta", |call| {
        let x = call.share(1, "x")?;
        Ok(beta_below(x, shape(call, 2, "a")?, shape(call, 3, "b")?).into())
    }),
    ("regularized_incomplete_gamma", |call| {
        let x = call.number_that(2, "x", "at least 0", |x| x >= 0.0)?;
        Ok(gamma_below(shape(call, 1, "a")?, x).into())
    }),
    ("factorial", |call| match call.natural(1)? {
        n if n > LARGEST_FACTORIAL => {
            Err(call.refuse(format_args!("n must be at most {LARGEST_FACTORIAL}, got {n}")))
        }
        n => Ok(libm::round(libm::tgamma(above(n))).into()),
    }),
    ("ln_factorial", |call| Ok(libm::lgamma(above(call.natural(1)?)).into())),
    ("logit", |call| {
        let p = call.number_that(1, "p", "in (0, 1)", |p| p > 0.0 && p < 1.0)?;
        Ok((libm::log(p) - libm::log1p(-p)).into())
    }),
    ("expit", |call| {
        let x = call.number(1)?;
        let power = libm::exp(-x.abs());
        Ok((if x < 0.0 { power } else { 1.0 } / (1.0 + power)).into())
    }),
];

fn both(call: &Call) -> Result<(f64, f64), Raise> {
    Ok((call.positive(1, "a")?, call.positive(2, "b")?))
}

#[expect(clippy::cast_precision_loss, reason = "exact where it matters")]
fn above(n: u64) -> f64 {
    n as f64 + 1.0
}

/// The derivative of the logarithm of the gamma function.
fn digamma(x: f64) -> f64 {
    if x <= 0.0 {
        // At the poles from above.
        if x >= libm::ceil(x) {
            return f64::NEG_INFINITY;
        }
        let turned = PI * (x - libm::floor(x));
        return digamma(1.0 - x) - PI * libm::cos(turned) / libm::sin(turned);
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = DIGAMMA.iter().rev().fold(0.0, |series, term| inverse * (term - series));
    sum + libm::log(x) - 0.5 / x - series
}

/// What Stirling's formula leaves out of the logarithm of the gamma function of `x + 1`.
pub(super) fn stirling_error(x: f64) -> f64 {
    if x < 10.0 {
        return libm::lgamma(x + 1.0) - (x + 0.5) * libm::log(x) + x - LN_SQRT_2PI;
    }
    let inverse = 1.0 / (x * x);
    STIRLING.iter().rev().fold(0.0, |series, term| term - inverse * series) / x
}

fn beta(a: f64, b: f64) -> f64 {
    let product = libm::tgamma(a) / libm::tgamma(a + b) * libm::tgamma(b);
    if a + b < 150.0 && product.is_finite() { product } else { libm::exp(ln_beta(a, b)) }
}

fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < 10.0 {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(small + large);
    }
    // Of large numbers, Stirling's formula, in which what is large cancels out.
    let sum = small + large;
    let rest = stirling_error(large) - stirling_error(sum);
    let ratio = libm::log1p(small / large);
    if small < 10.0 {
        return libm::lgamma(small) + rest + small - small * libm::log(sum) - (large - 0.5) * ratio;
    }
    rest + stirling_error(small) + LN_SQRT_2PI - 0.5 * libm::log(large)
        + (small - 0.5) * libm::log(small / sum)
        - large * ratio
}
