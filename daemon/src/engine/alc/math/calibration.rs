//! Whether stated confidences match how often they turn out right.

use super::{
    call::{Call, Function, Output, real},
    summary::{Sum, mean, sum},
};
use crate::engine::alc::Raise;

/// Each is a table of the result.
const MOST_BINS: usize = 10_000;

pub(super) const FUNCTIONS: &[Function] = &[
    ("calibration_error", calibration_error),
    ("brier_score", |call| {
        let (confidences, outcomes) = predictions(call)?;
        let squares: Vec<f64> =
            confidences.iter().zip(&outcomes).map(|(said, came)| (said - came).powi(2)).collect();
        Ok(mean(&squares).into())
    }),
];

/// Probabilities, and for each 1 or 0: what came of it.
fn predictions(call: &Call) -> Result<(Vec<f64>, Vec<f64>), Raise> {
    let (confidences, outcomes) = call.pair(1)?;
    if let Some(place) = confidences.iter().position(|said| !(0.0..=1.0).contains(said)) {
        let what =
            format_args!("confidences[{}] is outside [0, 1]: {}", place + 1, confidences[place]);
        return Err(call.refuse(what));
    }
    if let Some(place) = outcomes.iter().position(|came| ![0.0, 1.0].contains(came)) {
        let what = format_args!("outcomes[{}] is neither 0 nor 1: {}", place + 1, outcomes[place]);
        return Err(call.refuse(what));
    }
    Ok((confidences, outcomes))
}

/// The predictions of one bin.
#[derive(Clone, Copy, Default)]
struct Bin {
    count: usize,
    said: Sum,
    came: Sum,
}

impl Bin {
    fn share(&self, sum: Sum) -> f64 {
        if self.count == 0 { 0.0 } else { sum.get() / real(self.count) }
    }

    fn gap(&self) -> f64 {
        (self.share(self.said) - self.share(self.came)).abs()
    }
}

/// The gap between confidence and accuracy in bins of equal width: its mean and its largest.
fn calibration_error(call: &Call) -> Result<Output, Raise> {
    let (confidences, outcomes) = predictions(call)?;
    let count = call.count(3, "bins", MOST_BINS)?;
    if count == 0 {
        return Err(call.refuse("needs at least one bin"));
    }
    let mut bins = vec![Bin::default(); count];
    for (said, came) in confidences.iter().zip(&outcomes) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in [0, count]"
        )]
        let place = (said * real(count)) as usize;
        let bin = &mut bins[place.min(count - 1)];
        bin.count += 1;
        bin.said.add(*said);
        bin.came.add(*came);
    }
    let all = real(confidences.len());
    let expected = sum(bins.iter().map(|bin| bin.gap() * (real(bin.count) / all)));
    let largest = bins.iter().map(Bin::gap).fold(0.0, f64::max);
    let used = bins.iter().filter(|bin| bin.count > 0).count();
    let shown = bins.iter().map(|bin| {
        Output::Record(vec![
            ("count", bin.count.into()),
            ("confidence", bin.share(bin.said).into()),
            ("accuracy", bin.share(bin.came).into()),
        ])
    });
    Ok(Output::Record(vec![
        ("ece", expected.into()),
        ("mce", largest.into()),
        ("bins", Output::List(shown.collect())),
        ("bins_used", used.into()),
    ]))
}
