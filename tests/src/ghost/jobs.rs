//! The way of a job.

use super::{must, part, Creditor, Denom, Ghost, Job, Order, Refused, Seen, Status, WHOLE};

/// How the money of a job that a node has is divided.
struct Ending {
    status: Status,
    /// The provider's part of the price, before the take.
    provider: u128,
    bond_back: u128,
    bond_lost: u128,
    faulted: bool,
    pay: bool,
    by: &'static str,
}

/// What an end means for the node.
enum Outcome<'a> {
    Settled,
    Closed,
    /// Ruled wholly against the provider.
    Faulted,
    /// Reported by somebody.
    NoShow(&'a str),
}

impl Ghost {
    pub(super) fn job(&self, id: u64) -> &Job {
        &self.jobs[id as usize - 1]
    }

    pub(super) fn job_mut(&mut self, id: u64) -> &mut Job {
        &mut self.jobs[id as usize - 1]
    }

    fn known(&self, id: u64) -> Result<Job, Refused> {
        let place = (id as usize).checked_sub(1).ok_or("no such job")?;
        self.jobs.get(place).cloned().ok_or("no such job")
    }

    pub(super) fn submit(
        &mut self,
        who: &str,
        denom: Denom,
        deposit: u128,
        order: &Order,
        seen: &Seen,
    ) -> Result<(), Refused> {
        must(self.escrow_office.open, "the intake is closed")?;
        must(deposit > 0, "no deposit")?;
        self.take_from(who, denom, deposit)?;
        must((1..=86_400).contains(&order.secs), "the duration")?;
        must(order.need[0] > 0, "nothing of the leading resource")?;
        if let Some(weights) = order.weights {
            must(weights.iter().sum::<u64>() == 1_000_000, "the weights")?;
        }
        must(order.replicas.len() <= 16, "too many replicas")?;
        let mut places = order.replicas.iter().chain(&order.regions);
        must(
            places.all(|region| usize::from(*region) < self.regions.len()),
            "no such region",
        )?;
        let somewhere = self.regions.iter().enumerate().any(|(id, region)| {
            let named = order.regions.is_empty() || order.regions.contains(&(id as u8));
            named && (order.laws.is_empty() || order.laws.contains(&region.law))
        });
        must(somewhere, "no region is allowed")?;
        let version = self.terms.len() - 1;
        let terms = &self.terms[version];
        self.jobs.push(Job {
            requester: who.to_owned(),
            denom,
            status: Status::Open,
            deadline: self.now + terms.waiting,
            held: deposit,
            price: deposit,
            node: None,
            assigned: 0,
            terms: version,
            order: Order {
                collateral: Some(terms.collateral),
                ..order.clone()
            },
            declined: vec![],
            runners_up: vec![],
            worth: 0,
            collateral: 0,
            work: 0,
            vacated: false,
            no_show: 0,
            tip: 0,
            dispute_bond: 0,
            arbiter: String::new(),
        });
        self.escrow[denom].jobs += deposit;
        let id = self.jobs.len() as u64;
        let found = self.find_node(id, seen, false);
        must(found || order.patient, "nobody fits")?;
        let to = if found { "Assigned" } else { "Open" };
        self.passage("new", to, "SubmitJob");
        Ok(())
    }

