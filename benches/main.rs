//! What things cost: every figure has a number, a baseline measured in the same run, and a target, which
//! is printed beside it and asserted nowhere.
//!
//! ```sh
//! cargo bench --bench figures                # all of them, about eight minutes
//! cargo bench --bench figures -- P1 P10      # some
//! ```

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on ends")]
#![expect(clippy::disallowed_methods, reason = "what rests is measured by letting time pass")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

mod commands;
mod crowd;
mod daemon;
mod endless;
mod idle;
mod lua;
mod pauses;
mod replay;
mod report;
mod scale;
mod specs;
mod throughput;
mod watchers;

/// What measures which figures.
const PARTS: [(&str, fn()); 11] = [
    ("P1 P2", commands::measure),
    ("P3 P4 P5", pauses::measure),
    ("P6", throughput::measure),
    ("P7 P8", scale::measure),
    ("P9", replay::measure),
    ("P10", lua::measure),
    ("P11", endless::measure),
    ("P12", crowd::measure),
    ("P13", watchers::measure),
    ("P14", idle::measure),
    ("specs", specs::measure),
];

fn main() {
    // Cargo says `--bench`.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    println!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH);
    for (figures, measure) in PARTS {
        let named = |figure: &str| wanted.iter().any(|word| word.eq_ignore_ascii_case(figure));
        if wanted.is_empty() || figures.split(' ').any(named) {
            println!();
            measure();
        }
    }
}
