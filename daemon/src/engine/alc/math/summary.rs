//! What sums up one list, or two that belong together.

use super::{
    call::{Call, Function, LONGEST, Output, real},
    distributions::normal_quantile,
};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("mean", |call| Ok(mean(&call.list(1)?).into())),
    ("variance", |call| Ok(variance(&call.list(1)?).into())),
    ("stddev", |call| Ok(variance(&call.list(1)?).sqrt().into())),
    ("median", |call| Ok(quantile(&mut call.list(1)?, 0.5).into())),
    ("percentile", |call| {
        let in_range = |p| (0.0..=100.0).contains(&p);
        let p = call.number_that(2, "p", "in [0, 100]", in_range)?;
        Ok(quantile(&mut call.list(1)?, p / 100.0).into())
    }),
    ("iqr", |call| {
        let mut list = call.list(1)?;
        Ok((quantile(&mut list, 0.75) - quantile(&mut list, 0.25)).into())
    }),
    ("covariance", |call| {
        let (xs, ys) = call.pair(2)?;
        Ok((co_moment(&xs, &ys) / real(xs.len() - 1)).into())
    }),
    ("correlation", |call| {
        let (xs, ys) = call.pair(2)?;
        correlation(&xs, &ys).map(Output::Number).ok_or_else(|| call.refuse("zero variance"))
    }),
    ("softmax", |call| Ok(softmax(&call.list(1)?).into())),
    ("logsumexp", |call| {
        let list = call.list(1)?;
        let max = largest(&list);
        Ok((max + libm::log(sum(list.iter().map(|x| libm::exp(x - max))))).into())
    }),
    ("log_normalize", log_normalize),
    ("histogram", histogram),
    ("wilson_ci", wilson_ci),
];

/// A running sum that keeps what rounding takes away, so that neither order nor size of the numbers
/// matters.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, number: f64) {
        let sum = self.sum + number;
        self.lost += if self.sum.abs() >= number.abs() {
            (self.sum - sum) + number
        } else {
            (number - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(super) fn get(self) -> f64 {
        // Past the largest number there is nothing to correct.
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

pub(super) fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    numbers.into_iter().for_each(|number| sum.add(number));
    sum.get()
}

pub(super) fn mean(list: &[f64]) -> f64 {
    sum(list.iter().copied()) / real(list.len())
}

/// The sum of the products of what two lists' elements are away from their means.
pub(super) fn co_moment(xs: &[f64], ys: &[f64]) -> f64 {
    let (x_mean, y_mean) = (mean(xs), mean(ys));
    sum(xs.iter().zip(ys).map(|(x, y)| (x - x_mean) * (y - y_mean)))
}

/// The variance of a sample; 0 for a single number.
pub(super) fn variance(list: &[f64]) -> f64 {
    if list.len() < 2 {
        return 0.0;
    }
    co_moment(list, list) / real(list.len() - 1)
}

/// Pearson's correlation; `None` where one of the lists is constant.
pub(super) fn correlation(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let (x_moment, y_moment) = (co_moment(xs, xs), co_moment(ys, ys));
    if x_moment == 0.0 || y_moment == 0.0 {
        return None;
    }
    let correlation = co_moment(xs, ys) / x_moment.sqrt() / y_moment.sqrt();
    Some(correlation.clamp(-1.0, 1.0))
}

/// The number below which a share of the list lies, interpolated; reorders the list.
pub(super) fn quantile(list: &mut [f64], share: f64) -> f64 {
    let rank = share * real(list.len() - 1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in it")]
    let place = rank as usize;
    let (_, &mut low, above) = list.select_nth_unstable_by(place, f64::total_cmp);
    let fraction = rank - real(place);
    if fraction == 0.0 {
        return low;
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    low + (high - low) * fraction
}

pub(super) fn largest(list: &[f64]) -> f64 {
    list.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn softmax(list: &[f64]) -> Vec<f64> {
    let max = largest(list);
    let powers: Vec<f64> = list.iter().map(|x| libm::exp(x - max)).collect();
    let total = sum(powers.iter().copied());
    powers.into_iter().map(|power| power / total).collect()
}

fn log_normalize(call: &Call) -> Result<Output, Raise> {
    let list = call.list(1)?;
    if let Some(place) = list.iter().position(|number| *number <= 0.0) {
        let what = format_args!("element at index {} is {}, not > 0", place + 1, list[place]);
        return Err(call.refuse(what));
    }
    let whole = libm::log1p(largest(&list));
    Ok(list.iter().map(|number| 100.0 * (libm::log1p(*number) / whole)).collect::<Vec<_>>().into())
}

fn histogram(call: &Call) -> Result<Output, Raise> {
    let list = call.list(1)?;
    let bins = call.count(2, "bins", LONGEST)?;
    if bins == 0 {
        return Err(call.refuse("needs at least one bin"));
    }
    let low = list.iter().copied().fold(f64::INFINITY, f64::min);
    let high = largest(&list);
    let width = if low < high { high / real(bins) - low / real(bins) } else { 1.0 / real(bins) };
    let mut edges: Vec<f64> = (0..=bins).map(|edge| low + width * real(edge)).collect();
    if low < high {
        edges[bins] = high;
    }
    let mut counts = vec![0_i64; bins];
    for number in list {
        // The edges are what was told, so they decide; the last bin holds its upper edge.
        let bin = edges.partition_point(|edge| *edge <= number);
        counts[bin.clamp(1, bins) - 1] += 1;
    }
    Ok(Output::Record(vec![("counts", Output::Integers(counts)), ("edges", edges.into())]))
}

/// Wilson's score interval of a proportion.
fn wilson_ci(call: &Call) -> Result<Output, Raise> {
    let total = call.positive(2, "total")?;
    let confidence = call.share(3, "confidence")?;
    let in_range = |successes| (0.0..=total).contains(&successes);
    let successes = call.number_that(1, "successes", "in [0, total]", in_range)?;
    let proportion = successes / total;
    let z = normal_quantile(0.5 + confidence / 2.0);
    let (lower, upper, center) = if z.is_infinite() {
        (0.0, 1.0, 0.5)
    } else {
        let weight = z * z / total;
        let center = (proportion + weight / 2.0) / (1.0 + weight);
        let spread = proportion * (1.0 - proportion) / total + weight / (4.0 * total);
        let half = z / (1.0 + weight) * spread.sqrt();
        ((center - half).clamp(0.0, proportion), (center + half).clamp(proportion, 1.0), center)
    };
    Ok(Output::Record(vec![
        ("lower", lower.into()),
        ("upper", upper.into()),
        ("center", center.into()),
    ]))
}
