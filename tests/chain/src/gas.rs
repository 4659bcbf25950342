//! What messages cost: `gas/table.json`, and how a measurement compares with it.
