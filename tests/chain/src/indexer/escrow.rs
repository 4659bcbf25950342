//! Jobs, the money held for them, credits and purses.

use std::collections::BTreeMap;

use cosmwasm_std::Uint128;
use surge_interface::escrow::{
    Beneficiary, ConfigResponse, Contribution, InvariantResponse, JobResponse, Params, QueryMsg,
};
use surge_interface::{Denom, UncheckedDenom};

use super::check::Check;
use super::told::Told;
use crate::Error;

#[derive(Default)]
pub(super) struct Escrow {
    jobs: BTreeMap<u64, Job>,
    /// By kind, whose, and denomination.
    credits: BTreeMap<(String, String, String), u128>,
    /// By denomination and purse.
    purses: BTreeMap<(String, String), u128>,
    /// Burned, work, gate.
    contributions: BTreeMap<u32, [u128; 3]>,
    /// Version of the parameters after their last change.
    version: Option<u32>,
    /// What stands in it.
    params: Option<Params>,
}

#[derive(Clone, Default)]
struct Job {
    requester: String,
    denom: String,
    status: String,
    deposit: u128,
    held: u128,
    price: u128,
    node: Option<u32>,
    provider: Option<u32>,
    assigned_secs: u64,
    deadline_secs: u64,
    params_version: u32,
    declined: Vec<u32>,
    /// Hash and size.
    result: Option<(String, u64)>,
    bond: Option<u128>,
}

