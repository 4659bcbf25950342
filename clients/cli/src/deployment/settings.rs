//! What a deployer decides.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use surge_chain::{Kind, Network};
use surge_interface::{
    dao, escrow, registry,
    registry::{Class, Region},
    rewards, TimeProfile,
};

use crate::{
    failure::{Failure, Outcome},
    keys,
};

/// A network's first state, as a file says it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Bounds of all durations, for good: `main`, or `dev` on chains of one machine.
    pub profile: TimeProfile,
    /// Rules on disputes: an address or the name of a key.
    pub arbiter: String,
    /// Gets a fiftieth of the cap, on local chains: an address or the name of a key.
    #[serde(default)]
    pub faucet: Option<String>,
    /// The DAO.
    pub dao: Dao,
    /// Length of the rewards' epochs, for good.
    pub epoch_secs: u64,
    /// The registry's parameters, instead of the defaults of the profile.
    #[serde(default)]
    pub registry: Option<registry::Params>,
    /// The escrow's.
    #[serde(default)]
    pub escrow: Option<escrow::Params>,
    /// The rewards'.
    #[serde(default)]
    pub rewards: Option<rewards::Params>,
    /// Regions by id.
    pub regions: Vec<Region>,
    /// Classes by id; their denominations are 0, the coin of the fees, and 1, SURGE.
    pub classes: Vec<Class>,
}

/// The DAO that owns everything.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dao {
    /// What it is called.
    pub name: String,
    /// Where it is described.
    pub uri: String,
    /// Its first members: addresses or names of keys.
    pub founders: Vec<String>,
    /// Its rules, instead of the defaults of the profile.
    #[serde(default)]
    pub policies: Option<dao::Policies>,
}

/// What a local network is born with.
const DEVNET: &str = include_str!("../../../../networks/devnet.settings.toml");

impl Settings {
    /// Those of the file; of a local network those that come with the program, when no file
    /// is named. Names of keys become addresses.
    pub fn read(path: Option<&Path>, network: &Network) -> Outcome<Self> {
        let (text, origin) =
            match path {
                Some(path) => {
                    let text = fs::read_to_string(path).map_err(|error| {
                        Failure::new(format!("cannot read {}: {error}", path.display()))
                    })?;
                    (text, path.display().to_string())
                }
                None if network.kind == Kind::Local => {
                    (DEVNET.to_owned(), "devnet.settings.toml".to_owned())
                }
                None => return Err(Failure::new("who the members are has to be said").next(
                    "copy networks/testnet.settings.toml, change it, and name it with --settings",
                )),
            };
        let mut settings: Self =
            toml::from_str(&text).map_err(|error| Failure::new(format!("{origin}: {error}")))?;
        settings.check(&origin, network)?;
        let address = |name: &mut String| -> Outcome<()> {
            if !keys::is_address(network, name) {
                let known = keys::known(network, name).map_err(|failure| {
                    Failure::new(format!("{origin}: {}", failure.what())).next(format!(
                        "make it with: surge keys add {name}; settings of somebody else need addresses where they name keys: ask for {}1…",
                        network.prefix
                    ))
                })?;
                *name = known.account.address().to_owned();
            }
            Ok(())
        };
        address(&mut settings.arbiter)?;
        settings.faucet.as_mut().map(address).transpose()?;
        settings.dao.founders.iter_mut().try_for_each(address)?;
        settings.fill();
        Ok(settings)
    }

    /// Fails on what only a chain of one machine takes.
    pub fn check(&self, origin: &str, network: &Network) -> Outcome<()> {
        if self.profile == TimeProfile::Dev && network.kind != Kind::Local {
            return Err(Failure::new(format!(
                "{origin}: profile dev, with waits of seconds, on {}",
                network.chain_id
            ))
            .next("write profile = \"main\""));
        }
        if self.faucet.is_some() && network.kind != Kind::Local {
            return Err(
                Failure::new(format!("{origin}: a faucet on {}", network.chain_id))
                    .next("leave faucet away: the DAO holds all that exists"),
            );
        }
        Ok(())
    }

    /// Says what the file leaves to the program, so that nothing changes with the program.
    fn fill(&mut self) {
        self.registry = Some(self.registry());
        self.escrow = Some(self.escrow());
        self.rewards = Some(self.rewards());
        self.dao.policies = Some(self.policies());
    }

    /// The registry's parameters.
    pub fn registry(&self) -> registry::Params {
        let defaults = || registry::Params::defaults(self.profile);
        self.registry.clone().unwrap_or_else(defaults)
    }

    /// The escrow's.
    pub fn escrow(&self) -> escrow::Params {
        let defaults = || escrow::Params::defaults(self.profile);
        self.escrow.clone().unwrap_or_else(defaults)
    }

    /// The rewards'.
    pub fn rewards(&self) -> rewards::Params {
        let given = self.rewards.clone();
        given.unwrap_or_else(rewards::Params::defaults)
    }

    /// The DAO's rules.
    pub fn policies(&self) -> dao::Policies {
        let defaults = || dao::Policies::defaults(self.profile);
        self.dao.policies.clone().unwrap_or_else(defaults)
    }
}
