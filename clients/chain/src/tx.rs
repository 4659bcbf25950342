use serde_json::Value;

use crate::{rpc, Error, Event, Executed};

/// A transaction that is in a block and succeeded.
#[derive(Clone, Debug)]
pub struct Included {
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// The block's height.
    pub height: u64,
    /// Gas that it used: signature, bytes and execution.
    pub gas_used: u64,
    /// Gas that it was allowed.
    pub gas_limit: u64,
    /// Bytes of the signed transaction; none when it was only looked up.
    pub bytes: Option<usize>,
    /// Fee that its signer paid, in base units; none when it was only looked up.
    pub fee: Option<u128>,
    /// What the messages answered, as protobuf `TxMsgData`.
    pub data: Vec<u8>,
    /// Events in order.
    pub events: Vec<Event>,
}

impl Included {
    /// The first event of this type. An event that a contract emits has `wasm-` before its name.
    pub fn event(&self, kind: &str) -> Option<&Event> {
        self.events.iter().find(|event| event.kind == kind)
    }

    /// An attribute of the first event of this type, as a number or what else it is.
    pub fn attribute<T: std::str::FromStr>(&self, kind: &str, key: &str) -> Result<T, Error> {
        self.event(kind)
            .and_then(|event| event.get(key)?.parse().ok())
            .ok_or_else(|| Error::Answer(format!("no {key} in a {kind} event of {}", self.hash)))
    }

    pub(crate) fn read(answer: &Value, paid: Option<(usize, u128)>) -> Result<Self, Error> {
        let result = &answer["tx_result"];
        let executed = Executed::read(result)?;
        if executed.code != 0 {
            return Err(Error::Failed {
                code: executed.code,
                raw_log: executed.log,
                gas_used: executed.gas_used,
            });
        }
        Ok(Self {
            hash: answer["hash"].as_str().unwrap_or_default().into(),
            height: number(&answer["height"])?,
            gas_used: executed.gas_used,
            gas_limit: number(&result["gas_wanted"])?,
            bytes: paid.map(|paid| paid.0),
            fee: paid.map(|paid| paid.1),
            data: rpc::decode(&result["data"])?,
            events: executed.events,
        })
    }
}

/// CometBFT writes 64-bit numbers as strings.
pub(crate) fn number(field: &Value) -> Result<u64, Error> {
    field
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::Answer(format!("{field} is no number in quotes")))
}
