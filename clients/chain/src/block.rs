//! What a chain has done: its blocks, and all events in them in their order.

use std::{thread, time::Duration};

use cosmrs::tendermint::Time;
use serde_json::{json, Value};

use crate::{tx::number, Chain, Error};

/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;

/// An event as the chain emitted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its type. One that a contract emits has `wasm-` before its name.
    pub kind: String,
    /// Attributes in order; a key may come twice.
    pub attributes: Vec<(String, String)>,
}

/// What became of a transaction in a block, whether it succeeded or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// 0, or the chain's error code.
    pub code: u64,
    /// What the chain said of a failure; the contract's error is in it.
    pub log: String,
    /// What it cost.
    pub gas_used: u64,
    /// Events in order. Of one that failed only those of its fee.
    pub events: Vec<Event>,
}

/// What a block did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub height: u64,
    /// Its transactions in order.
    pub executed: Vec<Executed>,
    /// What belongs to no transaction: events of its beginning and end.
    pub events: Vec<Event>,
}

impl Event {
    /// The first attribute with this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }

    fn read(event: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let attributes = event["attributes"].as_array().into_iter().flatten();
        Self {
            kind: text(&event["type"]),
            attributes: attributes
                .map(|pair| (text(&pair["key"]), text(&pair["value"])))
                .collect(),
        }
    }
}

impl Executed {
    pub(crate) fn read(result: &Value) -> Result<Self, Error> {
        Ok(Self {
            code: result["code"].as_u64().unwrap_or_default(),
            log: result["log"].as_str().unwrap_or_default().to_owned(),
            gas_used: number(&result["gas_used"])?,
            events: events(&result["events"]),
        })
    }
}

impl Chain {
    /// What the block of this height did. Fails for one that the node does not have.
    pub fn block(&self, height: u64) -> Result<Block, Error> {
        let params = json!({ "height": height.to_string() });
        let found: Value = self.rpc.call("block_results", &params)?;
        let executed = found["txs_results"].as_array().into_iter().flatten();
        Ok(Block {
            height,
            executed: executed.map(Executed::read).collect::<Result<_, _>>()?,
            events: events(&found["finalize_block_events"]),
        })
    }

    /// Time of the newest block, in seconds since 1970.
    pub fn now_secs(&self) -> Result<u64, Error> {
        Ok(self.nanos(&json!({}))? / NANOS)
    }

    /// Waits until a block is newer than this time.
    pub fn wait_until(&self, secs: u64) -> Result<(), Error> {
        while self.now_secs()? <= secs {
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Time of a block, in seconds since 1970.
    pub fn secs_of(&self, height: u64) -> Result<u64, Error> {
        Ok(self.block_nanos(height)? / NANOS)
    }

    /// The first block that the node has and whose time is not before this, in seconds since
    /// 1970; one after the newest when there is none yet.
    pub fn first_since(&self, secs: u64) -> Result<u64, Error> {
        let progress = self.progress()?;
        let (mut from, mut to) = (progress.earliest.max(1), progress.height.saturating_add(1));
        while from < to {
            let middle = from + (to - from) / 2;
            match self.secs_of(middle)? < secs {
                true => from = middle + 1,
                false => to = middle,
            }
        }
        Ok(from)
    }

    /// Time of the block of this height, in nanoseconds since 1970: what its contracts saw.
    pub fn block_nanos(&self, height: u64) -> Result<u64, Error> {
        self.nanos(&json!({ "height": height.to_string() }))
    }

    /// Hash of the chain's whole state before the block of this height.
    pub fn app_hash(&self, height: u64) -> Result<String, Error> {
        let header = self.header(&json!({ "height": height.to_string() }))?;
        let hash = header["app_hash"].as_str();
        hash.map(str::to_owned)
            .ok_or_else(|| Error::Answer(format!("block {height} has no app_hash")))
    }

    fn header(&self, params: &Value) -> Result<Value, Error> {
        let mut found: Value = self.rpc.call("header", params)?;
        Ok(found["header"].take())
    }

    fn nanos(&self, params: &Value) -> Result<u64, Error> {
        let header = self.header(params)?;
        let time = header["time"].as_str().unwrap_or_default();
        let wrong = |reason: String| Error::Answer(format!("block time {time:?}: {reason}"));
        let parsed: Time = time
            .parse()
            .map_err(|error: cosmrs::tendermint::Error| wrong(error.to_string()))?;
        let nanos = parsed
            .duration_since(Time::unix_epoch())
            .map_err(|error| wrong(error.to_string()))?
            .as_nanos();
        u64::try_from(nanos).map_err(|error| wrong(error.to_string()))
    }

    /// A transaction by its hash, whether it succeeded or not, and the height of its block;
    /// none when no block holds it.
    pub fn executed(&self, hash: &str) -> Result<Option<(u64, Executed)>, Error> {
        let Some(found) = self.tx(hash)? else {
            return Ok(None);
        };
        let executed = Executed::read(&found["tx_result"])?;
        Ok(Some((number(&found["height"])?, executed)))
    }
}

fn events(list: &Value) -> Vec<Event> {
    let list = list.as_array().into_iter().flatten();
    list.map(Event::read).collect()
}
