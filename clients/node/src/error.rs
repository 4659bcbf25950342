//! What can fail on the node's side.

use std::path::PathBuf;

/// The node could not run the job, or wanted it no more. Nothing of this is the program's doing: the
/// same job may succeed later or on another machine.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The input folder is missing or cannot be read.
    #[error("cannot read {} of the input folder: {source}", path.display())]
    InputFolder {
        /// What could not be read.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A thread for the run did not start.
    #[error("cannot start a thread for the job: {0}")]
    Thread(std::io::Error),
    /// The wasm engine failed, for example because the machine has too little
    /// memory to give the program what its limits allow.
    #[error("the wasm engine failed: {0}")]
    Engine(String),
    /// Its [`Cancel`](crate::Cancel) ended it.
    #[error("the run was cancelled")]
    Cancelled,
    /// The machine does not tell what it has.
    #[error("cannot read this machine's {what}")]
    Inventory {
        /// The part that is unknown.
        what: &'static str,
    },
}

impl HostError {
    pub(crate) fn engine(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}
