//! The acts.

use anyhow::{ensure, Context};
use serde::Serialize;
use surge_interface::escrow::{
    Beneficiary, ExecuteMsg as Escrow, JobResponse, JobSummary, Params, Purse, QueryMsg,
};
use surge_interface::rewards::{ConfigResponse, QueryMsg as RewardsQuery};
use surge_interface::Explanation;
use surge_testing::{Builder, Suite};

use crate::books::{Books, Expected, Ledger};
use crate::cast::{providers, Provider, MEMBERS, REQUESTER, TOKEN};
use crate::council::{self, Decision};
use crate::errand::{self, Delivery, Errand};
use crate::mint::{self, Expectation, Reward};
use crate::share::Share;
use crate::tell::Teller;

/// What the requester lets a job cost at most, in base units.
const DEPOSIT: u128 = 1_000_000;

/// The whole run.
#[derive(Serialize)]
pub struct Story {
    /// What all amounts are in.
    pub unit: &'static str,
    /// The program.
    pub program: String,
    /// Who lends machines.
    pub providers: Vec<Provider>,
    /// Both jobs, in order.
    pub jobs: Vec<Act>,
    /// What the members decided between them.
    pub decision: Decision,
    /// What the providers' contributions minted after both jobs.
    pub rewards: Vec<Reward>,
    /// The same half a year later.
    pub rewards_vested: Vec<Reward>,
    /// Where every coin went.
    pub books: Books,
}

/// One job.
#[derive(Serialize)]
pub struct Act {
    /// How it stands at the end.
    pub job: JobSummary,
    /// Why it went where it went.
    pub explanation: Explanation,
    /// What came out.
    pub delivery: Delivery,
    /// What the provider withdrew, in base units.
    pub earned: u128,
}

/// Plays everything.
pub fn play(errand: &Errand, teller: &Teller) -> anyhow::Result<Story> {
    let mut suite = Builder {
        founders: MEMBERS.to_vec(),
        ..Builder::default()
    }
    .build();
    let start_secs: ConfigResponse = suite.ask_rewards(&RewardsQuery::Config {});
    let start_secs = start_secs.start_secs;
    let mut providers = providers()?;
    let names: Vec<String> = [REQUESTER, "anybody"]
        .into_iter()
        .chain(MEMBERS)
        .map(str::to_owned)
        .chain(providers.iter().map(|provider| provider.name.to_owned()))
        .chain(providers.iter().map(Provider::operator))
        .collect();
    let ledger = Ledger::open(&mut suite, &names);

    teller.act("Three members found a DAO that owns the network; three providers join");
    for provider in &mut providers {
        let machine = provider.machine();
        provider.id = suite.register(provider.name)?;
        suite.bond(provider.name, provider.id, TOKEN, machine.bond)?;
        provider.node = suite.add_node(provider.name, machine)?;
        suite
            .heartbeat(provider.node)
            .with_context(|| format!("{}'s first heartbeat", provider.name))?;
    }
    teller.providers(&providers);

    teller.act(&format!(
        "{REQUESTER} submits a job and pays in SURGE: {}",
        errand.name()
    ));
    let first = act(&mut suite, errand, teller, &providers)?;

    teller.act("The members vote that time to data counts for more");
    let decision = council::decide(&mut suite, teller)?;

    teller.act("A second job follows");
    suite.heartbeat_all();
    let second = act(&mut suite, errand, teller, &providers)?;
    ensure!(
        first.job.node != second.job.node || !errand.is_usual(),
        "both jobs went to the same node although the weights changed"
    );
    teller.side_by_side(&first.explanation, &second.explanation, &providers);

    teller.act("What was contributed mints");
    for purse in [Purse::Burn, Purse::Treasury, Purse::Insurance] {
        suite.flush(TOKEN, purse)?;
    }
    let jobs = vec![first, second];
    let mut mints: Vec<Expectation> = vec![];
    for provider in &providers {
        suite.claim(provider.id)?;
        let mut mint = Expectation::default();
        expect_claim(&suite, provider, &jobs, &mut mint, start_secs);
        mints.push(mint);
    }
    let rewards = mint::rewards(&suite, &providers);
    teller.claims();
    teller.rewards(&rewards);
    mint::wait_for_vesting(&mut suite);
    for (provider, mint) in providers.iter().zip(&mut mints) {
        suite.claim(provider.id)?;
        expect_claim(&suite, provider, &jobs, mint, start_secs);
    }
    let rewards_vested = mint::rewards(&suite, &providers);
    teller.act("Half a year later anybody claims again");
    teller.rewards(&rewards_vested);

    teller.act("Every token");
    let requester = Beneficiary::Account(Suite::addr(REQUESTER).to_string());
    suite.withdraw(requester, TOKEN)?;
    let books = ledger.close(&suite, &expected(&suite, &providers, &jobs, &mints)?);
    teller.books(&books);
    Ok(Story {
        unit: "base units: 10^6 are one SURGE",
        program: errand.name(),
        providers,
        jobs,
        decision,
        rewards,
        rewards_vested,
        books,
    })
}

