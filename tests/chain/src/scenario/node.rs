use std::{collections::BTreeMap, path::Path};

use cosmwasm_std::{coins, Checksum};
use serde_json::Value;
use surge_chain::{
    execute, instantiate2, new_words, pay, store_code, Chain, Executed, Key, Limit, Network,
};

use super::ledger::{code_of, Event, Landed, Ledger, Moment, NATIVE, POCKET};
use crate::{artifact, Error};

/// Gas that a message may use.
const GAS: u64 = 4_000_000;
/// Gas that an upload may use.
const UPLOAD_GAS: u64 = 20_000_000;

/// A real node, with accounts that nobody used before.
pub struct Node {
    chain: Chain,
    keys: BTreeMap<String, Key>,
    codes: BTreeMap<&'static str, (u64, Checksum)>,
    salt: Vec<u8>,
    /// Of what happened last.
    height: Option<u64>,
}

impl Node {
    /// The node of a local network, whose key `faucet` fills the pockets.
    pub fn connect(network: Network) -> Result<Self, Error> {
        let chain = Chain::connect(network)?;
        Ok(Self {
            // Another height, other addresses: the scenario may be played again.
            salt: chain.height()?.to_be_bytes().into(),
            chain,
            keys: BTreeMap::new(),
            codes: BTreeMap::new(),
            height: None,
        })
    }

    /// The chain behind it.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    fn key(&self, role: &str) -> Result<&Key, Error> {
        let key = self.keys.get(role);
        key.ok_or_else(|| Error::NoKey(role.into()))
    }

    fn code(&self, contract: &str) -> Result<&(u64, Checksum), Error> {
        let code = self.codes.get(code_of(contract));
        code.ok_or_else(|| Error::Answer(format!("no code of {contract} was stored")))
    }

    fn salt(&self, contract: &str) -> Vec<u8> {
        [&self.salt, contract.as_bytes()].concat()
    }

    /// Uploads cost more than a pocket holds, and whose they are matters to nobody.
    fn upload(&self, path: &Path) -> Result<(u64, Checksum), Error> {
        let wasm = std::fs::read(path).map_err(|source| Error::File {
            path: path.into(),
            source,
        })?;
        let uploader = self.chain.network().key("faucet")?;
        let upload = store_code(uploader.address(), &wasm)?;
        let stored = self
            .chain
            .send(&uploader, &[upload], Limit::Gas(UPLOAD_GAS))?;
        let code_id = stored.attribute("store_code", "code_id")?;
        Ok((code_id, Checksum::generate(&wasm)))
    }

    /// The chain as of the end of the block of what happened last.
    fn then(&self) -> Result<Chain, Error> {
        let height = self.height.map_or_else(|| self.chain.height(), Ok)?;
        Ok(self.chain.at(height))
    }

    fn send(&mut self, role: &str, message: cosmrs::Any) -> Result<Landed, Error> {
        let mut hash = String::new();
        let note = |signed: &surge_chain::Signed| {
            hash.clone_from(&signed.pending.hash);
            Ok(())
        };
        let key = self.key(role)?;
        match self
            .chain
            .send_noted(key, &[message], Limit::Gas(GAS), note)
        {
            Ok(_) | Err(Error::Failed { .. }) => {}
            Err(error) => return Err(error),
        }
        let landed = self.chain.executed(&hash)?;
        let (height, executed) =
            landed.ok_or_else(|| Error::Answer(format!("{hash} is gone again")))?;
        self.height = Some(height);
        let fee = self.chain.network().fee.of(GAS)?;
        said_fee(&executed, fee)?;
        let refusal = (executed.code != 0).then(|| why(&executed.log).to_owned());
        Ok(Landed {
            at: Moment {
                height,
                nanos: self.chain.block_nanos(height)?,
            },
            fee,
            refusal,
            events: executed.events.into_iter().map(of_fee).collect(),
        })
    }
}

