//! The program as a person or a machine runs it, without a chain.

mod dao;
mod jobs;
mod keys;
mod networks;
mod node;
mod reach;
mod service;
mod sick_nodes;
mod suite;
mod support;
