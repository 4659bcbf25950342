//! What a peer costs on the same chain: `gas/peers.json`.

use serde::{Deserialize, Serialize};

use crate::gas::Cost;

/// DAO DAO and our DAO, each with three members of one vote, on one chain in one run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Peers {
    /// Day of the measurement, in UTC.
    pub date: String,
    /// The node's program.
    pub wasmd: String,
    /// Version of our contracts.
    pub surge: String,
    /// Version of DAO DAO's.
    pub dao_dao: String,
    /// What was measured.
    pub rows: Vec<Row>,
}

/// One step.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Row {
    /// The step.
    pub step: String,
    /// Bytes of the proposal's text; none where there is no proposal.
    pub text: Option<usize>,
    /// Ours; none when we have no such step.
    pub ours: Option<Cost>,
    /// DAO DAO's; none when it has no such step.
    pub dao_dao: Option<Cost>,
}
