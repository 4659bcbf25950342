//! What was decided is carried out once, whole, and in its time.

use surge_interface::dao::*;

use super::world::*;
use crate::ContractError;

#[test]
fn what_is_voted_for_happens_and_is_recorded() {
    let mut world = World::new();
    world.give(1_000);
    let proposal = world.propose(vec![send("zoe", 400)]);
    assert_eq!(world.status(proposal), Status::Open);
    for who in ["ada", "ben"] {
        world.vote(who, proposal, Choice::Yes);
    }
    assert_eq!(world.status(proposal), Status::Open);
    world.vote("cyd", proposal, Choice::Yes);
    assert_eq!(world.status(proposal), Status::Settling);
    world.pass(10);
    assert_eq!(world.status(proposal), Status::Passed);
    let response = world.poke(proposal).unwrap();
    assert_eq!(attribute(&response, "proposal_closed", "status"), "queued");
    assert_eq!(world.status(proposal), Status::Queued);
    world.pass(50);
    assert_eq!(world.status(proposal), Status::Ready);
    let response = world.execute(proposal).unwrap();
    assert_eq!(attribute(&response, "proposal_executed", "actions"), "1");
    assert_eq!(world.status(proposal), Status::Executed);
    assert_eq!(world.ustake(&addr("zoe")), 400);
    assert_eq!(world.ustake(&world.dao), 600);
    let again = refused(world.execute(proposal));
    let (status, needed) = (Status::Executed, Status::Ready);
    assert_eq!(
        again,
        ContractError::WrongStatus {
            proposal,
            status,
            needed
        }
    );
}
