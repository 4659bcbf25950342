//! A job as somebody orders it, in words.

use std::path::PathBuf;

use clap::Args;
use cosmwasm_std::Uint128;
use serde_json::json;
use surge_interface::{
    escrow::{Artifact, ExecuteMsg, JobSpec, Params, Pick, QueryMsg, ReceiveMsg, WhenFull},
    registry::{self, Data, Order, SimulationResponse},
    Weights, PPM,
};
use surge_node::{Job, Limits, Status};
use surge_store::Place;

use super::{explain::told, nobody, read};
use crate::{
    clock::moment,
    command::node::Capacity,
    failure::{Failure, Outcome},
    listed::{class_id, region_id},
    money::{Amount, Coinage},
    output::Report,
    session::Session,
    stores,
    transact::Act,
};

/// A job as somebody orders it.
#[derive(Args)]
pub struct Ordered {
    /// The WASI program. A node takes at most 8 MiB, where its provider did not allow more.
    #[arg(long)]
    program: PathBuf,
    /// An input; the first is its standard input, the others its input folder.
    #[arg(long)]
    input: Vec<PathBuf>,
    /// An argument of the program.
    #[arg(long = "arg", allow_hyphen_values = true)]
    args: Vec<String>,
    /// Region that holds a copy of the data, by name; may be repeated.
    #[arg(long)]
    near: Vec<String>,
    /// How large the data is, in MiB; as large as the inputs when left away.
    #[arg(long)]
    data_mib: Option<u64>,
    /// The most that it may cost, such as "2 SURGE".
    #[arg(long)]
    max_price: String,
    /// For how many seconds the machine is reserved; the result is due by then.
    #[arg(long, default_value_t = 600)]
    secs: u64,
    /// Class of machine, by name.
    #[arg(long, default_value = "cpu")]
    class: String,
    #[command(flatten)]
    need: Capacity,
    /// Only this node.
    #[arg(long)]
    node: Option<u32>,
    /// Only these regions, by name.
    #[arg(long)]
    region: Vec<String>,
    /// Only places under the law of these countries, such as DE.
    #[arg(long)]
    jurisdiction: Vec<String>,
    /// What counts for this job, in percent, 100 together, such as `price=60 time=40`: of
    /// time, load, price, reputation and green. The network's weights when left away.
    #[arg(long, num_args = 1.., value_name = "PART=PERCENT")]
    weights: Vec<String>,
    /// Wait when no node fits, instead of being refused.
    #[arg(long)]
    wait: bool,
    /// Where nodes can fetch the files by their hash: a folder or the address of an HTTP
    /// store; the user's own store when left away.
    #[arg(long, env = "SURGE_STORE")]
    pub store: Option<String>,
}

impl Ordered {
    /// The job, and its files, which are stored nowhere yet.
    fn spec(&self, session: &Session) -> Outcome<(JobSpec, Files)> {
        let mut files = Files::default();
        stores::ensure_shared(self.store.as_deref(), session.network())?;
        let place = stores::place(self.store.as_deref())?;
        let (program, _) = files.add(&place, &self.program)?;
        session.waiting("looking at the program", || self.ensure_program(&files))?;
        let mut size = 0;
        let mut inputs = vec![];
        for input in &self.input {
            let (artifact, bytes) = files.add(&place, input)?;
            size += bytes;
            inputs.push(artifact);
        }
        let ids = |names: &[String]| -> Outcome<Vec<u8>> {
            names.iter().map(|name| region_id(session, name)).collect()
        };
        let spec = JobSpec {
            class: class_id(session, &self.class)?,
            need: self.need.resources(),
            reserved_secs: self.secs,
            program,
            args: self.args.clone(),
            inputs,
            data: Data {
                replicas: ids(&self.near)?,
                size_mib: self.data_mib.unwrap_or(size.div_ceil(1 << 20)),
            },
            weights: weights(&self.weights)?,
            regions: ids(&self.region)?,
            jurisdictions: self.jurisdiction.clone(),
            pick: self.node.map_or(Pick::Auto, Pick::Pinned),
            when_full: match self.wait {
                true => WhenFull::Wait,
                false => WhenFull::Refuse,
            },
        };
        Ok((spec, files))
    }

