//! What people do with the contracts, and every exit of every state.

mod events;
mod governance;
mod invariants;
mod lives;
mod pages;
mod rewards;
mod story;
mod terms;
mod transitions;
