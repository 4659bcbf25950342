//! The reward token: numbers that it is born with.

/// Base units of one token, as a power of ten.
pub const DECIMALS: u8 = 6;
/// What it is called.
pub const NAME: &str = "Surge";
/// Its short name.
pub const SYMBOL: &str = "SURGE";
/// Most that may ever be minted, in base units: a thousand million tokens.
pub const CAP: u128 = 1_000_000_000 * 1_000_000;
/// Part of the cap that the DAO is born with, in basis points.
pub const DAO_BPS: u16 = 800;
/// Local chains only: part of the cap that a faucet is born with, in basis points.
pub const FAUCET_BPS: u16 = 200;
