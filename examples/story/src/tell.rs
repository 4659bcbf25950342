//! What people see. With `--json` standard output is the machine's, and progress alone
//! goes to standard error.

use std::time::Duration;

use comfy_table::{presets::UTF8_BORDERS_ONLY, CellAlignment, Table};
use console::style;
use indicatif::ProgressBar;
use surge_interface::dao::{Choice, FullProposalResponse};
use surge_interface::{Explanation, Scored, PPM};

use crate::books::Books;
use crate::cast::Provider;
use crate::council::Decision;
use crate::errand::Delivery;
use crate::mint::Reward;

/// Tells the story, or keeps quiet for a machine.
pub struct Teller {
    quiet: bool,
}

impl Teller {
    /// `json` keeps standard output free.
    pub fn new(json: bool) -> Self {
        Self { quiet: json }
    }

    /// A new act begins.
    pub fn act(&self, title: &str) {
        self.say(&format!("\n{}", style(title).bold().cyan()));
    }

    /// Who has joined.
    pub fn providers(&self, providers: &[Provider]) {
        let mut table = table(&[
            "provider",
            "node",
            "region (declared)",
            "cores",
            "memory",
            "disk",
            "bandwidth",
            "price",
            "inventory",
        ]);
        for provider in providers {
            table.add_row([
                provider.name.to_owned(),
                provider.node.to_string(),
                provider.region.to_owned(),
                format!("{}", provider.capacity.milli_cpu / 1_000),
                format!("{} MiB", provider.capacity.memory_mib),
                format!("{} GiB", provider.capacity.storage_gib),
                format!("≥ {} Mbit/s", provider.bandwidth_mbps),
                format!("{} % of reference", provider.price_percent),
                provider.inventory.to_owned(),
            ]);
        }
        self.say(&table.to_string());
        self.say("All three run on this machine; their regions are declared, not real.");
    }

    /// Why a job went where it went.
    pub fn explanation(&self, explanation: &Explanation, providers: &[Provider]) {
        let mut table = table(&[
            "",
            "provider",
            "score",
            "time",
            "load",
            "price",
            "reputation",
            "green",
            "costs",
        ]);
        let weights = explanation.weights;
        table.add_row([
            String::new(),
            "weight".to_owned(),
            String::new(),
            percent(weights.time),
            percent(weights.load),
            percent(weights.price),
            percent(weights.reputation),
            percent(weights.green),
            String::new(),
        ]);
        let picks = std::iter::once(("pick", &explanation.pick));
        let others = explanation.runners_up.iter();
        for (rank, scored) in picks.chain(others.map(|scored| ("runner-up", scored))) {
            let parts = scored.parts;
            table.add_row([
                rank.to_owned(),
                name(scored, providers),
                score(scored),
                percent(parts.time),
                percent(parts.load),
                percent(parts.price),
                percent(parts.reputation),
                percent(parts.green),
                surge(scored.price.u128()),
            ]);
        }
        right_align(&mut table, 2..9);
        self.say(&table.to_string());
        let verdict = if explanation.exact {
            "nothing unread could have scored higher".to_owned()
        } else {
            format!(
                "an unread node could have scored at most {:.2} % higher",
                f64::from(explanation.gap_ppm) / 10_000.0
            )
        };
        self.say(&format!(
            "The registry read {} rows, refused {}; {verdict}.",
            explanation.rows_read,
            explanation.refusals.total(),
        ));
    }

    /// A proposal with its votes.
    pub fn proposal(&self, opened: &FullProposalResponse, votes: &[(&str, Choice)]) {
        let proposal = &opened.proposal;
        let classes: Vec<&str> = proposal.classes.iter().map(|class| class.name()).collect();
        let policy = &opened.policy;
        self.say(&format!(
            "Proposal {} calls the registry. Its class is computed from that: {}. So it needs {} of all votes cast, \
             {} voters, a majority, and {} of timelock.",
            proposal.id,
            classes.join(", "),
            percent(u32::from(policy.quorum_bps) * 100),
            policy.min_voters,
            days(policy.timelock_secs),
        ));
        let mut table = table(&["member", "vote"]);
        for (member, choice) in votes {
            table.add_row([*member, choice.name()]);
        }
        self.say(&table.to_string());
    }

    /// What became of it.
    pub fn decided(&self, decision: &Decision) {
        let (before, after) = (&decision.before, &decision.after);
        self.say(&format!(
            "Executed by anybody, {} after it was proposed: time {} → {}, price {} → {}.",
            days(decision.took_secs),
            percent(before.time),
            percent(after.time),
            percent(before.price),
            percent(after.price),
        ));
    }

    /// What contributions minted.
    pub fn rewards(&self, rewards: &[Reward]) {
        let mut table = table(&[
            "provider",
            "burned",
            "granted for work",
            "granted for bond",
            "minted",
            "vesting",
        ]);
        for reward in rewards {
            table.add_row([
                reward.provider.to_owned(),
                surge(reward.burned),
                surge(reward.work),
                surge(reward.emission),
                surge(reward.minted),
                surge(reward.vesting),
            ]);
        }
        right_align(&mut table, 1..6);
        self.say(&table.to_string());
    }

