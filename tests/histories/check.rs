//! Compares everything on the chain with the ghost.

use surge_interface::escrow::{self, Beneficiary, InvariantResponse as EscrowInvariant};
use surge_interface::registry::{
    self, InvariantResponse as RegistryInvariant, NodeResponse, ProviderStatus,
};
use surge_testing::Suite;
use surge_tests::ghost::{Creditor, Ghost, Standing, Status};

use crate::world::{addr_of, people, World};

impl World {
    /// Panics unless chain and ghost agree on everything.
    pub fn check(&self) {
        self.check_money();
        self.check_nodes();
        self.check_jobs();
        self.check_providers();
        self.check_credits();
        self.check_rewards();
        self.check_dao();
    }

    fn check_money(&self) {
        let (suite, ghost) = (&self.suite, &self.ghost);
        assert_eq!(suite.now_secs(), ghost.now);
        for name in people() {
            for denom in 0..2u8 {
                let held = suite.balance(&addr_of(suite, &name), denom);
                let expected = ghost.held_by(&name, denom.into());
                assert_eq!(held, expected, "{name} holds of denomination {denom}");
            }
        }
        let escrow: EscrowInvariant = suite.ask_escrow(&escrow::QueryMsg::Invariant {});
        let registry: RegistryInvariant = suite.ask_registry(&registry::QueryMsg::Invariant {});
        assert!(escrow.holds && registry.holds);
        for denom in 0..2usize {
            let (row, ghostly) = (&escrow.rows[denom], &ghost.escrow[denom]);
            assert_eq!(row.balance.u128(), ghostly.total(), "the escrow's balance");
            assert_eq!(row.jobs.u128(), ghostly.jobs, "held for jobs");
            assert_eq!(row.credits.u128(), ghostly.credits, "credits");
            assert_eq!(row.burn.u128(), ghostly.burn, "burn");
            assert_eq!(row.treasury.u128(), ghostly.treasury, "treasury");
            assert_eq!(row.insurance.u128(), ghostly.insurance, "insurance");
            let (row, ghostly) = (&registry.rows[denom], &ghost.registry[denom]);
            assert_eq!(
                row.balance.u128(),
                ghostly.total(),
                "the registry's balance"
            );
            assert_eq!(row.bonds.u128(), ghostly.bonds, "bonds");
            assert_eq!(row.tips.u128(), ghostly.tips, "tips");
            assert_eq!(row.kitty.u128(), ghostly.kitty, "kitty");
            // The ghost is consistent with itself.
            let minted = [0, ghost.rewards.minted()][denom];
            let all = self.at_first[denom] + minted;
            assert_eq!(ghost.everything(denom), all, "all money");
            check_sums(ghost, denom);
        }
        assert_eq!(self.at_first[1], ghost.rewards.genesis);
    }

    fn check_nodes(&self) {
        let nodes = self.suite.all_nodes();
        let ghost = &self.ghost;
        assert_eq!(nodes.len(), ghost.nodes.len());
        for (node, (id, expected)) in nodes.iter().zip(&ghost.nodes) {
            assert_eq!(node.id, *id);
            let told = format!("node {id}");
            assert_eq!(node.provider, expected.provider, "{told}");
            let machine = &expected.machine;
            assert_eq!(node.spec.capacity.to_array(), machine.capacity, "{told}");
            assert_eq!(node.spec.prices.to_array(), machine.prices, "{told}");
            assert_eq!(node.reserved.to_array(), expected.reserved, "{told}");
            assert_eq!(node.withheld.to_array(), expected.withheld, "{told}");
            assert_eq!(node.bond.u128(), expected.bond, "{told}");
            assert_eq!(node.locked.u128(), expected.locked, "{told}");
            assert_eq!(node.running, expected.running, "{told}");
            assert_eq!(node.settled, expected.settled, "{told}");
            assert_eq!(u32::from(node.strikes), expected.strikes, "{told}");
            assert_eq!(node.seq, expected.seq, "{told}");
            assert_eq!(node.live, ghost.is_live(expected), "{told}");
            assert_eq!(node.indexed, expected.indexed, "{told}");
            self.check_ledger_of(node);
            // Live, undrained nodes with room, and no other live ones.
            if node.live {
                let belongs = ghost.belongs_in_index(expected);
                assert_eq!(node.indexed, belongs, "{told}: {expected:?}");
            } else if node.indexed {
                assert!(ghost.belongs_in_index(expected), "{told}: {expected:?}");
            }
        }
    }