    pub(super) fn retry(&mut self, id: u64, seen: &Seen) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.status == Status::Open, "not open")?;
        must(self.now <= job.deadline, "too late")?;
        must(self.find_node(id, seen, true), "nobody fits")?;
        self.passage("Open", "Assigned", "Match");
        Ok(())
    }

    fn ensure_operator(&self, job: &Job, who: &str) -> Result<u32, Refused> {
        let (node, provider) = job.node.ok_or("no node")?;
        let operator = self.provider(provider).map(|p| p.operator.as_str());
        must(operator == Some(who), "only the operator")?;
        Ok(node)
    }

    pub(super) fn decline(&mut self, who: &str, id: u64, seen: &Seen) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.status == Status::Assigned, "not assigned")?;
        let node = self.ensure_operator(&job, who)?;
        let terms = self.terms[job.terms].clone();
        must(self.now <= job.assigned + terms.accept, "too late")?;
        self.release(&job, node, &Outcome::Closed);
        let waits_until = self.now + terms.waiting;
        let job = self.job_mut(id);
        job.declined.push(node);
        job.node = None;
        job.price = job.held;
        if job.declined.len() >= terms.max_declines {
            self.give_up(id, Status::Expired, "the last Decline");
            return Ok(());
        }
        job.status = Status::Open;
        job.deadline = waits_until;
        let patient = job.order.patient;
        if self.find_node(id, seen, true) {
            self.passage("Assigned", "Assigned", "Decline");
        } else if patient {
            self.passage("Assigned", "Open", "Decline");
        } else {
            self.job_mut(id).status = Status::Assigned;
            self.give_up(id, Status::Expired, "Decline");
        }
        Ok(())
    }

    pub(super) fn deliver(&mut self, who: &str, id: u64) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.status == Status::Assigned, "not assigned")?;
        self.ensure_operator(&job, who)?;
        must(self.now <= job.deadline, "too late")?;
        let deadline = self.now + self.terms[job.terms].review;
        let job = self.job_mut(id);
        job.status = Status::Submitted;
        job.deadline = deadline;
        self.passage("Assigned", "Submitted", "SubmitResult");
        Ok(())
    }

    /// Anybody gives the node back what a delivered job had reserved.
    pub(super) fn vacate(&mut self, id: u64) -> Result<(), Refused> {
        let job = self.known(id)?;
        let delivered = matches!(job.status, Status::Submitted | Status::Disputed);
        must(delivered, "not delivered, or over")?;
        must(!job.vacated, "done before")?;
        let (id_of_node, _) = job.node.ok_or("no node")?;
        let mut node = self.nodes[&id_of_node].clone();
        for kind in 0..5 {
            node.reserved[kind] -= job.order.need[kind];
        }
        self.touch(id_of_node, node);
        self.job_mut(id).vacated = true;
        Ok(())
    }

    pub(super) fn accept(&mut self, who: &str, id: u64, pay: bool) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.status == Status::Submitted, "not submitted")?;
        must(job.requester == who, "only the requester")?;
        self.end(id, Ending::all(&job, pay, "Accept"))
    }

    pub(super) fn settle(&mut self, id: u64, pay: bool) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(self.now > job.deadline, "too early")?;
        match job.status {
            Status::Submitted => self.end(id, Ending::all(&job, pay, "Settle")),
            Status::Disputed => self.end(
                id,
                Ending {
                    status: Status::Resolved,
                    provider: job.price / 2,
                    bond_back: job.dispute_bond,
                    bond_lost: 0,
                    faulted: false,
                    pay,
                    by: "Settle",
                },
            ),
            _ => Err("neither submitted nor disputed"),
        }
    }

    pub(super) fn cancel(&mut self, who: &str, id: u64) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.requester == who, "only the requester")?;
        if job.status == Status::Open {
            self.give_up(id, Status::Cancelled, "Cancel");
            return Ok(());
        }
        must(job.status == Status::Assigned, "not assigned")?;
        must(self.now <= job.deadline, "too late")?;
        let elapsed = u128::from((self.now - job.assigned).min(job.order.secs));
        let worked = (job.price * elapsed).div_ceil(u128::from(job.order.secs));
        let fee = part(job.price, self.terms[job.terms].cancel);
        let ending = Ending {
            status: Status::Cancelled,
            provider: (worked + fee).min(job.price),
            bond_back: 0,
            bond_lost: 0,
            faulted: false,
            pay: false,
            by: "Cancel",
        };
        self.end(id, ending)
    }

    pub(super) fn expire(&mut self, who: &str, id: u64) -> Result<(), Refused> {
        let job = self.known(id)?;
        let pending = matches!(job.status, Status::Open | Status::Assigned);
        must(pending, "neither open nor assigned")?;
        must(self.now > job.deadline, "too early")?;
        if job.status == Status::Open {
            self.give_up(id, Status::Expired, "Expire");
            return Ok(());
        }
        let (node, _) = job.node.ok_or("no node")?;
        self.release(&job, node, &Outcome::NoShow(who));
        self.escrow[job.denom].jobs -= job.held;
        self.credit(Creditor::Account(job.requester), job.denom, job.held);
        self.job_mut(id).status = Status::Failed;
        self.passage("Assigned", "Failed", "Expire");
        Ok(())
    }

    pub(super) fn dispute(
        &mut self,
        who: &str,
        id: u64,
        denom: Denom,
        bond: u128,
    ) -> Result<(), Refused> {
        let job = self.known(id)?;
        Self::coins_or_tokens(denom, bond)?;
        must(job.status == Status::Submitted, "not submitted")?;
        must(job.requester == who, "only the requester")?;
        must(self.now <= job.deadline, "too late")?;
        let terms = &self.terms[job.terms];
        let due = (job.price * terms.dispute_bond).div_ceil(WHOLE);
        must(denom == job.denom && bond == due, "the bond")?;
        let deadline = self.now + terms.dispute;
        self.take_from(who, denom, bond)?;
        self.escrow[denom].jobs += bond;
        let arbiter = self.arbiter.clone();
        let job = self.job_mut(id);
        job.arbiter = arbiter;
        job.dispute_bond = bond;
        job.status = Status::Disputed;
        job.deadline = deadline;
        self.passage("Submitted", "Disputed", "Dispute");
        Ok(())
    }

    pub(super) fn rule(&mut self, who: &str, id: u64, bps: u128) -> Result<(), Refused> {
        let job = self.known(id)?;
        must(job.status == Status::Disputed, "not disputed")?;
        must(job.arbiter == who, "only the arbiter of that day")?;
        must(self.now <= job.deadline, "too late")?;
        must(bps <= WHOLE, "more than the whole")?;
        let (_, provider) = job.node.ok_or("no node")?;
        let owner = &self.provider(provider).ok_or("no provider")?.owner;
        let party = job.requester == who || owner == who;
        must(!party, "the arbiter is a party")?;
        let won = bps > WHOLE / 2;
        let bond = job.dispute_bond;
        let ending = Ending {
            status: Status::Resolved,
            provider: part(job.price, bps),
            bond_back: if won { 0 } else { bond },
            bond_lost: if won { bond } else { 0 },
            faulted: bps == 0,
            pay: false,
            by: if bps == 0 {
                "a Rule of nothing"
            } else {
                "Rule"
            },
        };
        self.end(id, ending)
    }

    /// Nobody has the job: all goes back, less a fee for each declining.
    fn give_up(&mut self, id: u64, status: Status, by: &str) {
        let job = self.job(id).clone();
        let rate = self.terms[job.terms].decline * job.declined.len() as u128;
        let fee = part(job.held, rate).min(job.held);
        let money = &mut self.escrow[job.denom];
        money.jobs -= job.held;
        money.insurance += fee;
        self.credit(Creditor::Account(job.requester), job.denom, job.held - fee);
        self.job_mut(id).status = status;
        self.passage(&format!("{:?}", job.status), &format!("{status:?}"), by);
    }

    /// A node has the job: the price is divided, the take is split, the node is free.
    fn end(&mut self, id: u64, ending: Ending) -> Result<(), Refused> {
        let job = self.job(id).clone();
        let (node, provider) = job.node.ok_or("no node")?;
        let terms = self.terms[job.terms].clone();
        let taken = part(ending.provider, terms.take);
        let burn = if job.denom == 1 {
            part(taken, terms.burn)
        } else {
            0
        };
        if burn > 0 {
            self.note_burn(provider, burn, job.terms, ending.by == "Accept");
        }
        let insurance = part(taken, terms.insurance);
        let money = &mut self.escrow[job.denom];
        money.jobs -= job.held + ending.bond_back + ending.bond_lost;
        money.burn += burn;
        money.insurance += insurance + ending.bond_lost;
        money.treasury += taken - burn - insurance;
        let back = job.held - ending.provider + ending.bond_back;
        self.credit(Creditor::Account(job.requester.clone()), job.denom, back);
        let earned = ending.provider - taken;
        self.credit(Creditor::Provider(provider), job.denom, earned);
        if ending.pay {
            self.withdraw_provider(provider, job.denom)?;
        }
        let outcome = match ending.status {
            Status::Settled => Outcome::Settled,
            _ if ending.faulted => Outcome::Faulted,
            _ => Outcome::Closed,
        };
        self.release(&job, node, &outcome);
        self.job_mut(id).status = ending.status;
        let (from, to) = (format!("{:?}", job.status), format!("{:?}", ending.status));
        self.passage(&from, &to, ending.by);
        Ok(())
    }

    /// A node gets back what the job held; who missed a deadline pays.
    fn release(&mut self, job: &Job, id: u32, outcome: &Outcome) {
        let denom = job.denom;
        let mut node = self.nodes[&id].clone();
        if !job.vacated {
            for kind in 0..5 {
                node.reserved[kind] -= job.order.need[kind];
            }
        }
        node.locked -= job.collateral;
        node.running -= 1;
        let reporter = match outcome {
            Outcome::Settled => {
                node.settled += 1;
                // Strikes stay until work worth as much as was missed is paid.
                node.missed -= job.price.min(node.missed);
                if node.missed == 0 {
                    node.strikes = 0;
                }
                None
            }
            // What was not done does not count.
            Outcome::Closed => {
                node.virtual_time -= job.work;
                None
            }
            Outcome::Faulted => Some(None),
            Outcome::NoShow(reporter) => Some(Some(*reporter)),
        };
        if let Some(reporter) = reporter {
            let doubled = job.no_show << node.strikes.min(64);
            let penalty = part(job.worth, doubled.min(WHOLE / 2)).min(job.collateral);
            let tip = reporter.map_or(0, |_| part(penalty, job.tip));
            node.strikes += 1;
            node.missed += job.worth;
            node.bond -= penalty;
            self.out_of_bond(reporter.unwrap_or("nobody"), denom, tip, penalty - tip);
        }
        self.touch(id, node);
    }
}

impl Ending {
    fn all(job: &Job, pay: bool, by: &'static str) -> Self {
        Self {
            status: Status::Settled,
            provider: job.price,
            bond_back: 0,
            bond_lost: 0,
            faulted: false,
            pay,
            by,
        }
    }
}
