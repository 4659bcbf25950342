use std::{fmt, path::Path};

use cosmwasm_std::{Decimal, Uint128};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Key};

/// A network: what a client has to know of a chain before it asks it anything.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Chain id; part of what is signed.
    pub chain_id: String,
    /// What the chain is for.
    pub kind: Kind,
    /// First part of every address.
    pub prefix: String,
    /// Nodes' CometBFT JSON-RPC; the first that answers is used.
    pub rpc: Vec<String>,
    /// What gas costs.
    pub fee: Fee,
    /// Most bytes of a contract's code, where the chain takes more or less than wasmd does by
    /// itself (819,200). No query tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_bytes: Option<u64>,
    /// Where people look at transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explorer: Option<Explorer>,
    /// Funded keys of a local chain, which guard nothing of worth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<NamedMnemonic>,
}

/// What a chain is for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One machine: times in seconds, keys in files.
    Local,
    /// Coins without worth.
    Test,
    /// Money.
    Main,
}

/// What gas costs on a network, and how people call the coin.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// Denomination on the chain.
    pub denom: String,
    /// What people call it.
    pub display: String,
    /// Base units of one coin, as a power of ten.
    pub exponent: u8,
    /// Base units for one unit of gas, as a decimal fraction.
    pub gas_price: String,
    /// Gas limit over simulated gas, in percent; at least [`FEE_GAS`] is added.
    #[serde(default = "usual_margin")]
    pub gas_margin_percent: u64,
    /// Most that is paid for one transaction, in base units: a node decides by its simulation
    /// what a transaction costs, and might say anything. The fee of [`USUAL_MOST_GAS`] when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_fee: Option<Uint128>,
}

/// Gas whose fee is the highest where the network's file names none: what a block of public
/// chains usually has, and more than the dearest step of a deployment is allowed (35,400,000,
/// a registry with 64 regions).
pub const USUAL_MOST_GAS: u64 = 50_000_000;

/// Gas for taking the fee, which a simulation has not: 20,000 on wasmd 0.61.
pub const FEE_GAS: u64 = 25_000;

/// Where people look at a chain.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Explorer {
    /// Address of a transaction's page; `${txHash}` stands for its hash.
    pub tx: String,
}

/// A key of a local chain.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub struct NamedMnemonic {
    /// What it is called.
    pub name: String,
    /// Its words.
    pub mnemonic: String,
}

impl fmt::Debug for NamedMnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

const fn usual_margin() -> u64 {
    140
}

impl Network {
    /// The network that a file describes.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.into(),
            source,
        })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// The network that a text describes; `name` stands in errors.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Network {
            name: name.into(),
            reason,
        };
        let network: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if network.rpc.is_empty() {
            return Err(wrong("it names no rpc".into()));
        }
        network.fee.price().map_err(wrong)?;
        Ok(network)
    }

    /// A network out of an entry of the Cosmos chain registry (`chain.json`), and how its
    /// coins are shown out of the file beside it (`assetlist.json`).
    pub fn from_registry(chain: &Value, assets: Option<&Value>) -> Result<Self, Error> {
        let name = chain["chain_name"].as_str().unwrap_or("chain.json");
        let wrong = |reason: &str| Error::Network {
            name: name.into(),
            reason: reason.into(),
        };
        let text = |field: &Value| field.as_str().map(str::to_owned);
        // Coin type 60 is Ethereum's: addresses are made another way there.
        let algorithms = chain["key_algos"].as_array();
        let foreign = algorithms.is_some_and(|known| !known.contains(&"secp256k1".into()));
        if foreign || chain["slip44"] == 60 {
            return Err(wrong(
                "its accounts have Ethereum's keys, which this program does not sign with",
            ));
        }
        let fee = &chain["fees"]["fee_tokens"][0];
        let denom = text(&fee["denom"]).ok_or_else(|| wrong("it has no fees.fee_tokens"))?;
        let price = ["average_gas_price", "low_gas_price", "fixed_min_gas_price"];
        let price = price.iter().find_map(|field| match &fee[*field] {
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let kind = match chain["network_type"].as_str() {
            Some("mainnet") => Kind::Main,
            Some("testnet") => Kind::Test,
            _ => Kind::Local,
        };
        let rpc = chain["apis"]["rpc"].as_array().into_iter().flatten();
        let explorers = chain["explorers"].as_array().into_iter().flatten();
        // Without that file: most base units have the coin's name behind the letter of their
        // size.
        let sizes = [("u", 6), ("a", 18)];
        let guessed = || {
            let (display, exponent) = sizes
                .iter()
                .find_map(|(letter, exponent)| Some((denom.strip_prefix(letter)?, *exponent)))
                .unwrap_or((&denom, 0));
            (display.to_uppercase(), exponent)
        };
        let (display, exponent) = match assets {
            Some(assets) => shown(assets, &denom)
                .ok_or_else(|| wrong("the list of assets does not show its fee token"))?,
            None => guessed(),
        };
        let network = Self {
            chain_id: text(&chain["chain_id"]).ok_or_else(|| wrong("it has no chain_id"))?,
            kind,
            prefix: text(&chain["bech32_prefix"])
                .ok_or_else(|| wrong("it has no bech32_prefix"))?,
            rpc: rpc.filter_map(|rpc| text(&rpc["address"])).collect(),
            fee: Fee {
                exponent,
                display,
                denom: denom.clone(),
                gas_price: price.ok_or_else(|| wrong("its fee token has no gas price"))?,
                gas_margin_percent: usual_margin(),
                highest_fee: None,
            },
            code_bytes: None,
            explorer: explorers
                .filter_map(|explorer| text(&explorer["tx_page"]))
                .next()
                .map(|tx| Explorer { tx }),
            keys: vec![],
        };
        if network.rpc.is_empty() {
            return Err(wrong("it has no apis.rpc"));
        }
        network.fee.price().map_err(|reason| wrong(&reason))?;
        Ok(network)
    }

    /// The network as a file.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string_pretty(self).map_err(|error| Error::Network {
            name: self.chain_id.clone(),
            reason: error.to_string(),
        })
    }

    /// A key that the network's file holds.
    pub fn key(&self, name: &str) -> Result<Key, Error> {
        let named = self.keys.iter().find(|key| key.name == name);
        let named = named.ok_or_else(|| Error::NoKey(name.into()))?;
        Key::from_mnemonic(&self.prefix, &named.name, &named.mnemonic)
    }

    /// Where people look at a transaction.
    pub fn tx_page(&self, hash: &str) -> Option<String> {
        let explorer = self.explorer.as_ref()?;
        Some(explorer.tx.replace("${txHash}", hash))
    }
}