    /// Reserved and locked are what running jobs hold, and no more than there is.
    fn check_ledger_of(&self, node: &NodeResponse) {
        let mut reserved = [0u64; 5];
        let mut locked = 0;
        let mut running = 0;
        let at_node = (1u64..).zip(&self.ghost.jobs).filter(|(_, job)| {
            !job.status.is_final() && job.node.is_some_and(|(at, _)| at == node.id)
        });
        for (_, job) in at_node {
            running += 1;
            if !job.vacated {
                for (sum, need) in reserved.iter_mut().zip(job.order.need) {
                    *sum += u64::from(need);
                }
            }
            locked += job.collateral;
            let bps = self.ghost.terms[job.terms].collateral;
            assert!(job.worth >= job.price, "worth ≥ price");
            assert!(
                job.collateral * 10_000 >= job.worth * bps,
                "collateral ≥ m · worth"
            );
        }
        let told = format!("node {}", node.id);
        assert_eq!(node.reserved.to_array().map(u64::from), reserved, "{told}");
        assert!(node.spec.capacity.covers(&node.reserved), "{told}");
        assert_eq!(node.locked.u128(), locked, "{told}");
        assert_eq!(node.running, running, "{told}");
        // Inequality 12: what jobs may take is at the node, not on its way out.
        assert!(node.locked <= node.bond, "{told}");
    }

    fn check_jobs(&self) {
        let jobs = self.suite.all_jobs();
        assert_eq!(jobs.len(), self.ghost.jobs.len());
        for (job, expected) in jobs.iter().zip(&self.ghost.jobs) {
            let told = format!("job {}", job.id);
            assert_eq!(status(job.status), expected.status, "{told}");
            assert_eq!(job.declined, expected.declined, "{told}");
            assert_eq!(job.params_version as usize, expected.terms + 1, "{told}");
            let node = job.node.zip(job.provider);
            assert_eq!(node, expected.node, "{told}");
            if expected.status.is_final() {
                assert_eq!(job.held.u128(), 0, "{told}");
            } else {
                assert_eq!(job.held.u128(), expected.held, "{told}");
                assert_eq!(job.price.u128(), expected.price, "{told}");
                assert!(job.price <= job.held, "{told}: dearer than its deposit");
                assert_eq!(job.deadline_secs, expected.deadline, "{told}");
            }
        }
        // What runs holds its node, and what is over holds none.
        let skipped = self.ghost.jobs.len().saturating_sub(4);
        for (id, job) in (1u64..).zip(&self.ghost.jobs).skip(skipped) {
            let held: Result<registry::ReservationResponse, _> =
                self.suite.app.wrap().query_wasm_smart(
                    &self.suite.registry,
                    &registry::QueryMsg::Reservation { job: id },
                );
            let running = !job.status.is_final() && job.node.is_some();
            assert_eq!(held.is_ok(), running, "job {id}: {held:?}");
            if let Ok(held) = held {
                assert_eq!(held.collateral.u128(), job.collateral);
                assert_eq!(held.price.u128(), job.price);
                let need = if job.vacated { [0; 5] } else { job.order.need };
                assert_eq!(held.need.to_array(), need);
            }
        }
    }

