//! What versions may be called: nothing that leads out of their folder.

/// The most bytes of a version.
const LONGEST: usize = 64;

/// Whether this may be the version of a copy in the store: nothing that leads out of it.
pub(crate) fn is_version(version: &str) -> bool {
    (1..=LONGEST).contains(&version.len())
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
        && version.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_leads_nowhere() {
        assert!(is_version("1.0.0-rc1+b") && is_version("2"));
        for version in ["", "..", "1/2", "1 2", "."] {
            assert!(!is_version(version), "{version}");
        }
    }
}