    /// Fails when no node would start the program, before anything is stored or paid.
    fn ensure_program(&self, files: &Files) -> Outcome<()> {
        let program = files.0.first().map(|(bytes, _)| bytes.clone());
        let job = Job {
            program: program.unwrap_or_default(),
            ..Job::default()
        };
        // Without fuel it is compiled and fitted together, and not run. How large a program may
        // be is each provider's to say.
        let limits = Limits {
            program_bytes: u64::MAX,
            memory_bytes: u64::from(self.need.memory_mib) << 20,
            fuel: 0,
            ..Limits::default()
        };
        let name = self.program.display();
        match surge_node::run(job, &limits).map_err(Failure::new)?.status {
            Status::Refused { what } => Err(Failure::new(format!("no node runs {name}: {what}"))
                .next("name a WASI program: Rust builds one with --target wasm32-wasip1")),
            Status::OutOfMemory { .. } => Err(Failure::new(format!(
                "{name} needs more than {} MiB of memory from its start",
                self.need.memory_mib
            ))
            .next("reserve more with --memory-mib")),
            _ => Ok(()),
        }
    }

    fn deposit(&self, session: &Session) -> Outcome<Amount> {
        Amount::parse(&self.max_price, &session.coinages()?)
    }
}

/// Which node would get it. Stores and sends nothing.
pub fn simulate(order: &Ordered, session: &Session) -> Outcome<Report> {
    let ((spec, _), deposit) = (order.spec(session)?, order.deposit(session)?);
    let params: Params = session.ask(
        &session.contracts()?.escrow,
        &QueryMsg::Params { version: None },
    )?;
    let order = Order {
        requester: session.account()?.address().to_owned(),
        class: spec.class,
        denom: deposit.coinage.denom.clone(),
        need: spec.need,
        reserved_secs: spec.reserved_secs,
        max_price: Uint128::new(deposit.base),
        data: spec.data,
        weights: spec.weights,
        regions: spec.regions,
        jurisdictions: spec.jurisdictions,
        pinned: match spec.pick {
            Pick::Pinned(node) => Some(node),
            Pick::Auto => None,
        },
        collateral_bps: params.collateral_bps,
    };
    let msg = registry::QueryMsg::SimulateMatch {
        order: order.clone(),
    };
    let answer: SimulationResponse = session.ask(&session.contracts()?.registry, &msg)?;
    match &answer {
        SimulationResponse::Match(explanation) => Report::new(&answer, told(explanation)),
        SimulationResponse::Nobody { reason } => {
            let failure =
                session.waiting("asking why", || nobody::explained(session, &order, reason))?;
            Err(failure.with(&answer))
        }
    }
}

/// Orders it; answers its number too, once there is one.
pub fn submit(order: &Ordered, session: &Session) -> Outcome<(Option<u64>, Report)> {
    let escrow = session.contracts()?.escrow;
    let ((spec, files), deposit) = (order.spec(session)?, order.deposit(session)?);
    let inside = ReceiveMsg::SubmitJob {
        spec: Box::new(spec.clone()),
    };
    let act = Act::new(format!(
        "Orders a job of {} for {} seconds.",
        order.need.cores, order.secs
    ))
    .moving(format!(
        "{deposit} to the escrow; what the price leaves of it comes back"
    ))
    .pay(
        session,
        &escrow,
        &deposit,
        &ExecuteMsg::SubmitJob { spec },
        &inside,
    )?;
    let done = session.perform_after(&act, || {
        session.waiting("storing the files", || files.keep(order.store.as_deref()))
    })?;
    let job = done
        .attribute(&escrow, "job_submitted", "job")
        .and_then(|job| job.parse().ok());
    let node = done.attribute(&escrow, "job_assigned", "node");
    let price = done
        .attribute(&escrow, "job_assigned", "price")
        .and_then(|price| price.parse().ok());
    let price = price.map(|price| deposit.coinage.of(price));
    let waits_until = done
        .attribute(&escrow, "job_waiting", "deadline_secs")
        .and_then(|secs| secs.parse().ok());
    let text = match (job, &node, &price) {
        (Some(job), Some(node), Some(price)) => {
            format!("job {job} is at node {node} for {price}; next: surge job watch {job}")
        }
        (Some(job), ..) => {
            let until = match waits_until {
                Some(secs) => format!(" until {}", moment(secs)),
                None => String::new(),
            };
            format!(
                "job {job} has no node yet and waits{until}\nnext: surge job match {job} when there is a node for it; after that time surge job expire {job}"
            )
        }
        _ => String::new(),
    };
    let price = price.map(|price| price.base.to_string());
    let denom = &deposit.coinage.denom;
    let more = json!({ "job": job, "node": node, "price": price, "denom": denom });
    let report = done.report(&more, text)?;
    Ok((job, report))
}

