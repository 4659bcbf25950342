//! Terms are frozen when a deal is made.

use surge_interface::escrow::{
    ConfigResponse, Contribution, ExecuteMsg as Escrow, Params, Purse, QueryMsg as AskEscrow,
};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::TimeProfile;
use surge_testing::{job, Machine, Suite};

const PRICE: u128 = 7_366;

fn dearer(suite: &mut Suite) {
    let mut params = Params::defaults(TimeProfile::Main);
    params.take_bps = 2_000;
    params.accept_secs = 120;
    params.review_secs = 3_600;
    params.cancel_bps = 5_000;
    params.dispute_bond_bps = 10_000;
    params.collateral_bps = 20_000;
    suite
        .to_escrow("owner", &Escrow::UpdateParams { params })
        .expect("new terms");
    let mut params = registry::Params::defaults(TimeProfile::Main);
    params.no_show_bps = 5_000;
    suite
        .to_registry("owner", &Registry::UpdateParams { params })
        .expect("new rules");
}

#[test]
fn new_parameters_leave_a_running_job_alone_and_bind_the_next() {
    let mut suite = Suite::new();
    let (provider, node) = suite.join_with("alice", Machine::default());
    let old = suite.submit("bob", job(), 50_000).expect("job");
    let before = suite.job(old);
    dearer(&mut suite);
    assert_eq!(suite.job(old), before);
    suite.deliver(old).expect("delivery");
    let review = suite.job(old).deadline_secs - suite.now_secs();
    assert_eq!(review, 86_400, "the review is that of the old terms");
    suite.accept("bob", old).expect("acceptance");
    let take = PRICE * 500 / 10_000;
    assert_eq!(suite.provider_credit(provider, 0), PRICE - take);

    let new = suite.submit("bob", job(), 50_000).expect("job");
    assert_eq!(suite.job(new).params_version, 2);
    assert_eq!(suite.node(node).locked.u128(), 2 * PRICE);
    suite.deliver(new).expect("delivery");
    suite.accept("bob", new).expect("acceptance");
    let earned = suite.provider_credit(provider, 0) - (PRICE - take);
    assert_eq!(earned, PRICE - PRICE * 2_000 / 10_000);
}

#[test]
fn the_penalty_of_a_running_job_is_the_one_its_node_agreed_to() {
    let mut suite = Suite::new();
    let (_, node) = suite.join_with("alice", Machine::default());
    let id = suite.submit("bob", job(), 50_000).expect("job");
    dearer(&mut suite);
    suite.pass(1_201);
    suite.expire("anybody", id).expect("expiry");
    let paid = 200_000 - suite.node(node).bond.u128();
    assert_eq!(paid, PRICE * 500 / 10_000);
}

#[test]
fn prices_that_a_node_changes_bind_the_next_job_only() {
    let mut suite = Suite::new();
    let (_, node) = suite.join_with("alice", Machine::default());
    let old = suite.submit("bob", job(), 50_000).expect("job");
    let update = Registry::UpdateNode {
        node,
        capacity: None,
        prices: Some(Machine::default().priced_percent(50).spec.prices),
        bond: None,
        watts: None,
        clean_ppm: None,
    };
    suite.to_registry("alice", &update).expect("new prices");
    assert_eq!(suite.job(old).price.u128(), PRICE);
    let new = suite.submit("bob", job(), 50_000).expect("job");
    assert_eq!(suite.job(new).price.u128(), PRICE.div_ceil(2));
}

#[test]
fn a_new_treasury_gets_what_was_collected_before_and_leaves_the_arbiter_alone() {
    let mut suite = Suite::new();
    suite.join_with("alice", Machine::default());
    let id = suite.submit("bob", job(), 50_000).expect("job");
    suite.deliver(id).expect("delivery");
    suite.accept("bob", id).expect("acceptance");
    let vault = Suite::addr("vault");
    let roles = Escrow::SetRoles {
        arbiter: None,
        treasury: Some(vault.to_string()),
    };
    suite.to_escrow("owner", &roles).expect("another treasury");
    let config: ConfigResponse = suite.ask_escrow(&AskEscrow::Config {});
    assert_eq!(config.treasury, vault);
    assert_eq!(config.arbiter, Suite::addr("arbiter"));
    suite.flush(0, Purse::Treasury).expect("the treasury's");
    // Of native money the part to burn is the treasury's, so all but the kitty's fifth.
    let take = PRICE * 500 / 10_000;
    assert_eq!(suite.balance(&vault, 0), take - take / 5);
    suite.assert_sound();
}

#[test]
fn what_a_burned_token_mints_is_what_the_version_of_its_job_says() {
    let mut suite = Suite::new();
    let (provider, _) = suite.join_with("alice", Machine::default().quoting(1));
    let mut ids = vec![];
    // Of work, how much of that when accepted, and of the gate: one change at a time.
    let rates = [
        (6_000, 2_500, 3_000),
        (3_000, 2_500, 3_000),
        (3_000, 10_000, 3_000),
        (3_000, 10_000, 6_000),
    ];
    for (work_mint_bps, accepted_bps, gate_bps) in rates {
        let params = Params {
            work_mint_bps,
            accepted_bps,
            gate_bps,
            ..Params::defaults(TimeProfile::Main)
        };
        suite
            .to_escrow("owner", &Escrow::UpdateParams { params })
            .expect("new rates");
        let id = suite.submit_in_tokens("bob", job(), 50_000).expect("job");
        suite.deliver(id).expect("delivery");
        ids.push(id);
    }
    // Accepted last of all, each by its own version.
    let burned = PRICE * 500 / 10_000 / 2;
    let (mut work, mut gate) = (0, 0);
    for (id, (work_mint, accepted, gates)) in ids.into_iter().zip(rates) {
        suite.accept("bob", id).expect("acceptance");
        work += burned * u128::from(work_mint) / 10_000 * u128::from(accepted) / 10_000;
        gate += burned * u128::from(gates) / 10_000;
        let given: Contribution = suite.ask_escrow(&AskEscrow::Contribution { provider });
        assert_eq!((given.work.u128(), given.gate.u128()), (work, gate));
    }
}
