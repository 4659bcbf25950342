//! The code of the contracts, for whoever puts them on an [`App`](cw_multi_test::App) of his
//! own: `app.store_code(surge_testing::code::registry())`.

use cosmwasm_std::Empty;
use cw_multi_test::{Contract, ContractWrapper};

/// The DAO.
pub fn dao() -> Box<dyn Contract<Empty>> {
    use surge_dao::contract::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_migrate(migrate)
            .with_reply(reply),
    )
}

/// The token, which is cw20-base.
pub fn token() -> Box<dyn Contract<Empty>> {
    use surge_token::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The registry.
pub fn registry() -> Box<dyn Contract<Empty>> {
    use surge_registry::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}

/// The escrow.
pub fn escrow() -> Box<dyn Contract<Empty>> {
    use surge_escrow::contract::{execute, instantiate, migrate, query, reply};
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_migrate(migrate)
            .with_reply(reply),
    )
}

/// The rewards.
pub fn rewards() -> Box<dyn Contract<Empty>> {
    use surge_rewards::contract::{execute, instantiate, migrate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
}