    fn check_providers(&self) {
        for (id, expected) in (1u32..).zip(&self.ghost.providers) {
            let found = self.suite.provider(id);
            let told = format!("provider {id}");
            let record = &found.record;
            let standing = match record.status {
                ProviderStatus::Active => Standing::Active,
                ProviderStatus::Draining => Standing::Draining,
                ProviderStatus::Unbonding => Standing::Unbonding,
                ProviderStatus::Gone => Standing::Gone,
            };
            assert_eq!(standing, expected.standing, "{told}");
            // Inequality 12: who has a job that it may answer for has not left.
            let answers = |job: &surge_tests::ghost::Job| {
                !job.status.is_final() && job.node.is_some_and(|(_, of)| of == id)
            };
            if self.ghost.jobs.iter().any(answers) {
                assert!(standing < Standing::Unbonding, "{told}");
            }
            assert_eq!(record.operator, Suite::addr(&expected.operator), "{told}");
            let payout = self.ghost.payout_of(id).expect("a provider");
            let found_payout = record.payout_at(self.ghost.now);
            assert_eq!(*found_payout, Suite::addr(&payout), "{told}");
            let nodes = self.ghost.nodes.values().filter(|n| n.provider == id);
            assert_eq!(record.nodes as usize, nodes.count(), "{told}");
            for denom in 0..2usize {
                let bond = found.bonds.iter().find(|b| usize::from(b.denom) == denom);
                let free = bond.map_or(0, |bond| bond.free.u128());
                let at_nodes = bond.map_or(0, |bond| bond.at_nodes.u128());
                assert_eq!(free, expected.free[denom], "{told}");
                assert_eq!(at_nodes, self.ghost.at_nodes(id, denom), "{told}");
            }
            let unbondings = found.unbondings.iter();
            let unbondings: Vec<_> = unbondings
                .map(|u| (usize::from(u.denom), u.amount.u128(), u.from_secs))
                .collect();
            assert_eq!(unbondings, expected.unbondings, "{told}");
        }
    }

    fn check_credits(&self) {
        for ((creditor, denom), amount) in &self.ghost.credits {
            let beneficiary = match creditor {
                Creditor::Account(name) => Beneficiary::Account(Suite::addr(name).to_string()),
                Creditor::Provider(id) => Beneficiary::Provider(*id),
            };
            let credit: cosmwasm_std::Uint128 = self.suite.ask_escrow(&escrow::QueryMsg::Credit {
                beneficiary,
                denom: self.suite.denom(*denom as u8),
            });
            assert_eq!(credit.u128(), *amount, "{creditor:?}");
        }
        for ((name, denom), amount) in &self.ghost.tips {
            let tips: cosmwasm_std::Uint128 = self.suite.ask_registry(&registry::QueryMsg::Tips {
                account: Suite::addr(name).to_string(),
                denom: *denom as u8,
            });
            assert_eq!(tips.u128(), *amount, "{name}");
        }
    }
}

/// The ghost's totals are the sums of its parts.
fn check_sums(ghost: &Ghost, denom: usize) {
    let running = ghost.jobs.iter().filter(|job| job.denom == denom);
    let jobs: u128 = running
        .filter(|job| !job.status.is_final())
        .map(|job| {
            let bond = match job.status {
                Status::Disputed => job.dispute_bond,
                _ => 0,
            };
            job.held + bond
        })
        .sum();
    assert_eq!(ghost.escrow[denom].jobs, jobs);
    let bonds: u128 = (1u32..)
        .zip(&ghost.providers)
        .map(|(id, provider)| {
            let leaving = provider.unbondings.iter().filter(|u| u.0 == denom);
            let leaving: u128 = leaving.map(|(_, amount, _)| amount).sum();
            provider.free[denom] + ghost.at_nodes(id, denom) + leaving
        })
        .sum();
    assert_eq!(ghost.registry[denom].bonds, bonds);
}

fn status(status: escrow::Status) -> Status {
    match status {
        escrow::Status::Open => Status::Open,
        escrow::Status::Assigned => Status::Assigned,
        escrow::Status::Submitted => Status::Submitted,
        escrow::Status::Disputed => Status::Disputed,
        escrow::Status::Settled => Status::Settled,
        escrow::Status::Resolved => Status::Resolved,
        escrow::Status::Cancelled => Status::Cancelled,
        escrow::Status::Expired => Status::Expired,
        escrow::Status::Failed => Status::Failed,
    }
}