impl Escrow {
    pub fn take(&mut self, told: &Told) -> Result<(), Error> {
        match told.name {
            "job_submitted" => {
                let deposit = told.get("deposit")?;
                let job = Job {
                    requester: told.text("requester")?,
                    denom: told.text("denom")?,
                    status: "open".into(),
                    deposit,
                    held: deposit,
                    price: deposit,
                    params_version: told.get("params_version")?,
                    ..Job::default()
                };
                self.jobs.insert(told.get("job")?, job);
            }
            "job_assigned" => {
                let (node, provider) = (told.get("node")?, told.get("provider")?);
                let job = self.job(told)?;
                job.status = "assigned".into();
                (job.node, job.provider) = (Some(node), Some(provider));
                job.price = told.get("price")?;
                job.held = told.get("held")?;
                job.assigned_secs = told.now_secs;
                job.deadline_secs = told.get("deadline_secs")?;
            }
            "job_waiting" => {
                let job = self.job(told)?;
                job.status = "open".into();
                (job.node, job.provider) = (None, None);
                job.price = job.deposit;
                job.deadline_secs = told.get("deadline_secs")?;
            }
            "job_declined" => {
                let node = told.get("node")?;
                self.job(told)?.declined.push(node);
            }
            "result_submitted" => {
                let result = (told.text("sha256")?, told.get("size")?);
                let job = self.job(told)?;
                job.status = "submitted".into();
                job.result = Some(result);
                job.deadline_secs = told.get("deadline_secs")?;
            }
            "job_disputed" => {
                let job = self.job(told)?;
                job.status = "disputed".into();
                job.bond = Some(told.get("bond")?);
                job.deadline_secs = told.get("deadline_secs")?;
            }
            "job_closed" => self.close(told)?,
            "work_credited" => {
                let counted = [told.get("burned")?, told.get("work")?, told.get("gate")?];
                self.contributions.insert(told.get("provider")?, counted);
            }
            "withdrawn" => {
                let key = (told.text("kind")?, told.text("of")?, told.text("denom")?);
                *self.credits.entry(key).or_default() -= told.get::<u128>("amount")?;
            }
            "flushed" => {
                let key = (told.text("denom")?, told.text("purse")?);
                *self.purses.entry(key).or_default() -= told.get::<u128>("amount")?;
            }
            "synced" => {
                let key = (told.text("denom")?, "treasury".into());
                *self.purses.entry(key).or_default() += told.get::<u128>("amount")?;
            }
            "escrow_params_updated" => {
                self.version = Some(told.get("version")?);
                if told.text("what")? == "params" {
                    self.params = Some(serde_json::from_str(&told.text("value")?)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, told: &Told) -> Result<(), Error> {
        let denom = told.text("denom")?;
        let job = self.job(told)?;
        job.status = told.text("status")?;
        job.held = 0;
        let requester = job.requester.clone();
        for (kind, of, amount) in [
            ("provider", told.text("provider")?, "to_provider"),
            ("account", requester, "to_requester"),
        ] {
            let key = (kind.into(), of, denom.clone());
            *self.credits.entry(key).or_default() += told.get::<u128>(amount)?;
        }
        for purse in ["burn", "treasury", "insurance"] {
            let key = (denom.clone(), purse.into());
            *self.purses.entry(key).or_default() += told.get::<u128>(purse)?;
        }
        Ok(())
    }

    fn job(&mut self, told: &Told) -> Result<&mut Job, Error> {
        let id = told.get("job")?;
        let found = self.jobs.get_mut(&id);
        found.ok_or_else(|| Error::Answer(format!("nobody told of job {id}")))
    }

    pub fn check(&self, check: &mut Check) -> Result<(), Error> {
        let config: ConfigResponse = check.ask("escrow", &QueryMsg::Config {})?;
        check.same("jobs".into(), self.jobs.len() as u64, config.jobs);
        if let (Some(version), Some(params)) = (self.version, &self.params) {
            let answer: Params = check.ask("escrow", &QueryMsg::Params { version: None })?;
            let asked = (config.params_version, &answer);
            check.same("parameters of the escrow".into(), (version, params), asked);
        }
        for (&id, job) in &self.jobs {
            check_job(check, id, job)?;
        }
        for ((kind, of, denom), &credit) in &self.credits {
            // Nobody's, of a job that nobody had.
            if (kind.as_str(), of.as_str()) == ("provider", "none") {
                check.same("credit of nobody".into(), credit, 0);
                continue;
            }
            let msg = QueryMsg::Credit {
                beneficiary: match of.parse() {
                    Ok(provider) if kind == "provider" => Beneficiary::Provider(provider),
                    _ => Beneficiary::Account(of.clone()),
                },
                denom: match denom.strip_prefix("cw20/") {
                    Some(token) => UncheckedDenom::Cw20(token.into()),
                    None => UncheckedDenom::Native(denom.clone()),
                },
            };
            let answer: Uint128 = check.ask("escrow", &msg)?;
            check.same(format!("credit of {kind} {of}"), credit, answer.u128());
        }
        for (&provider, counted) in &self.contributions {
            let msg = QueryMsg::Contribution { provider };
            let answer: Contribution = check.ask("escrow", &msg)?;
            let asked = [answer.burned, answer.work, answer.gate].map(|amount| amount.u128());
            check.same(format!("contribution of {provider}"), *counted, asked);
        }
        let money: InvariantResponse = check.ask("escrow", &QueryMsg::Invariant {})?;
        for row in money.rows {
            let denom = row.denom.to_string();
            let jobs = self.jobs.values().filter(|job| job.denom == denom);
            let held = jobs.map(|job| match job.status.as_str() {
                "disputed" => job.held + job.bond.unwrap_or_default(),
                _ => job.held,
            });
            let credits = self.credits.iter().filter(|((.., of), _)| *of == denom);
            let purse = |name: &str| {
                let key = (denom.clone(), name.to_owned());
                self.purses.get(&key).copied().unwrap_or_default()
            };
            let told = [
                held.sum(),
                credits.map(|(_, credit)| credit).sum(),
                purse("burn"),
                purse("treasury"),
                purse("insurance"),
            ];
            let asked = [row.jobs, row.credits, row.burn, row.treasury, row.insurance];
            let asked = asked.map(|amount| amount.u128());
            check.same(format!("money of the escrow in {denom}"), told, asked);
        }
        Ok(())
    }
}

fn check_job(check: &mut Check, id: u64, told: &Job) -> Result<(), Error> {
    let answer: JobResponse = check.ask("escrow", &QueryMsg::Job { job: id })?;
    let summary = answer.summary;
    let over = summary.status.is_final();
    let status = serde_json::to_value(summary.status)?;
    let denom: Denom = summary.denom;
    check.same(
        format!("job {id}"),
        (
            told.requester.as_str(),
            told.denom.as_str(),
            Some(told.status.as_str()),
            told.params_version,
        ),
        (
            summary.requester.as_str(),
            denom.to_string().as_str(),
            status.as_str(),
            summary.params_version,
        ),
    );
    check.same(
        format!("money and node of job {id}"),
        (told.held, told.price, told.node, told.provider),
        (
            summary.held.u128(),
            summary.price.u128(),
            summary.node,
            summary.provider,
        ),
    );
    // Of no meaning once the job is over.
    let clock = |deadline_secs: u64| (!over).then_some(deadline_secs);
    check.same(
        format!("clock of job {id}"),
        (clock(told.deadline_secs), told.assigned_secs),
        (clock(summary.deadline_secs), summary.assigned_secs),
    );
    let what = format!("who declined job {id}");
    check.same(what, told.declined.clone(), summary.declined);
    let result = answer.result.map(|result| (result.sha256, result.size));
    check.same(format!("result of job {id}"), told.result.clone(), result);
    let bond = answer.dispute.map(|dispute| dispute.bond.u128());
    check.same(format!("dispute of job {id}"), told.bond, bond);
    Ok(())
}
