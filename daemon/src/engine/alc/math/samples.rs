//! Samples of distributions.

use rand::distr::weighted::WeightedIndex;
use rand_distr::{
    Beta, Binomial, ChiSquared, Distribution, Exp1, Gamma, Poisson, StandardNormal, StudentT,
    Uniform, multi::Dirichlet,
};

use super::call::{Call, Function, Output};
use crate::engine::alc::Raise;

pub(super) const FUNCTIONS: &[Function] = &[
    ("normal_sample", |call| {
        let (mean, deviation) = (call.finite(2, "mean")?, deviation(call, 3, "sd")?);
        Ok((mean + deviation * normal(call)?).into())
    }),
    ("lognormal_sample", |call| {
        let (mu, sigma) = (call.finite(2, "mu")?, deviation(call, 3, "sigma")?);
        Ok(libm::exp(mu + sigma * normal(call)?).into())
    }),
    ("exp_sample", |call| {
        let lambda = call.positive(2, "lambda")?;
        let unit: f64 = Exp1.sample(&mut call.generator(1)?.0);
        Ok((unit * (1.0 / lambda)).into())
    }),
    ("uniform_sample", |call| {
        let (low, high) = (call.finite(2, "lo")?, call.finite(3, "hi")?);
        if low >= high {
            return Err(call.refuse(format_args!("lo ({low}) must be below hi ({high})")));
        }
        sample(call, Uniform::new(low, high))
    }),
    ("beta_sample", |call| {
        sample(call, Beta::new(call.positive(2, "alpha")?, call.positive(3, "beta")?))
    }),
    ("gamma_sample", |call| {
        sample(call, Gamma::new(call.positive(2, "shape")?, call.positive(3, "scale")?))
    }),
    ("student_t_sample", |call| sample(call, StudentT::new(call.positive(2, "df")?))),
    ("chi_squared_sample", |call| sample(call, ChiSquared::new(call.positive(2, "df")?))),
    ("poisson_sample", |call| {
        let rule = "> 0 and at most 1e18";
        let in_range = |lambda| lambda > 0.0 && lambda <= 1e18;
        let count: f64 = draw(call, Poisson::new(call.number_that(2, "lambda", rule, in_range)?))?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number near lambda")]
        Ok(Output::Integer(count as i64))
    }),
    ("binomial_sample", |call| {
        let trials = call.natural(2)?;
        let count = draw(call, Binomial::new(trials, call.share(3, "p")?))?;
        Ok(Output::Integer(count.cast_signed()))
    }),
    ("dirichlet_sample", dirichlet),
    ("categorical_sample", categorical),
];

fn deviation(call: &Call, place: usize, name: &str) -> Result<f64, Raise> {
    let holds = |number: f64| number >= 0.0 && number.is_finite();
    call.number_that(place, name, "at least 0 and finite", holds)
}

fn normal(call: &Call) -> Result<f64, Raise> {
    Ok(StandardNormal.sample(&mut call.generator(1)?.0))
}

fn draw<T, D: Distribution<T>>(
    call: &Call,
    distribution: Result<D, impl std::fmt::Display>,
) -> Result<T, Raise> {
    let distribution = distribution.map_err(|error| call.refuse(error))?;
    Ok(distribution.sample(&mut call.generator(1)?.0))
}

fn sample<D: Distribution<f64>>(
    call: &Call,
    distribution: Result<D, impl std::fmt::Display>,
) -> Result<Output, Raise> {
    draw(call, distribution).map(Output::Number)
}

fn dirichlet(call: &Call) -> Result<Output, Raise> {
    let alphas = call.list(2)?;
    if alphas.len() < 2 {
        return Err(call.refuse("need at least 2 alphas"));
    }
    if let Some(place) = alphas.iter().position(|alpha| *alpha <= 0.0) {
        let what = format_args!("alpha at index {} must be > 0, got {}", place + 1, alphas[place]);
        return Err(call.refuse(what));
    }
    let dirichlet = Dirichlet::new(&alphas).map_err(|error| call.refuse(error))?;
    Ok(dirichlet.sample(&mut call.generator(1)?.0).into())
}

fn categorical(call: &Call) -> Result<Output, Raise> {
    let weights = call.list(2)?;
    if let Some(place) = weights.iter().position(|weight| *weight < 0.0) {
        let what = format_args!("weight at index {} is negative: {}", place + 1, weights[place]);
        return Err(call.refuse(what));
    }
    let total: f64 = weights.iter().sum();
    if total == 0.0 || total.is_infinite() {
        return Err(
            call.refuse(format_args!("the weights must have a finite sum > 0, not {total}"))
        );
    }
    let index = draw(call, WeightedIndex::new(&weights))?;
    Ok((index + 1).into())
}
