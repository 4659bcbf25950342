//! A network is born: every address is known before its contract exists, the DAO comes
//! first, and all that can be owned is the DAO's from its first block on.

use std::collections::BTreeMap;

use cosmwasm_std::Checksum;
use cw20::Cw20ExecuteMsg;
use serde::Serialize;
use serde_json::{json, to_value, Value};
use surge_chain_tests::{artifact, gas::Measurement, Chain, Error, Included, Key};
use surge_interface::dao::{self, Electorate, Row, Settings};
use surge_interface::registry::Class;
use surge_interface::{escrow, registry, rewards, token, TimeProfile, UncheckedDenom, BPS};

use super::nodes;
use super::providers::PROVIDERS;
use super::terms::{escrow_params, native, policies, registry_params, same_for_all, EPOCH_SECS};
use super::world::World;

/// Tokens that the faucet gives each of those who pay or bond.
const POCKET: u128 = 1_000_000_000_000;

/// What a proposal of the guild puts up, in the reward token.
pub const GUILD_DEPOSIT: u128 = 1_000;

/// Code ids and checksums of what is deployed.
pub struct Codes(BTreeMap<&'static str, (u64, Checksum)>);

impl Codes {
    /// Uploads every contract.
    pub fn store(chain: &Chain, deployer: &Key, table: &mut Measurement) -> Result<Self, Error> {
        let mut codes = BTreeMap::new();
        for name in ["dao", "token", "registry", "escrow", "rewards"] {
            let file = artifact(&format!("surge_{name}"));
            let (code_id, checksum, stored) = chain.store(deployer, &file)?;
            table.note(&format!("store {name}"), &stored);
            codes.insert(name, (code_id, checksum));
        }
        Ok(Self(codes))
    }

    fn predict(
        &self,
        chain: &Chain,
        deployer: &Key,
        name: &str,
        salt: &[u8],
    ) -> Result<String, Error> {
        chain.predict(deployer, &self.0[name].1, salt)
    }
}

/// What it took to build something: what was sent, and the transaction.
pub type Built = Vec<(&'static str, Included)>;

impl World {
    /// Makes a network, and fills the pockets of those who pay or bond. Nodes will quote in
    /// the denomination with this id.
    pub fn deploy(
        codes: &Codes,
        chain: Chain,
        table: Measurement,
        quoted: u8,
        classes: Vec<Class>,
    ) -> Result<(Self, Built), Error> {
        let key = |name: &str| chain.network().key(name);
        let deployer = key("deployer")?;
        // Another height, another address: the tests may run again on the same chain.
        let salt = chain.height()?.to_be_bytes();
        let predict = |name| codes.predict(&chain, &deployer, name, &salt);
        let world = Self {
            dao: predict("dao")?,
            token: predict("token")?,
            registry: predict("registry")?,
            escrow: predict("escrow")?,
            rewards: predict("rewards")?,
            quoted,
            table,
            faucet: key("faucet")?,
            members: [key("member1")?, key("member2")?, key("member3")?],
            arbiter: key("arbiter")?,
            requester: key("requester")?,
            anyone: key("anyone")?,
            hostile: key("hostile")?,
            providers: vec![],
            deployer,
            chain,
        };
        for signer in world.signers() {
            world.chain.warm_up(signer)?;
        }

        let mut built = vec![];
        for (name, what, msg) in [
            (
                "dao",
                "dao instantiate (3 members)",
                to_value(world.dao_msg(world.founders()))?,
            ),
            ("token", "token instantiate", world.token_msg()),
            (
                "registry",
                "registry instantiate (12 regions)",
                to_value(world.registry_msg(classes))?,
            ),
            (
                "escrow",
                "escrow instantiate",
                to_value(world.escrow_msg())?,
            ),
            (
                "rewards",
                "rewards instantiate",
                to_value(world.rewards_msg()?)?,
            ),
        ] {
            let (_, included) = world.give_birth(codes, name, &salt, &world.dao, &msg)?;
            built.push((what, included));
        }
        world.fill_pockets()?;
        Ok((world, built))
    }

    /// The DAO of those who stake the reward token; it owns nothing but itself.
    pub fn deploy_stakers(&self, codes: &Codes) -> Result<(String, Included), Error> {
        self.deploy_staked(codes, self.dao_msg(self.stakers(130)))
    }

    /// A DAO of those who stake the reward token, which takes deposits in it too. Stakes
    /// count after a second, and everything lasts as short as it may.
    pub fn deploy_guild(&self, codes: &Codes) -> Result<String, Error> {
        let mut msg = self.dao_msg(self.stakers(12));
        msg.settings.min_age_secs = 1;
        msg.settings.deposit_denom = UncheckedDenom::Cw20(self.token.clone());
        let policy = dao::Policy {
            voting_secs: 10,
            deposit: GUILD_DEPOSIT.into(),
            ..msg.policies.text
        };
        msg.policies = same_for_all(policy);
        Ok(self.deploy_staked(codes, msg)?.0)
    }

    fn stakers(&self, unstaking_secs: u64) -> Electorate {
        Electorate::Staked {
            token: self.token.clone(),
            unstaking_secs,
        }
    }

    fn deploy_staked(
        &self,
        codes: &Codes,
        msg: dao::InstantiateMsg,
    ) -> Result<(String, Included), Error> {
        let salt = self.chain.height()?.to_be_bytes();
        let admin = codes.predict(&self.chain, &self.deployer, "dao", &salt)?;
        self.give_birth(codes, "dao", &salt, &admin, &msg)
    }

    fn give_birth(
        &self,
        codes: &Codes,
        name: &str,
        salt: &[u8],
        admin: &str,
        msg: &impl Serialize,
    ) -> Result<(String, Included), Error> {
        let (code_id, label) = (codes.0[name].0, format!("surge {name}"));
        let (made, included) =
            self.chain
                .instantiate(&self.deployer, code_id, &label, admin, salt, msg)?;
        let predicted = codes.predict(&self.chain, &self.deployer, name, salt)?;
        assert_eq!(made, predicted, "{name} is not where it was predicted");
        Ok((made, included))
    }

    fn founders(&self) -> Electorate {
        let members = self.members.iter().map(|key| key.address().to_owned());
        Electorate::OnePerMember {
            members: members.collect(),
        }
    }

    fn dao_msg(&self, electorate: Electorate) -> dao::InstantiateMsg {
        dao::InstantiateMsg {
            name: "The network".into(),
            uri: "https://example.org/dao.json".into(),
            profile: TimeProfile::Dev,
            electorate,
            settings: Settings {
                min_age_secs: 0,
                deposit_denom: native(),
                forfeit_bps: 2_500,
            },
            policies: policies(),
            rows: Row::of_network(&self.registry, &self.escrow, &self.rewards),
        }
    }

    fn token_msg(&self) -> Value {
        let part = |bps: u16| (token::CAP * u128::from(bps) / u128::from(BPS)).to_string();
        json!({
            "name": token::NAME,
            "symbol": token::SYMBOL,
            "decimals": token::DECIMALS,
            "initial_balances": [
                { "address": self.dao, "amount": part(token::DAO_BPS) },
                { "address": self.faucet.address(), "amount": part(token::FAUCET_BPS) },
            ],
            "mint": { "minter": self.rewards, "cap": token::CAP.to_string() },
            // Who may give it a logo.
            "marketing": { "marketing": self.dao },
        })
    }

    fn registry_msg(&self, classes: Vec<Class>) -> registry::InstantiateMsg {
        registry::InstantiateMsg {
            owner: self.dao.clone(),
            escrow: self.escrow.clone(),
            profile: TimeProfile::Dev,
            params: registry_params(),
            denoms: self.denoms(),
            regions: nodes::regions(),
            classes,
        }
    }

    fn escrow_msg(&self) -> escrow::InstantiateMsg {
        escrow::InstantiateMsg {
            owner: self.dao.clone(),
            registry: self.registry.clone(),
            arbiter: self.arbiter.address().into(),
            treasury: self.dao.clone(),
            profile: TimeProfile::Dev,
            params: escrow_params(),
            denoms: self.denoms(),
            reward_token: Some(self.token.clone()),
        }
    }

    fn rewards_msg(&self) -> Result<rewards::InstantiateMsg, Error> {
        Ok(rewards::InstantiateMsg {
            owner: self.dao.clone(),
            token: self.token.clone(),
            escrow: self.escrow.clone(),
            registry: self.registry.clone(),
            profile: TimeProfile::Dev,
            start_secs: self.chain.now_secs()? + 30,
            epoch_secs: EPOCH_SECS,
            params: rewards::Params::defaults(),
        })
    }

    fn denoms(&self) -> Vec<UncheckedDenom> {
        vec![native(), UncheckedDenom::Cw20(self.token.clone())]
    }

    fn fill_pockets(&self) -> Result<(), Error> {
        let providers = (1..=PROVIDERS).map(|number| format!("provider{number}"));
        let names = ["requester", "anyone", "member1", "member2"].map(String::from);
        let gift = |name: String| -> Result<_, Error> {
            Ok(Cw20ExecuteMsg::Transfer {
                recipient: self.chain.network().key(&name)?.address().into(),
                amount: POCKET.into(),
            })
        };
        let gifts = names.into_iter().chain(providers).map(gift);
        let gifts = gifts.collect::<Result<Vec<_>, _>>()?;
        self.chain.execute_all(&self.faucet, &self.token, &gifts)?;
        Ok(())
    }
}
