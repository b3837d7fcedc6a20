//! Random numbers from a seed that a failed test prints.

/// `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// From `ALC_CHAOS_SEED`, else from the system. What a failed test printed shows the seed.
    #[expect(clippy::print_stdout, reason = "a test's output is shown when it fails")]
    pub(crate) fn seeded() -> Self {
        use std::hash::{BuildHasher as _, RandomState};
        let given = std::env::var("ALC_CHAOS_SEED").ok();
        let seed = given.map_or_else(
            || RandomState::new().hash_one(std::process::id()),
            |seed| seed.parse().expect("a number"),
        );
        println!("ALC_CHAOS_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let place = self.below(from.len().max(1) as u64);
        from.get(usize::try_from(place).expect("a place"))
    }

    /// Another one, which goes its own way.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }
}
