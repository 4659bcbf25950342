//! The acts.

use anyhow::{ensure, Context};
use serde::Serialize;
use surge_interface::escrow::{
    ExecuteMsg as Escrow, JobResponse, JobSummary, Params, Purse, QueryMsg,
};
use surge_interface::registry::ExecuteMsg as Registry;
use surge_interface::{Explanation, Weights};
use surge_testing::Suite;

use crate::books::{Books, Ledger};
use crate::cast::{providers, Provider, REQUESTER};
use crate::errand::{self, Delivery, Errand};
use crate::tell::Teller;

/// What the requester lets a job cost at most, in base units.
const DEPOSIT: u128 = 10_000;

/// Weights after the owner's change: time to data counts for almost two thirds.
const HURRIED: Weights = Weights {
    time: 650_000,
    load: 50_000,
    price: 100_000,
    reputation: 200_000,
    green: 0,
};

/// The whole run.
#[derive(Serialize)]
pub struct Story {
    /// The program.
    pub program: String,
    /// Who lends machines.
    pub providers: Vec<Provider>,
    /// Both jobs, in order.
    pub jobs: Vec<Act>,
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
    let mut suite = Suite::new();
    let mut providers = providers()?;
    let names: Vec<String> = [REQUESTER, "owner", "treasury", "anybody"]
        .map(str::to_owned)
        .into_iter()
        .chain(providers.iter().map(|provider| provider.name.to_owned()))
        .chain(providers.iter().map(Provider::operator))
        .collect();
    let ledger = Ledger::open(&mut suite, &names);

    teller.act("Three providers join");
    let mut bonds = 0i128;
    for provider in &mut providers {
        let machine = provider.machine();
        bonds += i128::try_from(machine.bond)?;
        provider.id = suite.register(provider.name)?;
        suite.bond(provider.name, provider.id, 0, machine.bond)?;
        provider.node = suite.add_node(provider.name, machine)?;
        suite
            .heartbeat(provider.node)
            .with_context(|| format!("{}'s first heartbeat", provider.name))?;
    }
    teller.providers(&providers);

    teller.act(&format!("{REQUESTER} submits a job: {}", errand.name()));
    let first = act(&mut suite, errand, teller, &providers)?;

    teller.act("The owner lets time to data count for more, and a second job follows");
    let mut params = suite.ask_registry::<surge_interface::registry::Params>(
        &surge_interface::registry::QueryMsg::Params {},
    );
    teller.weights(&params.weights, &HURRIED);
    params.weights = HURRIED;
    suite.to_registry("owner", &Registry::UpdateParams { params })?;
    let second = act(&mut suite, errand, teller, &providers)?;
    ensure!(
        first.job.node != second.job.node || !errand.is_usual(),
        "both jobs went to the same node although the weights changed"
    );
    teller.side_by_side(&first.explanation, &second.explanation, &providers);

    teller.act("Every coin");
    suite.flush(0, Purse::Treasury)?;
    suite.flush(0, Purse::Insurance)?;
    suite.withdraw_account(REQUESTER)?;
    let jobs = vec![first, second];
    let books = ledger.close(&suite, &expected(&suite, &providers, &jobs, bonds)?);
    teller.books(&books);
    Ok(Story {
        program: errand.name(),
        providers,
        jobs,
        books,
    })
}

/// A job from submission to the provider's withdrawal.
fn act(
    suite: &mut Suite,
    errand: &Errand,
    teller: &Teller,
    providers: &[Provider],
) -> anyhow::Result<Act> {
    let job = suite.submit(REQUESTER, errand.spec()?, DEPOSIT)?;
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
        || errand::run(&terms, errand.out()),
    )?;
    teller.delivery(&delivery);
    let operator = provider.operator();
    let result = delivery.result();
    suite.to_escrow(&operator, &Escrow::SubmitResult { job, result })?;
    suite.accept(REQUESTER, job)?;
    let earned = suite.provider_credit(provider.id, 0);
    suite.withdraw_provider(provider.id)?;
    teller.paid(provider, earned);
    Ok(Act {
        job: suite.job(job),
        explanation,
        delivery,
        earned,
    })
}

/// Who must have gained or paid what, computed from prices and the take alone.
fn expected(
    suite: &Suite,
    providers: &[Provider],
    jobs: &[Act],
    bonds: i128,
) -> anyhow::Result<Vec<(String, i128, &'static str)>> {
    let params: Params = suite.ask_escrow(&QueryMsg::Params { version: None });
    let mut lines = vec![];
    let (mut paid, mut treasury, mut kitty) = (0i128, 0i128, 0i128);
    let mut gains = vec![0i128; providers.len()];
    for act in jobs {
        let price = act.job.price.u128();
        let take = price * u128::from(params.take_bps) / 10_000;
        let insurance = take * u128::from(params.insurance_bps) / 10_000;
        paid += i128::try_from(price)?;
        kitty += i128::try_from(insurance)?;
        treasury += i128::try_from(take - insurance)?;
        for (gain, provider) in gains.iter_mut().zip(providers) {
            if Some(provider.node) == act.job.node {
                *gain += i128::try_from(price - take)?;
            }
        }
    }
    lines.push((REQUESTER.to_owned(), -paid, "price of both jobs"));
    for (provider, gain) in providers.iter().zip(gains) {
        let bond = i128::try_from(provider.machine().bond)?;
        let because = if gain == 0 {
            "bond"
        } else {
            "bond, and price less take"
        };
        lines.push((provider.name.to_owned(), gain - bond, because));
    }
    lines.push(("treasury".to_owned(), treasury, "its share of the take"));
    lines.push((
        "registry contract".to_owned(),
        bonds + kitty,
        "bonds, and the kitty's share of the take",
    ));
    Ok(lines)
}