    /// Both explanations next to each other: what each part added to the score.
    pub fn side_by_side(&self, first: &Explanation, second: &Explanation, providers: &[Provider]) {
        let mut table = table(&[
            "provider",
            "job",
            "time",
            "+ load",
            "+ price",
            "+ reputation",
            "+ green",
            "= score",
            "",
        ]);
        for provider in providers {
            for (job, explanation) in [("first", first), ("second", second)] {
                let scored = std::iter::once(&explanation.pick)
                    .chain(&explanation.runners_up)
                    .find(|scored| scored.node == provider.node);
                let Some(scored) = scored else {
                    continue;
                };
                let (weights, parts) = (explanation.weights, scored.parts);
                let picked = explanation.pick.node == provider.node;
                table.add_row([
                    provider.name.to_owned(),
                    job.to_owned(),
                    weighed(weights.time, parts.time),
                    weighed(weights.load, parts.load),
                    weighed(weights.price, parts.price),
                    weighed(weights.reputation, parts.reputation),
                    weighed(weights.green, parts.green),
                    score(scored),
                    if picked { "◀ picked" } else { "" }.to_owned(),
                ]);
            }
        }
        right_align(&mut table, 2..8);
        self.say(&table.to_string());
    }

    /// Shows that something is going on while `work` runs.
    pub fn wait<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
        if spinner.is_hidden() {
            eprintln!("{what} …");
        }
        spinner.enable_steady_tick(Duration::from_millis(100));
        let done = work();
        spinner.finish_and_clear();
        done
    }

    /// What came out.
    pub fn delivery(&self, delivery: &Delivery) {
        self.say(&format!(
            "It ran for {:.2} s (compiled in {:.2} s), {} of memory, {:.2} billion units of fuel.",
            delivery.ran_secs,
            delivery.compiled_secs,
            mib(delivery.peak_memory_bytes),
            delivery.fuel as f64 / 1e9,
        ));
        self.say(&format!(
            "Output: {} ({} bytes)\nsha256: {}",
            style(delivery.file.display()).underlined(),
            delivery.size,
            delivery.sha256,
        ));
    }

    /// Who was paid.
    pub fn paid(&self, provider: &Provider, earned: u128) {
        self.say(&format!(
            "{} accepts; {} withdraws {}.",
            crate::cast::REQUESTER,
            provider.name,
            surge(earned)
        ));
    }

    /// Where every coin is.
    pub fn books(&self, books: &Books) {
        let mut table = table(&["account", "before", "after", "change", "must be", "because"]);
        for line in &books.lines {
            let change = line.change();
            if change == 0 && line.expected == 0 {
                continue;
            }
            table.add_row([
                line.account.clone(),
                surge(line.before),
                surge(line.after),
                signed(change),
                signed(line.expected),
                line.because.to_owned(),
            ]);
        }
        let [minted, burned] =
            [books.minted, books.burned].map(|n| i128::try_from(n).unwrap_or(i128::MAX));
        table.add_row([
            "all accounts".to_owned(),
            surge(books.total_before),
            surge(books.total_after),
            signed(minted - burned),
            String::new(),
            format!(
                "{} minted, {} burned",
                surge(books.minted),
                surge(books.burned)
            ),
        ]);
        right_align(&mut table, 1..5);
        self.say(&table.to_string());
        let unchanged = books.lines.iter().filter(|line| line.change() == 0).count();
        self.say(&format!(
            "{unchanged} accounts stayed as they were. Transaction fees are not part of this: the embedded chain has none."
        ));
        let verdict = if books.reconcile {
            style("Every token is accounted for.").green()
        } else {
            style("The books do not reconcile.").red().bold()
        };
        self.say(&verdict.to_string());
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            println!("{text}");
        }
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_header(header);
    table
}

fn right_align(table: &mut Table, columns: impl Iterator<Item = usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn name(scored: &Scored, providers: &[Provider]) -> String {
    providers
        .iter()
        .find(|provider| provider.node == scored.node)
        .map_or_else(
            || format!("node {}", scored.node),
            |provider| provider.name.to_owned(),
        )
}

fn score(scored: &Scored) -> String {
    let ppm = surge_interface::registry::score_ppm(scored.score);
    format!("{:.4}", ppm as f64 / f64::from(PPM))
}

/// What a part adds to the score.
fn weighed(weight: u32, part: u32) -> String {
    let added = f64::from(weight) * f64::from(part) / f64::from(PPM) / f64::from(PPM);
    format!("{added:.4}")
}

fn days(secs: u64) -> String {
    format!("{:.2} days", secs as f64 / 86_400.0)
}

fn percent(ppm: u32) -> String {
    format!("{:.1} %", f64::from(ppm) / 10_000.0)
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Base units with six decimals.
fn surge(amount: u128) -> String {
    format!("{}.{:06} SURGE", amount / 1_000_000, amount % 1_000_000)
}

fn signed(amount: i128) -> String {
    let sign = match amount {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", surge(amount.unsigned_abs()))
}
