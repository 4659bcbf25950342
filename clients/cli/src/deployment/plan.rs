//! What a deployment will do and what that costs, before a coin is spent.

use cosmwasm_std::{Checksum, Uint128};
use serde::Serialize;
use serde_json::Value;
use surge_chain::{instantiate2, store_code};

use super::{apply::Deployment, label, Addresses, Artifact, AHEAD_SECS};
use crate::{
    failure::{Failure, Outcome},
    money::Coinage,
};

/// What each message cost on a node of wasmd 0.61, as the tests keep it.
const MEASURED: &str = include_str!("../../../../gas/table.json");

/// Everything that a deployment does.
#[derive(Serialize)]
pub struct Plan {
    /// What the deployment is called.
    pub deployment: String,
    /// Who signs and pays.
    pub deployer: String,
    /// Where the contracts will be.
    pub addresses: Addresses,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    /// Gas of what is not done yet.
    pub gas: u64,
    /// Fees of what is not done yet, in base units.
    pub fee: Uint128,
    /// What the deployer holds, in base units.
    pub balance: Uint128,
}

/// One transaction of a deployment.
#[derive(Serialize)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// Which contract.
    pub contract: &'static str,
    /// SHA-256 of its code.
    pub checksum: String,
    /// Bytes of its code.
    pub bytes: usize,
    /// Id of its code, when the chain has it.
    pub code_id: Option<u64>,
    /// Where it will be.
    pub address: String,
    /// Its first message.
    pub message: Option<Value>,
    /// Whether it is done already.
    pub done: bool,
    /// What it takes; nothing when it is done.
    pub cost: Option<Cost>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Uploads code.
    Store,
    /// Makes a contract.
    Instantiate,
}

impl Action {
    /// How people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Instantiate => "instantiate",
        }
    }
}

/// What a transaction takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// Gas that it uses.
    pub gas: u64,
    /// Gas that it is allowed, which is what is paid for.
    pub gas_limit: u64,
    /// What that costs, in base units.
    pub fee: Uint128,
    /// How that is known.
    pub known: Known,
}

/// How a cost is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// This node simulated this very transaction.
    Simulated,
    /// As measured on wasmd 0.61 (gas/table.json), more for longer messages: what is not
    /// stored yet cannot be simulated.
    Estimated,
}

impl Step {
    /// Its name in the state file and on screens.
    pub fn name(&self) -> String {
        format!("{} {}", self.action.name(), self.contract)
    }
}

impl Plan {
    /// Fails when the deployer cannot pay for all that is to be done.
    pub fn ensure_affordable(&self, fees: &Coinage) -> Outcome<()> {
        ensure_affordable("deployment", &self.deployer, self.fee, self.balance, fees)
    }
}

/// Fails when a key holds less than the fees of all that it is to sign.
pub(super) fn ensure_affordable(
    what: &str,
    payer: &str,
    fee: Uint128,
    balance: Uint128,
    fees: &Coinage,
) -> Outcome<()> {
    let (fee, balance) = (fee.u128(), balance.u128());
    if balance >= fee {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the {what} costs {} of fees, {payer} holds {}",
        fees.of(fee),
        fees.of(balance)
    ))
    .next(format!(
        "send it {} more; nothing was spent",
        fees.of(fee - balance)
    )))
}

impl Deployment<'_> {
    /// What is to be done.
    pub fn plan(&self) -> Outcome<Plan> {
        let chain = self.session.chain()?;
        let deployer = self.session.account()?;
        let start_secs = chain.now_secs()? + AHEAD_SECS;
        let mut steps = vec![];
        for artifact in &self.artifacts {
            let code_id = self.stored(artifact)?;
            let cost = match code_id {
                Some(_) => None,
                None => Some(self.cost_of_code(artifact)?),
            };
            steps.push(Step {
                action: Action::Store,
                contract: artifact.contract,
                checksum: artifact.checksum.to_hex(),
                bytes: artifact.wasm.len(),
                code_id,
                address: self.addresses.get(artifact.contract).to_owned(),
                message: None,
                done: code_id.is_some(),
                cost,
            });
        }
        for (index, artifact) in self.artifacts.iter().enumerate() {
            let contract = artifact.contract;
            let address = self.addresses.get(contract).to_owned();
            let message = self.message(contract, start_secs)?;
            let done = chain.contract(&address)?.is_some();
            let code_id = steps[index].code_id;
            let cost = match done {
                true => None,
                false => Some(self.cost_of_birth(contract, code_id, &message)?),
            };
            steps.push(Step {
                action: Action::Instantiate,
                contract,
                checksum: artifact.checksum.to_hex(),
                bytes: artifact.wasm.len(),
                code_id,
                address,
                message: Some(message),
                done,
                cost,
            });
        }
        let costs = || steps.iter().filter_map(|step| step.cost);
        Ok(Plan {
            deployment: self.name.clone(),
            deployer: deployer.address().to_owned(),
            addresses: self.addresses.clone(),
            gas: costs().map(|cost| cost.gas).sum(),
            fee: costs().map(|cost| cost.fee).sum(),
            balance: chain
                .balance(deployer.address(), &self.session.network().fee.denom)?
                .into(),
            steps,
        })
    }

    /// What storing code takes.
    pub(super) fn cost_of_code(&self, artifact: &Artifact) -> Outcome<Cost> {
        let account = self.session.account()?;
        let message = store_code(account.address(), &artifact.wasm)?;
        let simulated = self.session.chain()?.simulate(&account, &[message])?;
        self.cost(simulated.gas_used, Known::Simulated)
    }

    /// What making a contract takes: simulated, where its code and those whom it asks at its
    /// birth are there.
    fn cost_of_birth(
        &self,
        contract: &'static str,
        code_id: Option<u64>,
        message: &Value,
    ) -> Outcome<Cost> {
        if let Some(code_id) = code_id {
            let account = self.session.account()?;
            let message = instantiate2(
                account.address(),
                code_id,
                &label(contract),
                &self.addresses.dao,
                &self.salt(),
                message,
            )?;
            // The rewards ask the token and the registry, which may not be there yet.
            if let Ok(simulated) = self.session.chain()?.simulate(&account, &[message]) {
                return self.cost(simulated.gas_used, Known::Simulated);
            }
        }
        self.cost(estimate(contract, message)?, Known::Estimated)
    }

    pub(super) fn cost(&self, gas: u64, known: Known) -> Outcome<Cost> {
        let fee = &self.session.network().fee;
        let gas_limit = fee.limit_of(gas)?;
        Ok(Cost {
            gas,
            gas_limit,
            fee: fee.within(gas_limit)?.into(),
            known,
        })
    }
}

