use std::path::PathBuf;

/// Why the node's program stops, or could not do something for now.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain or its node.
    #[error(transparent)]
    Chain(#[from] surge_chain::Error),
    /// A store for files.
    #[error(transparent)]
    Store(#[from] surge_store::Error),
    /// This machine cannot be looked at.
    #[error(transparent)]
    Machine(#[from] surge_node::HostError),
    /// The journal fails; the disk may be full.
    #[error("the journal cannot be written: {0}")]
    Journal(#[from] rusqlite::Error),
    /// The journal cannot be opened.
    #[error("cannot open the journal {}: {source}", path.display())]
    JournalFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// Another process has it.
    #[error("another `surge node run` uses {}", path.display())]
    Taken {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to something else.
    #[error("the journal {} is of something else: {why}", path.display())]
    OtherJournal {
        /// The file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
    /// Somebody said no.
    #[error("{0}")]
    NotWanted(String),
    /// What has to be done by the owner first.
    #[error("{what}")]
    NotReady {
        /// What is missing.
        what: String,
        /// The command that helps.
        next: String,
    },
    /// A file or folder of this machine.
    #[error("{}: {source}", path.display())]
    File {
        /// File or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Metrics cannot be served.
    #[error("metrics cannot be served at {address}: {reason}")]
    Metrics {
        /// Where.
        address: String,
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// What to do about it, where there is a step.
    pub fn next(&self) -> Option<String> {
        match self {
            Self::NotReady { next, .. } => Some(next.clone()),
            Self::Taken { .. } => Some("stop it, or give this one a folder of its own".into()),
            Self::OtherJournal { path, .. } => Some(format!(
                "name another folder, or move {} away",
                path.parent().unwrap_or(path).display()
            )),
            _ => None,
        }
    }

    /// Whether only the owner can mend it: started again, the program ends the same way.
    pub const fn is_owners(&self) -> bool {
        matches!(
            self,
            Self::NotReady { .. }
                | Self::Settings(_)
                | Self::NotWanted(_)
                | Self::OtherJournal { .. }
        )
    }

    /// Whether waiting cannot help: the program has to stop.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Taken { .. }
                | Self::OtherJournal { .. }
                | Self::JournalFile { .. }
                | Self::Settings(_)
                | Self::NotReady { .. }
                | Self::NotWanted(_)
                | Self::Metrics { .. }
                | Self::Chain(surge_chain::Error::OtherChain { .. })
        )
    }
}
