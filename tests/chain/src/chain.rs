use std::path::Path;

use cosmwasm_std::{coins, Checksum};
use serde::{de::DeserializeOwned, Serialize};
use surge_chain::{
    execute, instantiate2, migrate, pay, store_code, update_admin, Contract, Error, Included, Key,
    Limit, Network,
};

/// Gas that a transaction may use. The same for every transaction, because the limit is
/// part of the bytes that are paid for.
const GAS_LIMIT: u64 = 20_000_000;

/// A chain whose every transaction is measured: each with the same gas limit, none simulated.
pub struct Chain(surge_chain::Chain);

impl Chain {
    /// The chain of this network.
    pub fn connect(network: Network) -> Result<Self, Error> {
        surge_chain::Chain::connect(network).map(Self)
    }

    /// What is known of the network.
    pub fn network(&self) -> &Network {
        self.0.network()
    }

    /// Height of the newest block.
    pub fn height(&self) -> Result<u64, Error> {
        self.0.height()
    }

    /// Time of the newest block, in seconds since 1970.
    pub fn now_secs(&self) -> Result<u64, Error> {
        self.0.now_secs()
    }

    /// Waits until a block is newer than this time.
    pub fn wait_until(&self, secs: u64) -> Result<(), Error> {
        self.0.wait_until(secs)
    }

    /// What an address holds of the fee denomination.
    pub fn balance(&self, address: &str) -> Result<u128, Error> {
        self.0.balance(address, self.fee_denom())
    }

    /// Uploads code. Answers its id and checksum.
    pub fn store(&self, signer: &Key, wasm: &Path) -> Result<(u64, Checksum, Included), Error> {
        let code = std::fs::read(wasm).map_err(|source| Error::File {
            path: wasm.into(),
            source,
        })?;
        let checksum = Checksum::generate(&code);
        let included = self.send(signer, &[store_code(signer.address(), &code)?])?;
        let code_id = included.attribute("store_code", "code_id")?;
        Ok((code_id, checksum, included))
    }

    /// The address that [`Chain::instantiate`] will give: known before the contract exists.
    pub fn predict(
        &self,
        creator: &Key,
        checksum: &Checksum,
        salt: &[u8],
    ) -> Result<String, Error> {
        self.0.predict(creator.account(), checksum, salt)
    }

    /// Makes a contract at its predicted address. `admin` may migrate it.
    pub fn instantiate(
        &self,
        signer: &Key,
        code_id: u64,
        label: &str,
        admin: &str,
        salt: &[u8],
        msg: &impl Serialize,
    ) -> Result<(String, Included), Error> {
        let msg = instantiate2(signer.address(), code_id, label, admin, salt, msg)?;
        let included = self.send(signer, &[msg])?;
        let address = included.attribute("instantiate", "_contract_address")?;
        Ok((address, included))
    }

    /// Changes the code of a contract. Its admin may.
    pub fn migrate(
        &self,
        signer: &Key,
        contract: &str,
        code_id: u64,
        msg: &impl Serialize,
    ) -> Result<Included, Error> {
        self.send(
            signer,
            &[migrate(signer.address(), contract, code_id, msg)?],
        )
    }

    /// Names who may migrate a contract. Its admin may.
    pub fn set_admin(
        &self,
        signer: &Key,
        contract: &str,
        new_admin: &str,
    ) -> Result<Included, Error> {
        self.send(
            signer,
            &[update_admin(signer.address(), contract, new_admin)?],
        )
    }

    /// What the chain knows of a contract.
    pub fn contract_info(&self, contract: &str) -> Result<Contract, Error> {
        let found = self.0.contract(contract)?;
        found.ok_or_else(|| Error::Answer(format!("there is no contract {contract}")))
    }

    /// Sends one message to a contract with this much of the fee denomination.
    pub fn execute(
        &self,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
        funds: u128,
    ) -> Result<Included, Error> {
        let funds = coins(funds, self.fee_denom());
        self.send(signer, &[execute(signer.address(), contract, msg, &funds)?])
    }

    /// As [`Chain::execute`] with a gas limit of its own.
    pub fn execute_within(
        &self,
        gas_limit: u64,
        signer: &Key,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<Included, Error> {
        let msg = execute(signer.address(), contract, msg, &[])?;
        self.0.send(signer, &[msg], Limit::Gas(gas_limit))
    }

    /// Sends several messages to a contract in one transaction: all succeed or none.
    pub fn execute_all(
        &self,
        signer: &Key,
        contract: &str,
        msgs: &[impl Serialize],
    ) -> Result<Included, Error> {
        let msgs = msgs
            .iter()
            .map(|msg| execute(signer.address(), contract, msg, &[]));
        self.send(signer, &msgs.collect::<Result<Vec<_>, _>>()?)
    }

    /// As [`Chain::execute_all`], each message with so much of the fee denomination, and with
    /// a gas limit of its own.
    pub fn execute_all_within(
        &self,
        gas_limit: u64,
        signer: &Key,
        contract: &str,
        msgs: &[(impl Serialize, u128)],
    ) -> Result<Included, Error> {
        let msgs = msgs.iter().map(|(msg, funds)| {
            let funds = coins(*funds, self.fee_denom());
            execute(signer.address(), contract, msg, &funds)
        });
        let msgs = msgs.collect::<Result<Vec<_>, _>>()?;
        self.0.send(signer, &msgs, Limit::Gas(gas_limit))
    }

    /// Sends coins without a message.
    pub fn pay(&self, signer: &Key, to: &str, amount: u128) -> Result<Included, Error> {
        let funds = coins(amount, self.fee_denom());
        self.send(signer, &[pay(signer.address(), to, &funds)?])
    }

    /// Sends as many coins to each of these, in one transaction with this gas limit.
    pub fn pay_all_within(
        &self,
        gas_limit: u64,
        signer: &Key,
        to: &[&str],
        amount: u128,
    ) -> Result<Included, Error> {
        let funds = coins(amount, self.fee_denom());
        let msgs = to.iter().map(|to| pay(signer.address(), to, &funds));
        let msgs = msgs.collect::<Result<Vec<_>, _>>()?;
        self.0.send(signer, &msgs, Limit::Gas(gas_limit))
    }

    /// Sends a coin to oneself when this account never signed before: a first signature
    /// stores the public key, which is paid for once and belongs to no message.
    pub fn warm_up(&self, signer: &Key) -> Result<(), Error> {
        if self.0.sequence(signer.address())? == 0 {
            self.pay(signer, signer.address(), 1)?;
        }
        Ok(())
    }

    /// Asks a contract.
    pub fn smart<T: DeserializeOwned>(
        &self,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<T, Error> {
        self.0.smart(contract, msg)
    }

    /// Reads a contract's store without running it. Nothing is empty.
    pub fn raw(&self, contract: &str, key: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.raw(contract, key)
    }

    fn fee_denom(&self) -> &str {
        &self.network().fee.denom
    }

    fn send(&self, signer: &Key, messages: &[cosmrs::Any]) -> Result<Included, Error> {
        self.0.send(signer, messages, Limit::Gas(GAS_LIMIT))
    }
}
