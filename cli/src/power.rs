//! `pow`, which indicatif computes with. It is linked in: to load the system's library for it would take
//! longer than most commands work.

#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "it has the name that compiled code calls")]
// SAFETY: it has the signature and the meaning of the C library's.
extern "C" fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}