/// Tells events of the fee and the signature from those of the message, which are numbered.
fn of_fee(event: Event) -> Event {
    if event.get("msg_index").is_some() {
        return event;
    }
    Event {
        kind: format!("fee's {}", event.kind),
        ..event
    }
}

impl Ledger for Node {
    fn accounts(&mut self, roles: &[&'static str]) -> Result<Vec<String>, Error> {
        let faucet = self.chain.network().key("faucet")?;
        let (mut addresses, mut gifts) = (vec![], vec![]);
        for role in roles {
            let key = Key::from_mnemonic(&self.chain.network().prefix, role, &new_words()?)?;
            gifts.push(pay(
                faucet.address(),
                key.address(),
                &coins(POCKET, NATIVE),
            )?);
            addresses.push(key.address().to_owned());
            self.keys.insert((*role).to_owned(), key);
        }
        self.chain.send(&faucet, &gifts, Limit::Gas(GAS))?;
        Ok(addresses)
    }

    fn store(&mut self, _: &str, contract: &'static str) -> Result<String, Error> {
        let code = code_of(contract);
        if !self.codes.contains_key(code) {
            let stored = self.upload(&artifact(&format!("surge_{code}")))?;
            self.codes.insert(code, stored);
        }
        let (deployer, (_, checksum)) = (self.key("deployer")?, self.code(contract)?);
        self.chain
            .predict(deployer.account(), checksum, &self.salt(contract))
    }

    fn instantiate(
        &mut self,
        deployer: &str,
        contract: &str,
        admin: &str,
        msg: &Value,
    ) -> Result<Landed, Error> {
        let (signer, code_id) = (self.key(deployer)?.address(), self.code(contract)?.0);
        let salt = self.salt(contract);
        let message = instantiate2(signer, code_id, contract, admin, &salt, msg)?;
        Ok(self.send(deployer, message)?.naming(code_id, contract))
    }

    fn execute(
        &mut self,
        role: &str,
        contract: &str,
        msg: &Value,
        funds: u128,
    ) -> Result<Landed, Error> {
        let signer = self.key(role)?.address();
        let message = execute(signer, contract, msg, &coins(funds, NATIVE))?;
        self.send(role, message)
    }

    fn ask(&self, contract: &str, msg: &Value) -> Result<Result<Value, String>, Error> {
        match self.then()?.smart(contract, msg) {
            Err(Error::Query { log, .. }) => Ok(Err(why(&log).to_owned())),
            answer => answer.map(Ok),
        }
    }

    fn native(&self, address: &str) -> Result<u128, Error> {
        self.then()?.balance(address, NATIVE)
    }

    fn wait_until(&mut self, secs: u64) -> Result<(), Error> {
        self.chain.wait_until(secs)
    }
}

/// The contract's own words in a log. Around them stand which message of the transaction it
/// was, how deep in the calls, and that it failed.
fn why(log: &str) -> &str {
    let mut why = log;
    for before in [
        "failed to execute message; message index: 0: ",
        "dispatch: submessages: ",
        "reply: ",
    ] {
        while let Some(inner) = why.strip_prefix(before) {
            why = inner;
        }
    }
    let after = [
        ": execute wasm contract failed",
        ": query wasm contract failed",
    ];
    let end = after.iter().filter_map(|after| why.find(after)).min();
    end.and_then(|end| why.get(..end)).unwrap_or(why)
}

/// Fails unless the chain took exactly this fee.
fn said_fee(executed: &Executed, fee: u128) -> Result<(), Error> {
    let said = executed.events.iter().filter(|event| event.kind == "tx");
    let said = said.filter_map(|event| event.get("fee")).next();
    let wanted = format!("{fee}{NATIVE}");
    if said == Some(&wanted) {
        return Ok(());
    }
    Err(Error::Answer(format!(
        "the chain took {said:?} as a fee, not {wanted}"
    )))
}
