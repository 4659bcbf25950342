//! What people see. With `--json` standard output is the machine's, and progress alone
//! goes to standard error.

use std::time::Duration;

use comfy_table::{presets::UTF8_BORDERS_ONLY, CellAlignment, ContentArrangement, Table};
use console::{style, Term};
use indicatif::ProgressBar;
use surge_interface::dao::FullProposalResponse;
use surge_interface::{Explanation, Scored, PPM};

use crate::books::Books;
use crate::cast::{Provider, BOND, MEMBERS, REQUESTER};
use crate::council::Decision;
use crate::errand::Delivery;
use crate::mint::{Reward, INSTANT_PERCENT};

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
        self.prose(&format!(
            "{} are the members, each with one vote. {} lend machines; each bonds {} SURGE, of which \
             a job locks its worth until it is paid. {REQUESTER} will order the jobs.",
            list(&MEMBERS),
            list(&providers.iter().map(|provider| provider.name).collect::<Vec<_>>()),
            surge(BOND),
        ));
        let mut table = table(&[
            "provider",
            "node",
            "region",
            "cores",
            "memory MiB",
            "disk GiB",
            "Mbit/s",
            "price",
            "machine",
        ]);
        for provider in providers {
            table.add_row([
                provider.name.to_owned(),
                provider.node.to_string(),
                provider.region.to_owned(),
                format!("{}", provider.capacity.milli_cpu / 1_000),
                provider.capacity.memory_mib.to_string(),
                provider.capacity.storage_gib.to_string(),
                format!("≥ {}", provider.bandwidth_mbps),
                format!("{} %", provider.price_percent),
                provider.inventory.to_owned(),
            ]);
        }
        right_align(&mut table, 3..8);
        self.say(&table.to_string());
        self.prose(
            "Prices are in percent of the reference price, which the members set for each class of \
             machine: a price is scored by it. All three run on this machine; their regions are \
             declared, not real.",
        );
    }

    /// Why a job went where it went.
    pub fn explanation(&self, explanation: &Explanation, providers: &[Provider]) {
        let mut table = table(&[
            "",
            "who",
            "score",
            "time",
            "load",
            "price",
            "reputation",
            "green",
            "costs SURGE",
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
                "an unread node could have scored at most {:.2}\u{a0}% higher",
                f64::from(explanation.gap_ppm) / 10_000.0
            )
        };
        self.prose(&format!(
            "The score, at most 1, is the sum of the parts, here in percent, each times its weight. The \
             registry read {} nodes and refused {}; {verdict}.",
            explanation.rows_read,
            explanation.refusals.total(),
        ));
    }

    /// A proposal with its votes.
    pub fn proposal(&self, opened: &FullProposalResponse, votes: &[(&'static str, &'static str)]) {
        let proposal = &opened.proposal;
        let classes: Vec<&str> = proposal.classes.iter().map(|class| class.name()).collect();
        let policy = &opened.policy;
        self.prose(&format!(
            "Proposal {} calls the registry. Its class is computed from that: {}. So {}\u{a0}% of all weight \
             has to vote, {} members at least, more yes than no; then come {} of timelock.",
            proposal.id,
            classes.join(", "),
            percent(u32::from(policy.quorum_bps) * 100),
            policy.min_voters,
            time(policy.timelock_secs),
        ));
        let mut table = table(&["member", "vote"]);
        for (member, choice) in votes {
            table.add_row([*member, *choice]);
        }
        self.say(&table.to_string());
    }

    /// What became of it.
    pub fn decided(&self, decision: &Decision) {
        let (before, after) = (&decision.before, &decision.after);
        let policy = &decision.policy;
        self.prose(&format!(
            "Only a changed vote could change that, so it has to stand for {} in place of {} of voting: \
             settling. Then somebody sends Poke and the timelock of {} begins; after it somebody \
             sends Execute, here {} after the proposal. Neither has to be a member. Now time \
             weighs {}\u{a0}% instead of {}\u{a0}%, price {}\u{a0}% instead of {}\u{a0}%.",
            time(policy.settle_secs),
            time(policy.voting_secs),
            time(policy.timelock_secs),
            time(decision.took_secs),
            percent(after.time),
            percent(before.time),
            percent(after.price),
            percent(before.price),
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

    /// Who claims, and when the rest comes.
    pub fn claims(&self) {
        self.prose(&format!(
            "Anybody claims for each provider, who may be the provider itself: what is due goes to the \
             provider's payout address, {INSTANT_PERCENT}\u{a0}% of it at once. The rest begins to vest with the claim, \
             over 26 weeks. Amounts are in SURGE; minted and vesting are of all claims so far.",
        ));
    }

    /// Both explanations next to each other: what each part added to the score.
    pub fn side_by_side(&self, first: &Explanation, second: &Explanation, providers: &[Provider]) {
        let mut table = table(&[
            "provider",
            "job",
            "time",
            "load",
            "price",
            "reputation",
            "green",
            "score",
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
                    if picked { "picked" } else { "" }.to_owned(),
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
        self.prose(&format!(
            "It ran for {:.2} s (compiled in {:.2} s), {} of memory, {} units of fuel \
             (about one for each instruction).",
            delivery.ran_secs,
            delivery.compiled_secs,
            mib(delivery.peak_memory_bytes),
            count(delivery.fuel),
        ));
        self.say(&format!(
            "Output: {} ({} bytes)\nsha256: {}",
            style(delivery.file.display()).underlined(),
            delivery.size,
            delivery.sha256,
        ));
    }

    /// What the requester puts up.
    pub fn deposit(&self, deposit: u128) {
        self.prose(&format!(
            "The deposit of {} SURGE is the most that the job may cost; what is left of it comes back.",
            surge(deposit)
        ));
    }

    /// Who was paid.
    pub fn paid(&self, provider: &Provider, price: u128, earned: u128) {
        self.prose(&format!(
            "{REQUESTER} accepts; {} withdraws {} SURGE: the price of {} less the take, \
             the network's share of {:.1}\u{a0}%.",
            provider.name,
            surge(earned),
            surge(price),
            (price - earned) as f64 * 100.0 / price as f64,
        ));
    }

    /// Where every coin is.
    pub fn books(&self, books: &Books) {
        let mut table = table(&["account", "before", "after", "change", "because"]);
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
                line.because.to_owned(),
            ]);
        }
        let [minted, burned] =
            [books.minted, books.burned].map(|n| i128::try_from(n).unwrap_or(i128::MAX));
        table.add_row([
            "all in the story".to_owned(),
            surge(books.total_before),
            surge(books.total_after),
            signed(minted - burned),
            format!("{} minted, {} burned", signed(minted), signed(-burned)),
        ]);
        right_align(&mut table, 1..4);
        self.say(&table.to_string());
        let unchanged = books.lines.iter().filter(|line| line.change() == 0).count();
        self.prose(&format!(
            "Amounts are in SURGE. All in the story are these and {unchanged} more, which stayed as they were: \
             members, operators, contracts that hold nothing. The faucet, which filled everybody's \
             pocket before, is not among them. The embedded chain has no transaction fees."
        ));
        for line in &books.lines {
            if line.change() != line.expected {
                let wrong = format!(
                    "{} must have {} SURGE by the rules.",
                    line.account,
                    signed(line.expected)
                );
                self.say(&style(wrong).red().to_string());
            }
        }
        let verdict = if books.reconcile {
            style("Every token is accounted for: each change is what the rules say.").green()
        } else {
            style("The books do not reconcile.").red().bold()
        };
        self.say(&verdict.to_string());
    }

    /// Says sentences, broken into lines.
    fn prose(&self, text: &str) {
        let most = usize::from(columns().min(100));
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.chars().count() + word.chars().count() >= most {
                self.say(&std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.say(&line);
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            println!("{text}");
        }
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns())
        .set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((1, 0));
    }
    if let Some(last) = table.column_iter_mut().last() {
        last.set_padding((1, 1));
    }
    table
}

/// Width of the terminal, or of what is none.
fn columns() -> u16 {
    Term::stdout()
        .size_checked()
        .map_or(80, |(_, columns)| columns)
}

/// Names in a sentence.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
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

fn time(secs: u64) -> String {
    match secs as f64 / 86_400.0 {
        days if days < 1.0 => format!("{} hours", days * 24.0),
        days => format!("{days} days"),
    }
}

/// A number in words that fit it.
fn count(number: u64) -> String {
    let (unit, word) = match number {
        0..1_000 => return number.to_string(),
        1_000..1_000_000 => (1e3, "thousand"),
        1_000_000..1_000_000_000 => (1e6, "million"),
        _ => (1e9, "billion"),
    };
    format!("{:.2} {word}", number as f64 / unit)
}

/// Millionths as percent.
fn percent(ppm: u32) -> String {
    format!("{:.1}", f64::from(ppm) / 10_000.0)
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Base units as SURGE, with six decimals.
fn surge(amount: u128) -> String {
    format!("{}.{:06}", amount / 1_000_000, amount % 1_000_000)
}

fn signed(amount: i128) -> String {
    let sign = match amount {
        0 => "",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", surge(amount.unsigned_abs()))
}