/// How the registry's list of assets shows a denomination: name and exponent.
fn shown(assets: &Value, denom: &str) -> Option<(String, u8)> {
    let mut list = assets["assets"].as_array()?.iter();
    let asset = list.find(|asset| asset["base"] == denom)?;
    let units = asset["denom_units"].as_array()?;
    let unit = units
        .iter()
        .find(|unit| unit["denom"] == asset["display"])?;
    let exponent = u8::try_from(unit["exponent"].as_u64()?).ok()?;
    Some((asset["symbol"].as_str()?.to_owned(), exponent))
}

impl Fee {
    /// Gas limit of what used so much when it was simulated: the margin over it, and at least
    /// [`FEE_GAS`] more.
    pub fn limit_of(&self, gas_used: u64) -> Result<u64, Error> {
        let simulated = u128::from(gas_used);
        let limit = (simulated * u128::from(self.gas_margin_percent)).div_ceil(100);
        let limit = limit.max(simulated + u128::from(FEE_GAS));
        u64::try_from(limit).map_err(|_| Error::Answer(format!("{gas_used} gas is too much")))
    }

    /// What so much gas costs, in base units, rounded up.
    pub fn of(&self, gas: u64) -> Result<u128, Error> {
        let price = self.price().map_err(|reason| Error::Network {
            name: self.denom.clone(),
            reason,
        })?;
        Uint128::from(gas)
            .checked_mul_ceil(price)
            .map(|fee| fee.u128())
            .map_err(|_| Error::Answer(format!("the fee of {gas} gas is too large")))
    }

    /// Most that is paid for one transaction, in base units.
    pub fn highest(&self) -> Result<u128, Error> {
        match self.highest_fee {
            Some(highest) => Ok(highest.u128()),
            None => self.of(USUAL_MOST_GAS),
        }
    }

    /// What so much gas costs, as [`Fee::of`]; fails when that is above the highest fee.
    pub fn within(&self, gas_limit: u64) -> Result<u128, Error> {
        let (fee, highest) = (self.of(gas_limit)?, self.highest()?);
        match fee > highest {
            false => Ok(fee),
            true => Err(Error::FeeTooHigh {
                gas_limit,
                fee,
                highest,
                denom: self.denom.clone(),
            }),
        }
    }

    /// Base units for one unit of gas.
    pub fn price(&self) -> Result<Decimal, String> {
        let text = &self.gas_price;
        let places = Decimal::DECIMAL_PLACES;
        text.parse().map_err(|_| {
            format!("gas_price {text:?} is no decimal number with at most {places} places")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(gas_price: &str, highest_fee: Option<u128>) -> Fee {
        Fee {
            denom: "ucoin".into(),
            display: "COIN".into(),
            exponent: 6,
            gas_price: gas_price.into(),
            gas_margin_percent: usual_margin(),
            highest_fee: highest_fee.map(Uint128::new),
        }
    }

    #[test]
    fn fees_are_rounded_up_and_exact_for_small_and_large_prices() {
        for (price, gas, cost) in [
            ("0.025", 1, 1),
            ("0.025", 98_000, 2_450),
            ("0.0053", 1_000_001, 5_301),
            ("1500000000000", 20_000_000, 30_000_000_000_000_000_000),
            ("0.000000000000000001", 1_000_000, 1),
            ("0", 1_000_000, 0),
        ] {
            assert_eq!(fee(price, None).of(gas).expect("a fee"), cost, "{price}");
        }
        for wrong in ["", "-1", "1e3", "1.2.3", "0.0000000000000000001", "x"] {
            let error = fee(wrong, None).price().expect_err(wrong);
            assert!(error.contains("at most 18 places"), "{error}");
        }
        assert!(fee("100000000000000000000", None).of(u64::MAX).is_err());
    }

    #[test]
    fn a_small_transactions_limit_has_room_for_taking_its_fee() {
        let usual = fee("0.025", None);
        let limits = [0, 45_000, 62_500, 100_000].map(|gas| usual.limit_of(gas).expect("a limit"));
        assert_eq!(limits, [25_000, 70_000, 87_500, 140_000]);
    }

    #[test]
    fn nothing_above_the_highest_fee_is_paid() {
        let usual = fee("0.025", None);
        assert_eq!(usual.within(USUAL_MOST_GAS).expect("a fee"), 1_250_000);
        let error = usual.within(USUAL_MOST_GAS + 1).expect_err("too much");
        assert!(matches!(
            error,
            Error::FeeTooHigh {
                fee: 1_250_001,
                highest: 1_250_000,
                ..
            }
        ));
        assert!(fee("0.025", Some(2_450)).within(98_000).is_ok());
        assert!(fee("0.025", Some(2_449)).within(98_000).is_err());
    }
}