/// A row of the measured table: gas and bytes.
#[derive(serde::Deserialize)]
pub struct Measured {
    /// Gas.
    pub gas: u64,
    /// Bytes of the transaction.
    pub bytes: usize,
}

/// The first row of the measured table (gas/table.json) whose name begins so.
pub fn measured(what: &str) -> Outcome<Measured> {
    let table: serde_json::Map<String, Value> = serde_json::from_str(MEASURED)?;
    let row = table.into_iter().find(|(name, _)| name.starts_with(what));
    let (_, row) =
        row.ok_or_else(|| Failure::new(format!("gas/table.json has no row {what:?}")))?;
    Ok(serde_json::from_value(row)?)
}

/// Gas of a byte that a contract writes (docs/architecture.md, "What costs gas").
const WRITTEN: u64 = 30;

/// Gas of a founder's records: 97 more of them took 3.6 million on wasmd 0.61
/// (tests/chain/tests/refused/lists.rs).
const FOUNDER: u64 = 37_000;

/// Gas that making a contract takes: by the measured table, more for a longer message; the DAO
/// has records of each founder, and the registry writes its list of regions anew for each of
/// them, half of it on average.
fn estimate(contract: &str, message: &Value) -> Outcome<u64> {
    let row = measured(&format!("{contract} instantiate"))?;
    let length = |part: &Value| -> Outcome<u64> { Ok(serde_json::to_vec(part)?.len() as u64) };
    let regions = match &message["regions"] {
        Value::Array(regions) => (regions.len() as u64, length(&message["regions"])?),
        _ => (0, 0),
    };
    let founders = &message["electorate"]["one_per_member"]["members"];
    let founders = founders.as_array().map_or(0, Vec::len) as u64;
    let measured = row.bytes.max(1) as u64;
    let others = length(message)?.saturating_sub(regions.1).max(measured);
    let rewritten = regions.0.saturating_mul(regions.1) / 2;
    Ok(row.gas.saturating_mul(others) / measured
        + rewritten.saturating_mul(WRITTEN)
        + founders.saturating_mul(FOUNDER))
}

/// Whether the code that the chain has under this id is this code.
pub fn is_code(found: Option<surge_chain::Code>, checksum: &Checksum) -> bool {
    found.is_some_and(|code| code.checksum == *checksum)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::deployment::CONTRACTS;

    /// Coins of 18 decimal places do not fit into 64 bits, and JSON's numbers hold no more.
    #[test]
    fn what_costs_more_than_64_bits_hold_is_told_all_the_same() {
        let fee = Uint128::new(36_000_000_000_000_000_000);
        let cost = Cost {
            gas: 17_300_000,
            gas_limit: 24_220_000,
            fee,
            known: Known::Simulated,
        };
        let told = serde_json::to_value(cost).expect("JSON");
        assert_eq!(told["fee"], fee.to_string());
    }

    #[test]
    fn the_measured_table_has_the_birth_of_every_contract() {
        for contract in CONTRACTS {
            let usual = estimate(contract, &Value::Null).expect("a row of the table");
            assert!((100_000..3_000_000).contains(&usual), "{contract}: {usual}");
            let long = json!({ "text": "x".repeat(100_000) });
            let long = estimate(contract, &long).expect("a row of the table");
            assert!(long > usual * 10, "{contract}: {long}, {usual}");
        }
    }

    /// The largest registry that there can be took 25 million gas on wasmd 0.61
    /// (tests/chain/tests/refused/lists.rs makes one).
    #[test]
    fn the_largest_registry_is_not_taken_for_dearer_than_the_highest_fee_allows() {
        let region = |id: usize| {
            json!({
                "name": format!("{id:0>32}"), "jurisdiction": "US", "clean_ppm": 500_000,
                "rtt_ms": vec![65_535; id + 1],
            })
        };
        let message = json!({ "regions": (0..64).map(region).collect::<Vec<_>>() });
        let gas = estimate("registry", &message).expect("a row of the table");
        assert!((10_000_000..35_000_000).contains(&gas), "{gas}");
    }
}
