//! Ranks, what correlates them, and how well a ranking puts the relevant first.

use super::{
    call::{Call, Function, Output, real},
    summary::{correlation, sum},
};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("rank", |call| Ok(ranks(&call.list(1)?).into())),
    ("spearman_correlation", |call| {
        let (xs, ys) = call.pair(2)?;
        let correlation = correlation(&ranks(&xs), &ranks(&ys));
        correlation.map(Output::Number).ok_or_else(|| call.refuse("zero variance in ranks"))
    }),
    ("kendall_tau", |call| {
        let (xs, ys) = call.pair(2)?;
        let zero = || call.refuse("zero variance (all values of a list are tied)");
        kendall_tau(&xs, &ys).map(Output::Number).ok_or_else(zero)
    }),
    ("ndcg", |call| {
        let mut relevance = call.list(1)?;
        let first = usize::try_from(call.natural(2)?).unwrap_or(usize::MAX);
        let gain = discounted_gain(&relevance, first);
        relevance.sort_unstable_by(|one, other| other.total_cmp(one));
        let best = discounted_gain(&relevance, first);
        Ok(if best > 0.0 { gain / best } else { 0.0 }.into())
    }),
    ("mrr", mean_reciprocal_rank),
];

/// The places of a list's elements, from the smallest element to the largest; of those that are
/// equal the first comes first.
pub(super) fn order(list: &[f64]) -> Vec<usize> {
    let mut pairs: Vec<_> = list.iter().copied().zip(0..).collect();
    pairs.sort_by(|one, other| compare(one.0, other.0));
    pairs.into_iter().map(|(_, place)| place).collect()
}

/// By size alone: 0 and -0 are equal.
fn compare(one: f64, other: f64) -> std::cmp::Ordering {
    one.partial_cmp(&other).unwrap_or_else(|| one.total_cmp(&other))
}

/// How many elements share each of the values of a list that is in order.
pub(super) fn tied(sorted: &[f64]) -> impl Iterator<Item = usize> {
    sorted.chunk_by(|one, other| one >= other).map(<[_]>::len)
}

/// The rank of each element; those that are equal share the mean of theirs.
pub(super) fn ranks(list: &[f64]) -> Vec<f64> {
    let places = order(list);
    let mut ranks = vec![0.0; list.len()];
    let mut before = 0;
    for group in places.chunk_by(|one, other| list[*one] >= list[*other]) {
        let rank = real(before) + real(group.len() + 1) / 2.0;
        for place in group {
            ranks[*place] = rank;
        }
        before += group.len();
    }
    ranks
}

/// Kendall's tau-b; `None` where all values of one list are tied.
///
/// The lists are put in the order of the first; then each swap that sorting the second takes is a
/// pair that disagrees (Knight, 1966).
fn kendall_tau(xs: &[f64], ys: &[f64]) -> Option<f64> {
    let pairs_of = |count: usize| real(count) * real(count - 1) / 2.0;
    let mut points: Vec<(f64, f64)> = xs.iter().copied().zip(ys.iter().copied()).collect();
    points.sort_unstable_by(|one, other| compare(one.0, other.0).then(compare(one.1, other.1)));
    let same_x = |one: &(f64, f64), other: &(f64, f64)| one.0 >= other.0;
    let same = |one: &(f64, f64), other: &(f64, f64)| same_x(one, other) && one.1 >= other.1;
    let pairs = pairs_of(points.len());
    let tied_x = sum(points.chunk_by(same_x).map(|group| pairs_of(group.len())));
    let tied_both = sum(points.chunk_by(same).map(|group| pairs_of(group.len())));
    let mut sorted: Vec<f64> = points.into_iter().map(|(_, y)| y).collect();
    let swaps = sort_counting(&mut sorted);
    let tied_y = sum(tied(&sorted).map(pairs_of));
    if tied_x >= pairs || tied_y >= pairs {
        return None;
    }
    let agreeing = pairs - tied_x - tied_y + tied_both - 2.0 * swaps;
    let tau = agreeing / (pairs - tied_x).sqrt() / (pairs - tied_y).sqrt();
    Some(tau.clamp(-1.0, 1.0))
}

/// Sorts a list and returns how many swaps of neighbours that takes.
fn sort_counting(list: &mut [f64]) -> f64 {
    if list.len() < 2 {
        return 0.0;
    }
    let middle = list.len() / 2;
    let (left, right) = list.split_at_mut(middle);
    let mut swaps = sort_counting(left) + sort_counting(right);
    let mut merged = Vec::with_capacity(list.len());
    let (mut i, mut j) = (0, middle);
    while i < middle && j < list.len() {
        if list[j] < list[i] {
            swaps += real(middle - i);
            merged.push(list[j]);
            j += 1;
        } else {
            merged.push(list[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&list[i..middle]);
    merged.extend_from_slice(&list[j..]);
    list.copy_from_slice(&merged);
    swaps
}

/// What the first so many are worth, each the less the later it comes.
fn discounted_gain(relevance: &[f64], first: usize) -> f64 {
    let gains = relevance.iter().take(first).enumerate();
    sum(gains.map(|(place, gain)| gain / libm::log2(real(place + 2))))
}

fn mean_reciprocal_rank(call: &Call) -> Result<Output, Raise> {
    let ranks = call.list(1)?;
    for (place, rank) in ranks.iter().enumerate() {
        if *rank < 1.0 || rank.fract() != 0.0 {
            let what =
                format_args!("rank at index {} must be a positive integer, got {rank}", place + 1);
            return Err(call.refuse(what));
        }
    }
    Ok((sum(ranks.iter().map(|rank| 1.0 / rank)) / real(ranks.len())).into())
}
