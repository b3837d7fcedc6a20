//! Lists whose order counts: averages along them, and the orders of a list.

use super::{
    call::{Call, Function, Output, real},
    summary::{Sum, co_moment, mean},
};
use crate::engine::alc::Raise;

/// 8! orders are 40,320 tables.
const LARGEST_ORDER: usize = 8;

pub(super) const FUNCTIONS: &[Function] = &[
    ("moving_average", moving_average),
    ("ewma", |call| {
        let (list, alpha) = (call.list(1)?, call.share(2, "alpha")?);
        let mut average = list[0];
        let averages = list.iter().map(|number| {
            average = alpha * number + (1.0 - alpha) * average;
            average
        });
        Ok(averages.collect::<Vec<_>>().into())
    }),
    ("autocorrelation", autocorrelation),
    ("permutations", |call| {
        let n = call.natural(1)?;
        match usize::try_from(n) {
            Ok(n @ 1..=LARGEST_ORDER) => Ok(orders(n)),
            _ => Err(call.refuse(format_args!("n must be in [1, {LARGEST_ORDER}], got {n}"))),
        }
    }),
];

fn moving_average(call: &Call) -> Result<Output, Raise> {
    let list = call.list(1)?;
    let window = call.natural(2)?;
    let window = usize::try_from(window)
        .ok()
        .filter(|window| (1..=list.len()).contains(window))
        .ok_or_else(|| {
            call.refuse(format_args!("window must be in [1, {}], got {window}", list.len()))
        })?;
    let mut sum = Sum::default();
    let mut averages = Vec::with_capacity(list.len() - window + 1);
    for (place, number) in list.iter().enumerate() {
        sum.add(*number);
        if place >= window {
            sum.add(-list[place - window]);
        }
        if place + 1 >= window {
            averages.push(sum.get() / real(window));
        }
    }
    Ok(averages.into())
}

fn autocorrelation(call: &Call) -> Result<Output, Raise> {
    let list = call.list(1)?;
    let lag = call.natural(2)?;
    let lag = usize::try_from(lag).ok().filter(|lag| *lag < list.len()).ok_or_else(|| {
        call.refuse(format_args!("lag must be < array length ({}), got {lag}", list.len()))
    })?;
    if lag == 0 {
        return Ok(1.0.into());
    }
    let moment = co_moment(&list, &list);
    if moment == 0.0 {
        return Err(call.refuse("zero variance"));
    }
    let middle = mean(&list);
    let products = list.iter().zip(&list[lag..]).map(|(x, y)| (x - middle) * (y - middle));
    Ok((super::summary::sum(products) / moment).into())
}

/// All orders of 1 to n, each one swap away from the one before (Heap's algorithm).
fn orders(n: usize) -> Output {
    let mut order: Vec<i64> = (1..).take(n).collect();
    let mut orders = vec![Output::Integers(order.clone())];
    // How often each prefix was turned.
    let mut turns = vec![0; n];
    let mut last = 1;
    while last < n {
        if turns[last] < last {
            let other = if last % 2 == 0 { 0 } else { turns[last] };
            order.swap(other, last);
            orders.push(Output::Integers(order.clone()));
            turns[last] += 1;
            last = 1;
        } else {
            turns[last] = 0;
            last += 1;
        }
    }
    Output::List(orders)
}