/// Files of a job, with the names that their addresses carry.
#[derive(Default)]
struct Files(Vec<(Vec<u8>, Option<String>)>);

impl Files {
    /// One more; answers where it will lie, and its size.
    fn add(&mut self, place: &Place, path: &std::path::Path) -> Outcome<(Artifact, u64)> {
        let name = path.file_name().and_then(|name| name.to_str());
        let bytes = read(path)?;
        let planned = place.planned(&bytes, name)?;
        self.0.push((bytes, name.map(str::to_owned)));
        let artifact = Artifact {
            uri: planned.uri,
            sha256: planned.sha256,
        };
        Ok((artifact, planned.size))
    }

    /// Puts them where nodes can fetch them.
    fn keep(&self, store: Option<&str>) -> Outcome<()> {
        let stores = stores::open(store, &[], false)?;
        for (bytes, name) in &self.0 {
            stores.put(bytes, name.as_deref())?;
        }
        Ok(())
    }
}

/// Weights in percent as a job has them, in millionths.
fn weights(words: &[String]) -> Outcome<Option<Weights>> {
    if words.is_empty() {
        return Ok(None);
    }
    let mut weights = Weights::from_array([0; 5]);
    for word in words {
        let wrong = || {
            Failure::new(format!("{word:?} is no weight"))
                .next("write, for example: --weights price=60 time=40; parts are time, load, price, reputation and green")
        };
        let (part, percent) = word.split_once('=').ok_or_else(wrong)?;
        let share = Amount::parse(percent, &[Coinage::share()])?;
        let ppm = u32::try_from(share.base).map_err(|_| wrong())?;
        match part {
            "time" => weights.time = ppm,
            "load" => weights.load = ppm,
            "price" => weights.price = ppm,
            "reputation" => weights.reputation = ppm,
            "green" => weights.green = ppm,
            _ => return Err(wrong()),
        }
    }
    let total = Coinage::share().of(weights.total().into());
    match total.base == u128::from(PPM) {
        true => Ok(Some(weights)),
        false => Err(
            Failure::new(format!("the weights are {total} together, not 100 %"))
                .next("parts that are not named count nothing"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> Outcome<Option<Weights>> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        weights(&words)
    }

    #[test]
    fn weights_are_said_in_percent_and_make_a_hundred() {
        assert_eq!(said(&[]).expect("none"), None);
        let weights = said(&["price=60.5", "time=39.5"]).expect("weights");
        assert_eq!(
            weights.map(Weights::to_array),
            Some([395_000, 0, 605_000, 0, 0])
        );
        for (words, error) in [
            (&["price=60"][..], "60 % together, not 100 %"),
            (&["speed=100"], "is no weight"),
            (&["price"], "is no weight"),
            (&["price=lots"], "no denomination"),
        ] {
            let failure = said(words).expect_err(error);
            assert!(failure.what().contains(error), "{}", failure.what());
            assert!(failure.step().is_some());
        }
    }
}
