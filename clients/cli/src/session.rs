//! Who speaks to which network, and about which contracts.

use std::{cell::OnceCell, path::PathBuf, time::Duration};

use cw20::{BalanceResponse, Cw20QueryMsg};
use serde::{de::DeserializeOwned, Serialize};
use surge_chain::{Account, Chain, Key, Kind, Network};
use surge_interface::UncheckedDenom;

use crate::{
    deployment::{Addresses, State, CONTRACTS, DEFAULT},
    failure::{Failure, Outcome},
    keys,
    money::{Amount, Coinage},
    networks::{self, Named},
};

/// What holds for one call of the program.
pub struct Session {
    /// The network.
    pub named: Named,
    /// Name of the key that signs.
    pub from: Option<String>,
    /// Name of the suite's deployment, where a network has several.
    pub deployment: String,
    /// How transactions are sent.
    pub sending: Sending,
    /// Whether the output is for machines.
    pub json: bool,
    /// File for the transaction, instead of signing and sending it.
    pub unsigned: Option<PathBuf>,
    chain: OnceCell<Chain>,
}

/// How transactions are sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sending {
    /// Shows them only.
    pub dry_run: bool,
    /// Asks nobody.
    pub yes: bool,
    /// A gas limit instead of a simulated one.
    pub gas: Option<u64>,
    /// Longest wait for a block with the transaction, in seconds.
    pub wait: u64,
}

impl Session {
    /// A session on this network.
    pub fn new(network: &str, from: Option<String>, sending: Sending, json: bool) -> Outcome<Self> {
        Ok(Self {
            named: networks::find(network)?,
            from,
            deployment: DEFAULT.to_owned(),
            sending,
            json,
            unsigned: None,
            chain: OnceCell::new(),
        })
    }

    /// The same with another deployment of the suite.
    #[must_use]
    pub fn of(self, deployment: String) -> Self {
        Self { deployment, ..self }
    }

    /// The same, where the transaction goes to this file and is signed elsewhere.
    #[must_use]
    pub fn unsigned(self, unsigned: Option<PathBuf>) -> Self {
        Self { unsigned, ..self }
    }

    /// The same, where at most so much is paid for a transaction, such as `0.5 STAKE`,
    /// whatever the network's file says.
    pub fn paying(mut self, highest_fee: Option<&str>) -> Outcome<Self> {
        if let Some(text) = highest_fee {
            let fee = &mut self.named.network.fee;
            let highest = Amount::parse(text, &[Coinage::fees(fee)])?;
            fee.highest_fee = Some(highest.base.into());
        }
        Ok(self)
    }

    /// The same; on a local network this key signs when none is named.
    #[must_use]
    pub fn signed_by_default(mut self, name: &str) -> Self {
        if self.network().kind == Kind::Local {
            self.from.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.named.network
    }

    /// The chain; connects when it is asked for first.
    pub fn chain(&self) -> Outcome<&Chain> {
        if let Some(chain) = self.chain.get() {
            return Ok(chain);
        }
        let patience = Duration::from_secs(self.sending.wait);
        let chain = Chain::connect(self.network().clone())?.patient(patience);
        Ok(self.chain.get_or_init(|| chain))
    }

    /// Who signs. Somebody of whom only the address is known signs elsewhere, if at all.
    pub fn account(&self) -> Outcome<Account> {
        let (network, signer) = (self.network(), self.signer()?);
        let elsewhere = self.unsigned.is_some() || self.sending.dry_run;
        match keys::is_address(network, signer) {
            true if elsewhere => Ok(Account::without_key(signer)?),
            true => Err(
                Failure::new(format!("{signer} is an address, and its key is not here")).next(
                    "name a key with --from NAME; or add --unsigned FILE and sign it where the key is",
                ),
            ),
            false => Ok(keys::known(network, signer)?.account),
        }
    }

    /// The key that signs.
    pub fn key(&self) -> Outcome<Key> {
        if self.unsigned.is_some() {
            return Err(
                Failure::new("this signs several transactions, or later ones")
                    .next("leave --unsigned away"),
            );
        }
        keys::unlock(self.network(), self.signer()?)
    }

    /// An address: itself, a contract's of the suite by its name, or a key's.
    pub fn address(&self, name: &str) -> Outcome<String> {
        match CONTRACTS.contains(&name) {
            true => Ok(self.contracts()?.get(name).to_owned()),
            false => keys::address(self.network(), name),
        }
    }

    fn signer(&self) -> Outcome<&str> {
        self.from.as_deref().ok_or_else(|| {
            Failure::new("nobody is named who signs")
                .next("say it with --from NAME, or set SURGE_FROM; see: surge keys list")
        })
    }

    /// The suite's contracts on this network.
    pub fn contracts(&self) -> Outcome<Addresses> {
        let (chain_id, name) = (&self.network().chain_id, self.deployment.as_str());
        let known = State::load()?.addresses(chain_id, name);
        known.ok_or_else(|| {
            let deployment = match name {
                DEFAULT => "deployment".to_owned(),
                name => format!("deployment {name}"),
            };
            Failure::new(format!(
                "no {deployment} of the suite is known on {chain_id}"
            ))
            .next(
                "deploy it with: surge deploy apply; or name a state file of one with SURGE_STATE; or keep its addresses with: surge deploy verify --addresses … --keep",
            )
        })
    }

    /// What money is called here: SURGE, where the suite is deployed, and the fees' coin.
    pub fn coinages(&self) -> Outcome<Vec<Coinage>> {
        let token = self
            .contracts()
            .ok()
            .map(|contracts| Coinage::surge(&contracts.token));
        Ok(token
            .into_iter()
            .chain([Coinage::fees(&self.network().fee)])
            .collect())
    }

    /// What a denomination is called here: itself, when nobody has another word.
    pub fn coinage(&self, denom: &UncheckedDenom) -> Coinage {
        let known = self.coinages().unwrap_or_default();
        let known = known.into_iter().find(|coinage| coinage.denom == *denom);
        known.unwrap_or_else(|| Coinage {
            denom: denom.clone(),
            display: denom.to_string(),
            exponent: 0,
        })
    }

    /// What people call so.
    pub fn coinage_called(&self, word: &str) -> Outcome<Coinage> {
        Ok(Amount::parse(&format!("0 {word}"), &self.coinages()?)?.coinage)
    }

    /// What an address holds of a denomination, in base units.
    pub fn held(&self, address: &str, coinage: &Coinage) -> Outcome<u128> {
        match &coinage.denom {
            UncheckedDenom::Native(denom) => Ok(self.chain()?.balance(address, denom)?),
            UncheckedDenom::Cw20(token) => {
                let msg = Cw20QueryMsg::Balance {
                    address: address.to_owned(),
                };
                let answer: BalanceResponse = self.ask(token, &msg)?;
                Ok(answer.balance.u128())
            }
        }
    }

    /// Asks a contract.
    pub fn ask<T: DeserializeOwned>(&self, contract: &str, msg: &impl Serialize) -> Outcome<T> {
        Ok(self.chain()?.smart(contract, msg)?)
    }
}
