//! What stands in a journal.

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// The chain gave it to this node.
    Taken,
    /// Program and inputs lie here, with the promised hashes.
    Fetched,
    /// The program ended well and its output lies here.
    Ran,
    /// The program failed, and the report of that lies here as its output.
    Broken,
    /// The output lies where the requester can fetch it.
    Published,
    /// The result is in a block.
    Delivered,
    /// Turned down, in a block.
    Declined,
    /// Nothing can be delivered any more.
    GivenUp,
    /// The job is over on the chain.
    Closed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::Taken,
        Self::Fetched,
        Self::Ran,
        Self::Broken,
        Self::Published,
        Self::Delivered,
        Self::Declined,
        Self::GivenUp,
        Self::Closed,
    ];

    /// As the journal, logs and metrics write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Fetched => "fetched",
            Self::Ran => "ran",
            Self::Broken => "broken",
            Self::Published => "published",
            Self::Delivered => "delivered",
            Self::Declined => "declined",
            Self::GivenUp => "given_up",
            Self::Closed => "closed",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    /// Whether there is still work to do on this machine.
    pub const fn is_work(self) -> bool {
        matches!(
            self,
            Self::Taken | Self::Fetched | Self::Ran | Self::Broken | Self::Published
        )
    }
}

/// A job of this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The job.
    pub job: u64,
    /// How far it is.
    pub stage: Stage,
    /// What came out, from [`Stage::Ran`] on; of a program that failed, its report.
    pub output: Option<Output>,
    /// Where the output lies, from [`Stage::Published`] on.
    pub uri: Option<String>,
    /// Why it was declined or given up, or how its program failed.
    pub reason: Option<String>,
}

/// What a program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Say that the node is alive.
    Heartbeat,
    /// Turn a job down.
    Decline,
    /// Deliver a job.
    Result,
    /// Free the machine of a delivered job.
    Vacate,
    /// Free it, and say in the same transaction that it is not to be had.
    Withhold,
    /// Have a job paid that its requester left alone.
    Settle,
    /// Send earnings to the payout address.
    Withdraw,
    /// Claim rewards.
    Claim,
    /// A step of joining, by the owner.
    Join,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::Heartbeat,
        Self::Decline,
        Self::Result,
        Self::Vacate,
        Self::Withhold,
        Self::Settle,
        Self::Withdraw,
        Self::Claim,
        Self::Join,
    ];

    /// As the journal, logs and metrics write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeat",
            Self::Decline => "decline",
            Self::Result => "result",
            Self::Vacate => "vacate",
            Self::Withhold => "withhold",
            Self::Settle => "settle",
            Self::Withdraw => "withdraw",
            Self::Claim => "claim",
            Self::Join => "join",
        }
    }

    /// Whether a heartbeat is in it.
    pub const fn has_heartbeat(self) -> bool {
        matches!(self, Self::Heartbeat | Self::Withhold)
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }
}

/// A transaction that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its hash.
    pub hash: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The job that it is about, where there is one.
    pub job: Option<u64>,
    /// Further jobs that it says the same of.
    pub also: Vec<u64>,
    /// The last block that may hold it.
    pub last_block: u64,
    /// The signed transaction.
    pub bytes: Vec<u8>,
    /// The fee that it pays, in base units.
    pub fee: u128,
}

impl Sent {
    /// All jobs that it is about.
    pub fn jobs(&self) -> impl Iterator<Item = u64> + '_ {
        self.job.into_iter().chain(self.also.iter().copied())
    }

    /// The further jobs as a log has them; none when it is about one.
    pub fn others(&self) -> Option<String> {
        let others: Vec<String> = self.also.iter().map(u64::to_string).collect();
        (!others.is_empty()).then(|| others.join(", "))
    }
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A block holds it, and it succeeded.
    Included {
        /// The block's height.
        height: u64,
    },
    /// A block holds it, and it failed; its fee is paid.
    Failed,
    /// The chain did not take it.
    Refused,
    /// No block can hold it any more.
    Lapsed,
}
