//! What each command prints as JSON: docs/cli.md has it, and a test compares it with what
//! they print.

/// Names of fields, each with what is to be said of it.
type Fields = &'static [(&'static str, &'static str)];

/// The JSON of a command.
pub struct Shape {
    /// The command.
    pub command: &'static str,
    /// What it prints.
    pub prints: Prints,
    /// What differs when it is said with other words.
    pub beside: &'static str,
}

/// What a command prints.
pub enum Prints {
    /// An object with what every transaction prints, and these fields beside.
    Sent(Fields),
    /// An object with these fields.
    Object(Fields),
    /// A list of such objects.
    List(Fields),
    /// What this contract answers to this query.
    Answer(&'static str, &'static str),
    /// Something of its own.
    Other(&'static str),
}

use Prints::{Answer, List, Object, Other, Sent};

/// Of what may end a job.
const CLOSED: Fields = &[
    ("job", ""),
    (
        "closed",
        "`status`, `denom`, `to_provider`, `to_requester`; null when it did not end",
    ),
];

/// Every command's.
pub const SHAPES: &[Shape] = &[
    Shape { command: "keys add", prints: Object(&[("name", ""), ("address", ""), ("backup", "")]), beside: "" },
    Shape { command: "keys import", prints: Object(&[("name", ""), ("address", "")]), beside: "" },
    Shape { command: "keys list", prints: List(&[("name", ""), ("address", ""), ("origin", "")]), beside: "" },
    Shape { command: "keys show", prints: Object(&[("name", ""), ("address", ""), ("origin", ""), ("holds", "list of `denom`, `amount`")]), beside: "" },
    Shape { command: "network list", prints: List(&[("name", ""), ("chain_id", ""), ("kind", ""), ("origin", "")]), beside: "" },
    Shape { command: "network show", prints: Object(&[("name", ""), ("origin", ""), ("network", "the file")]), beside: "" },
    Shape { command: "network add", prints: Object(&[("name", ""), ("chain_id", ""), ("file", "")]), beside: "" },
    Shape { command: "network check", prints: Object(&[("accepted", ""), ("refused", "list of reasons"), ("contracts", "list of `contract`, `checksum`, `bytes`, `compressed_bytes`, `capabilities`, `mvp`, `locals`, `gas`, `refused`"), ("node", "what it told"), ("capabilities", ""), ("fees", "`denom` (text), `amount`")]), beside: "the same when it fails" },
    Shape { command: "network regions", prints: Answer("registry", "regions"), beside: "" },
    Shape { command: "network classes", prints: Answer("registry", "classes"), beside: "" },
    Shape { command: "network denoms", prints: List(&[("id", "null where bonds are not taken in it"), ("display", ""), ("exponent", ""), ("denom", ""), ("bonds", ""), ("jobs", "")]), beside: "" },
    Shape { command: "network params", prints: Object(&[("config", ""), ("params", ""), ("ownership", "")]), beside: "of the token `config` and `minter`, of the DAO `config` alone" },
    Shape { command: "provider register", prints: Sent(&[("provider", "")]), beside: "" },
    Shape { command: "provider bond", prints: Sent(&[("provider", "")]), beside: "" },
    Shape { command: "provider unbond", prints: Sent(&[]), beside: "" },
    Shape { command: "provider withdraw", prints: Sent(&[]), beside: "" },
    Shape { command: "provider payout", prints: Sent(&[]), beside: "" },
    Shape { command: "provider update", prints: Sent(&[]), beside: "" },
    Shape { command: "provider drain", prints: Sent(&[]), beside: "" },
    Shape { command: "provider resume", prints: Sent(&[]), beside: "" },
    Shape { command: "provider leave", prints: Sent(&[]), beside: "" },
    Shape { command: "provider show", prints: Answer("registry", "provider"), beside: "" },
    Shape { command: "provider statement", prints: Object(&[("provider", ""), ("from_height", ""), ("to_height", ""), ("lines", "list of `time` (RFC 3339, in UTC), `what` (`job`, `reward`, `tips`; `penalty`, `eviction`; `payout`), `job` (null where it was none), `amount`, `denom` (text), `shown` (as people write it), `tx`, `height`")]), beside: "" },
    Shape { command: "provider list", prints: Answer("registry", "providers"), beside: "" },
    Shape { command: "node add", prints: Sent(&[("node", "")]), beside: "" },
    Shape { command: "node detect", prints: Object(&[("machine", "`cores`, `memory_mib`, `disk_gib`, `gpus`"), ("offered", "what of it is lent")]), beside: "" },
    Shape { command: "node run", prints: Object(&[("node", ""), ("closed", ""), ("delivered", ""), ("declined", ""), ("given_up", "")]), beside: "at the end; before it the log, one JSON object a line, on standard error" },
    Shape { command: "node set", prints: Sent(&[("node", "")]), beside: "" },
    Shape { command: "node heartbeat", prints: Sent(&[("nodes", "")]), beside: "" },
    Shape { command: "node remove", prints: Sent(&[("node", "")]), beside: "" },
    Shape { command: "node evict", prints: Sent(&[]), beside: "" },
    Shape { command: "node show", prints: Answer("registry", "node"), beside: "" },
    Shape { command: "node list", prints: Answer("registry", "nodes"), beside: "" },
    Shape { command: "job simulate", prints: Answer("registry", "simulate_match"), beside: "when no node would take it an error with that answer beside" },
    Shape { command: "job submit", prints: Sent(&[("job", ""), ("node", "null while it has none"), ("price", "null while it has no node"), ("denom", "")]), beside: "with `--watch` as `job watch`" },
    Shape { command: "job watch", prints: Object(&[("job", ""), ("status", ""), ("output", ""), ("sha256", ""), ("size", "")]), beside: "when its program failed an error with `job`, `status`, `output`, `failed` (`how`, `stderr`); when it is over without a result one with `job`, `status`, `declined`, `credit`" },
    Shape { command: "job show", prints: Answer("escrow", "job"), beside: "" },
    Shape { command: "job list", prints: Answer("escrow", "jobs"), beside: "" },
    Shape { command: "job explain", prints: Object(&[("explanation", "answer of the registry's `explain_match`"), ("verdict", "`right`, `wrong` (then it fails), `undecided` or `unchecked`"), ("why", ""), ("audit", "`tx`, `height`, `compared`: list of `what`, `recorded`, `recomputed`, `same`; `nodes`, `fitting`, `best_score`, `untrue_rows`, `before`")]), beside: "when it is `unchecked` `next` instead of `audit`" },
    Shape { command: "job result", prints: Sent(&[]), beside: "" },
    Shape { command: "job accept", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job dispute", prints: Sent(&[("job", "")]), beside: "" },
    Shape { command: "job settle", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job cancel", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job expire", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job decline", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job rule", prints: Sent(CLOSED), beside: "" },
    Shape { command: "job vacate", prints: Sent(&[("job", "")]), beside: "" },
    Shape { command: "job match", prints: Sent(&[]), beside: "" },
    Shape { command: "store serve", prints: Object(&[("method", ""), ("path", ""), ("status", "")]), beside: "one for each request; before them `store` and `folder`" },
    Shape { command: "claim", prints: Sent(&[("provider", ""), ("reward", "")]), beside: "with `--show` `reward` and `vesting`, as the rewards answer `claimable` and `vesting`" },
    Shape { command: "rewards show", prints: Answer("rewards", "emission"), beside: "" },
    Shape { command: "rewards account", prints: Object(&[("provider", ""), ("account", "answer of the rewards' `account`"), ("contribution", "of the escrow's `contribution`")]), beside: "" },
    Shape { command: "rewards turn", prints: Sent(&[]), beside: "" },
    Shape { command: "credit show", prints: Object(&[("beneficiary", ""), ("credits", "list of `denom`, `amount`")]), beside: "" },
    Shape { command: "credit withdraw", prints: Sent(&[("credits", "list of `denom`, `amount`")]), beside: "" },
    Shape { command: "tips show", prints: Object(&[("account", ""), ("tips", "list of `denom`, `amount`")]), beside: "" },
    Shape { command: "tips withdraw", prints: Sent(&[("tips", "list of `denom`, `amount`")]), beside: "" },
    Shape { command: "money show", prints: Object(&[("escrow", ""), ("registry", ""), ("dao", ""), ("rewards", "answers of their `invariant`")]), beside: "" },
    Shape { command: "money flush", prints: Sent(&[("amount", "")]), beside: "" },
    Shape { command: "money sync", prints: Sent(&[]), beside: "" },
    Shape { command: "money fund", prints: Sent(&[("amount", "")]), beside: "" },
    Shape { command: "dao propose", prints: Sent(&[("proposal", ""), ("classes", "")]), beside: "" },
    Shape { command: "dao vote", prints: Sent(&[]), beside: "" },
    Shape { command: "dao poke", prints: Sent(&[]), beside: "" },
    Shape { command: "dao execute", prints: Sent(&[("proposal", ""), ("failed", "null")]), beside: "when its actions were undone the same in an error, with `failed`: why" },
    Shape { command: "dao withdraw", prints: Sent(&[]), beside: "" },
    Shape { command: "dao refund", prints: Sent(&[]), beside: "" },
    Shape { command: "dao show", prints: Answer("dao", "full_proposal"), beside: "" },
    Shape { command: "dao list", prints: Answer("dao", "proposals"), beside: "" },
    Shape { command: "dao ballots", prints: Answer("dao", "ballots"), beside: "" },
    Shape { command: "dao deposits", prints: Answer("dao", "deposits"), beside: "" },
    Shape { command: "dao members", prints: Object(&[("members", ""), ("total", "answers of the DAO's `members` and `total`")]), beside: "" },
    Shape { command: "dao member", prints: Answer("dao", "member_of"), beside: "" },
    Shape { command: "dao treasury", prints: Object(&[("address", ""), ("holds", "list of `denom`, `own`, `deposits`, `stakes`, `held`")]), beside: "" },
    Shape { command: "dao rules", prints: Object(&[("policies", ""), ("rows", "answers of the DAO's `policies` and `rows`")]), beside: "" },
    Shape { command: "dao stake", prints: Sent(&[("amount", "")]), beside: "" },
    Shape { command: "dao unstake", prints: Sent(&[("amount", "")]), beside: "" },
    Shape { command: "dao release", prints: Sent(&[]), beside: "" },
    Shape { command: "dao activate", prints: Sent(&[]), beside: "" },
    Shape { command: "dao leave", prints: Sent(&[]), beside: "" },
    Shape { command: "deploy plan", prints: Object(&[("deployment", ""), ("deployer", ""), ("addresses", "by contract"), ("steps", "list of `action`, `contract`, `checksum`, `bytes`, `code_id`, `address`, `message`, `done`, `cost`: `gas`, `gas_limit`, `fee`, `known` (`simulated` or `estimated`)"), ("gas", ""), ("fee", ""), ("balance", "")]), beside: "" },
    Shape { command: "deploy apply", prints: Object(&[("deployment", ""), ("contracts", "address by name"), ("steps", "list of `action`, `contract`, `tx`, `height`, `gas` (null when it was done before)"), ("gas", ""), ("fee", ""), ("state", "")]), beside: "" },
    Shape { command: "deploy upgrade", prints: Object(&[("actions", "of the proposal"), ("stored", "list of `contract`, `tx`, `gas`"), ("file", "")]), beside: "with `--dry-run` `deployer`, `contracts`: list of `contract`, `address`, `checksum`, `bytes`, `code_id`, `cost`; `gas`, `fee`, `balance`" },
    Shape { command: "deploy verify", prints: Object(&[("holds", ""), ("findings", "list of `contract`, `of` (`code`, `birth` or `now`), `field`, `wanted`, `found`, `holds`")]), beside: "the same when it fails" },
    Shape { command: "pay", prints: Sent(&[("to", ""), ("denom", ""), ("amount", "")]), beside: "" },
    Shape { command: "tx", prints: Object(&[("hash", ""), ("status", "`included`, or when it fails `failed`, `waiting`, `lost`, `unknown`"), ("height", ""), ("gas_used", ""), ("gas_limit", ""), ("events", "list of `type`, `attributes`")]), beside: "failed: `code`, `gas_used`; otherwise `height`, `may_land_until`" },
    Shape { command: "ask", prints: Other("the contract's answer; without a query a list of `name`, `by`"), beside: "" },
    Shape { command: "call", prints: Other("`message`, beside what every transaction prints; without a message a list of `name`, `by`"), beside: "" },
    Shape { command: "doctor", prints: Object(&[("healthy", ""), ("checks", "list of `what`, `state`: `ok`, `missing` or `wrong`, `found`, `next`")]), beside: "the same when it fails" },
    Shape { command: "completions", prints: Other("the text"), beside: "" },
    Shape { command: "man", prints: Object(&[("folder", "")]), beside: "" },
];

impl Shape {
    /// In words, with names of fields as code.
    pub fn told(&self) -> String {
        let fields = |fields: Fields| {
            let told: Vec<String> = fields
                .iter()
                .map(|(name, note)| match *note {
                    "" => format!("`{name}`"),
                    note => format!("`{name}`: {note}"),
                })
                .collect();
            // What a field has inside may have commas.
            match fields.iter().any(|(_, note)| note.contains(',')) {
                true => told.join("; "),
                false => told.join(", "),
            }
        };
        let prints = match self.prints {
            Sent([]) => "nothing beside what every transaction prints".to_owned(),
            Sent(of) | Object(of) => fields(of),
            List(of) => format!("list of {}", fields(of)),
            Answer(contract, query) => format!("answer of the {contract}'s `{query}`"),
            Other(words) => words.to_owned(),
        };
        match self.beside {
            "" => prints,
            beside => format!("{prints}. {}{}", beside[..1].to_uppercase(), &beside[1..]),
        }
    }
}
