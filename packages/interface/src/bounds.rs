//! Bounds of numbers that a message or a parameter brings.

use thiserror::Error;

use crate::time::Span;

/// A number that lies outside its bounds.
#[derive(Error, Clone, Copy, Debug, PartialEq, Eq)]
#[error("{what} is {value}, it must be from {min} to {max}")]
pub struct OutOfBounds {
    /// Which number.
    pub what: &'static str,
    /// What was given.
    pub value: u64,
    /// Least that is allowed.
    pub min: u64,
    /// Most that is allowed.
    pub max: u64,
}

/// Fails unless `min ≤ value ≤ max`.
pub fn within(what: &'static str, value: u64, min: u64, max: u64) -> Result<(), OutOfBounds> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(OutOfBounds {
        what,
        value,
        min,
        max,
    })
}

/// Fails unless a duration lies in its span.
pub fn lasts(what: &'static str, secs: u64, span: &Span) -> Result<(), OutOfBounds> {
    within(what, secs, span.min_secs, span.max_secs)
}
