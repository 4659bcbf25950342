//! What an owner and admin may: the members decide it.

use cosmwasm_std::Binary;
use surge_chain_tests::Error;
use surge_interface::dao::{Action, Status};
use surge_interface::escrow::{self, ExecuteMsg as Escrow};
use surge_interface::registry::{self, ExecuteMsg as Registry};
use surge_interface::UncheckedDenom;

use super::nodes;
use super::terms::{escrow_params, registry_params, TAKE_BPS};
use super::world::World;

pub fn members_set_parameters(world: &mut World) -> Result<(), Error> {
    let (registry, escrow) = (world.registry.clone(), world.escrow.clone());
    let regions = nodes::regions();
    let last = regions.len() - 1;
    // Who is silent for two seconds may be evicted.
    let liveness = registry::Params {
        heartbeat_secs: 1,
        missed_heartbeats: 1,
        ..registry_params()
    };
    let other = UncheckedDenom::Native("uother".into());
    world.decree(
        &registry,
        [
            (
                "registry update_params",
                Registry::UpdateParams {
                    params: liveness.clone(),
                },
            ),
            (
                "registry set_region",
                Registry::SetRegion {
                    id: last as u8,
                    region: regions[last].clone(),
                },
            ),
            (
                "registry set_class",
                Registry::SetClass {
                    id: 0,
                    class: nodes::cpu(),
                },
            ),
            (
                "registry add_denom",
                Registry::AddDenom {
                    denom: other.clone(),
                },
            ),
            ("registry set_intake", Registry::SetIntake { open: false }),
        ],
    )?;
    let set: registry::Params = world
        .chain
        .smart(&registry, &registry::QueryMsg::Params {})?;
    assert_eq!(set, liveness);

    let cheaper = escrow::Params {
        take_bps: TAKE_BPS - 100,
        ..escrow_params()
    };
    let arbiter = world.anyone.address().to_owned();
    world.decree(
        &escrow,
        [
            (
                "escrow update_params",
                Escrow::UpdateParams {
                    params: cheaper.clone(),
                },
            ),
            ("escrow add_denom", Escrow::AddDenom { denom: other }),
            (
                "escrow set_roles",
                Escrow::SetRoles {
                    arbiter: Some(arbiter.clone()),
                    treasury: None,
                },
            ),
            ("escrow set_intake", Escrow::SetIntake { open: false }),
        ],
    )?;
    let msg = escrow::QueryMsg::Params { version: None };
    let set: escrow::Params = world.chain.smart(&escrow, &msg)?;
    assert_eq!(set, cheaper);
    let config: escrow::ConfigResponse =
        world.chain.smart(&escrow, &escrow::QueryMsg::Config {})?;
    assert_eq!(config.arbiter.as_str(), arbiter);
    assert!(!config.intake_open);
    Ok(())
}

/// Every contract goes to the code that it runs: ours refuse what is no newer version, the
/// token, which is cw20-base, takes it.
pub fn members_migrate_forward_only(world: &mut World) -> Result<(), Error> {
    let infos = |world: &World| -> Result<Vec<_>, Error> {
        let contracts = world.contracts().into_iter();
        let infos = contracts.map(|contract| world.chain.contract_info(contract));
        infos.collect()
    };
    let before = infos(world)?;
    let migrations = world.contracts().into_iter().zip(&before);
    let migrations: Vec<_> = migrations
        .map(|(contract, info)| {
            vec![Action::Migrate {
                contract: contract.clone(),
                code_id: info.code_id,
                msg: Binary::new(b"{}".to_vec()),
            }]
        })
        .collect();
    let refused = format!(
        "version {} is already running: migration goes forward only: migrate wasm contract failed",
        env!("CARGO_PKG_VERSION")
    );
    let decided = world.decide(0, migrations)?;
    for (info, (proposal, executed)) in before.iter().zip(decided) {
        let after = world.proposal(proposal)?;
        let (status, failure) = (after.proposal.status, after.failure);
        if info.label == "surge token" {
            assert_eq!((status, failure), (Status::Executed, None));
            let what = "dao execute (migrates the token)";
            world.table.note(what, &executed);
        } else {
            assert_eq!((status, failure.as_ref()), (Status::Ready, Some(&refused)));
        }
    }
    assert_eq!(infos(world)?, before);
    world.assert_solvent()
}