fn expect_claim(
    suite: &Suite,
    provider: &Provider,
    jobs: &[Act],
    mint: &mut Expectation,
    start_secs: u64,
) {
    let params: Params = suite.ask_escrow(&QueryMsg::Params { version: None });
    let burned: Vec<u128> = jobs
        .iter()
        .filter(|act| act.job.node == Some(provider.node))
        .map(|act| Share::of(act.job.price.u128(), &params).burn)
        .collect();
    let epoch = mint::epoch(suite, start_secs);
    mint.claim(provider.machine().bond, &burned, epoch);
}

/// A job from submission to the provider's withdrawal.
fn act(
    suite: &mut Suite,
    errand: &Errand,
    teller: &Teller,
    providers: &[Provider],
) -> anyhow::Result<Act> {
    teller.deposit(DEPOSIT);
    let job = suite.submit_in_tokens(REQUESTER, errand.spec()?, DEPOSIT)?;
    let explanation = suite.explain(job);
    teller.explanation(&explanation, providers);
    let provider = providers
        .iter()
        .find(|provider| provider.node == explanation.pick.node)
        .context("the registry picked a node that did not join")?;

    // What the provider knows of the job is what the escrow tells.
    let terms: JobResponse = suite.ask_escrow(&QueryMsg::Job { job });
    let delivery = teller.wait(
        &format!("the program runs on {}'s node, here", provider.name),
        || errand::run(&terms, errand.fuel(), errand.out()),
    )?;
    teller.delivery(&delivery);
    let operator = provider.operator();
    let result = delivery.result();
    suite.to_escrow(&operator, &Escrow::SubmitResult { job, result })?;
    suite.accept(REQUESTER, job)?;
    let earned = suite.provider_credit(provider.id, TOKEN);
    suite.withdraw(Beneficiary::Provider(provider.id), TOKEN)?;
    let job = suite.job(job);
    teller.paid(provider, job.price.u128(), earned);
    Ok(Act {
        job,
        explanation,
        delivery,
        earned,
    })
}

/// Who must have gained or paid what, computed from prices, the take and the rules of the
/// rewards.
fn expected(
    suite: &Suite,
    providers: &[Provider],
    jobs: &[Act],
    mints: &[Expectation],
) -> anyhow::Result<Expected> {
    let params: Params = suite.ask_escrow(&QueryMsg::Params { version: None });
    let mut lines = vec![];
    let (mut paid, mut burned, mut treasury, mut kitty) = (0i128, 0i128, 0i128, 0i128);
    let mut gains = vec![0i128; providers.len()];
    for act in jobs {
        let price = act.job.price.u128();
        let share = Share::of(price, &params);
        paid += i128::try_from(price)?;
        burned += i128::try_from(share.burn)?;
        kitty += i128::try_from(share.insurance)?;
        treasury += i128::try_from(share.treasury())?;
        for (gain, provider) in gains.iter_mut().zip(providers) {
            if Some(provider.node) == act.job.node {
                *gain += i128::try_from(price - share.take)?;
            }
        }
    }
    lines.push((REQUESTER.to_owned(), -paid, "price of both jobs"));
    let (mut bonds, mut minted) = (0i128, 0i128);
    for ((provider, gain), mint) in providers.iter().zip(gains).zip(mints) {
        let bond = i128::try_from(provider.machine().bond)?;
        let mint = i128::try_from(mint.minted)?;
        let because = if gain == 0 {
            "bond; reward"
        } else {
            "bond; price less take; reward"
        };
        lines.push((provider.name.to_owned(), gain - bond + mint, because));
        bonds += bond;
        minted += mint;
    }
    lines.push(("DAO".to_owned(), treasury, "treasury's share of the take"));
    lines.push((
        "registry contract".to_owned(),
        bonds + kitty,
        "bonds, and the kitty's share of the take",
    ));
    Ok(Expected {
        lines,
        minted,
        burned,
    })
}
