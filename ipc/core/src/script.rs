//! What a session runs.

/// A Lua chunk with all that its run depends on; pinned when the session is spawned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The Lua source, a function body.
    pub source: String,
    /// What messages call it, for example `review.lua`.
    pub chunk: String,
    /// The JSON object that it finds as `ctx`.
    pub ctx: String,
    /// Seeds its random numbers.
    pub seed: u64,
    /// When the session was spawned, in Unix milliseconds; its elapsed time counts from here.
    pub started_at: i64,
}
