//! The regularized incomplete gamma and beta functions: the tails of most distributions.
//!
//! A power series or a continued fraction, whichever converges where it is wanted, times a density
//! that is computed from deviances (Loader, 2000), so that large parameters cost no digits. The
//! number of terms grows with the root of the parameters, which is why those have a limit.

use std::f64::consts::PI;

use super::special::stirling_error;

/// The largest parameter; its terms are summed up within some milliseconds.
pub(super) const LARGEST: f64 = 1e10;
const EPSILON: f64 = f64::EPSILON / 2.0;

/// How much of a gamma distribution lies below `x`: P(a, x).
pub(super) fn gamma_below(a: f64, x: f64) -> f64 {
    if x < a + 1.0 { gamma_series(a, x) } else { 1.0 - gamma_fraction(a, x) }
}

/// How much of a gamma distribution lies above `x`: Q(a, x).
pub(super) fn gamma_above(a: f64, x: f64) -> f64 {
    if x < a + 1.0 { 1.0 - gamma_series(a, x) } else { gamma_fraction(a, x) }
}

/// How much of a beta distribution lies below `x`.
pub(super) fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < (a + 1.0) / (a + b + 2.0) {
        // Of -0.0 it would be no number.
        beta_fraction(a, b, x.abs(), 1.0 - x)
    } else {
        1.0 - beta_fraction(b, a, 1.0 - x, x)
    }
}

/// P(a, x) as a power series.
fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > sum * EPSILON {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    poisson(a, x) * sum
}

/// Q(a, x) as a continued fraction.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    let fraction = fraction(|n| {
        let numerator = if n > 0.0 { n * (a - n) } else { 1.0 };
        (numerator, x - a + 1.0 + 2.0 * n)
    });
    a * poisson(a, x) * fraction
}

/// How much of a beta distribution lies below `x`, whose distance to 1 is `y`, as a continued
/// fraction (Didonato and Morris, 1992).
fn beta_fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let both = a + b;
    // Of the smaller one, of which fewer digits are lost.
    let above_mean = if x < y { both * x - a } else { b - both * y };
    let fraction = fraction(|n| {
        let step = a + 2.0 * n;
        let rest = (a + n) / (step + 1.0) * (1.0 - above_mean + n * (1.0 + y));
        if n > 0.0 {
            let part = n * (b - n) * x / (step - 1.0);
            ((a + n - 1.0) * (both + n - 1.0) / (step - 1.0) * x * part, n + part + rest)
        } else {
            (1.0, rest)
        }
    });
    // x^a y^b / B(a, b)
    let power = stirling_error(both) - stirling_error(a) - stirling_error(b);
    let power = power - deviance(a, both * x, above_mean) - deviance(b, both * y, -above_mean);
    a * (b / both) * libm::exp(power) * (both / (2.0 * PI * a) / b).sqrt() * fraction
}

/// The continued fraction n0 / (d0 + n1 / (d1 + ...)) of the terms (n, d) that `term` has (Lentz's
/// method).
fn fraction(term: impl Fn(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-100;
    let not_zero = |number: f64| if number == 0.0 { TINY } else { number };
    let (mut value, mut above, mut below, mut n) = (TINY, TINY, 0.0, 0.0);
    loop {
        let (numerator, denominator) = term(n);
        n += 1.0;
        below = 1.0 / not_zero(denominator + numerator * below);
        above = not_zero(denominator + numerator / above);
        let factor = above * below;
        value *= factor;
        // Also the end where it is no number.
        if (factor - 1.0).abs() <= EPSILON || !value.is_finite() || numerator == 0.0 {
            return value;
        }
    }
}

/// x^a e^-x / gamma(a + 1).
fn poisson(a: f64, x: f64) -> f64 {
    if a < 10.0 {
        return libm::exp(a * libm::log(x) - x - libm::lgamma(a + 1.0));
    }
    libm::exp(-stirling_error(a) - deviance(a, x, x - a)) / (2.0 * PI * a).sqrt()
}

/// a ln(a / x) + x - a, exactly also where a and x are close; `more` is x - a.
fn deviance(a: f64, x: f64, more: f64) -> f64 {
    let distance = more / (a + x);
    if distance.abs() > 0.1 {
        return a * libm::log(a / x) + more;
    }
    let (mut sum, mut term, mut n) = (more * distance, -2.0 * a * distance, 1.0);
    loop {
        n += 2.0;
        term *= distance * distance;
        sum += term / n;
        if (term / n).abs() <= sum * EPSILON {
            return sum;
        }
    }
}
