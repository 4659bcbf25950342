use std::fmt;

/// Ends the process at once, as a power cut would, when the journal has written a record:
/// a stage of a job such as `fetched`, or `signed-result`, `sent-result` and so on around a
/// transaction. For trials of recovery.
#[derive(Clone, PartialEq, Eq)]
pub struct Drill(String);

impl Drill {
    /// After this record.
    pub fn after(record: &str) -> Self {
        Self(record.to_owned())
    }

    pub(crate) fn reached(&self, record: &str) {
        if self.0 == record {
            tracing::warn!(record, "drill: ending without a word");
            std::process::abort();
        }
    }
}

impl fmt::Debug for Drill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {}", self.0)
    }
}
