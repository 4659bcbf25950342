//! The packed record loses nothing and reads nothing that it did not write.

use proptest::prelude::*;
use surge_interface::dao::Status;

use crate::class::Classes;
use crate::head::{Certain, Head, LEN};
use crate::ContractError;

const STATUSES: [Status; 10] = [
    Status::Open,
    Status::Settling,
    Status::Passed,
    Status::Rejected,
    Status::Queued,
    Status::Ready,
    Status::Executed,
    Status::Failed,
    Status::Expired,
    Status::Withdrawn,
];

prop_compose! {
    pub fn any_head()(
        (status, classes, extended, certain, tries) in (
            0..10usize,
            any::<u8>(),
            any::<bool>(),
            prop_oneof![Just(None), Just(Some(Certain::Pass)), Just(Some(Certain::Fail))],
            any::<u8>(),
        ),
        members in any::<[u32; 2]>(),
        shares in any::<[u16; 4]>(),
        weights in any::<[u128; 4]>(),
        height in any::<u64>(),
        times in any::<[u64; 5]>(),
        numbers in any::<[u32; 4]>(),
    ) -> Head {
        Head {
            status: STATUSES[status],
            classes: Classes(classes),
            extended,
            certain,
            tries,
            proposer: members[0],
            voters: members[1],
            quorum_bps: shares[0],
            pass_bps: shares[1],
            min_yes_bps: shares[2],
            min_voters: shares[3],
            height,
            total: weights[0],
            yes: weights[1],
            no: weights[2],
            abstain: weights[3],
            opened_secs: times[0],
            closes_secs: times[1],
            settles_secs: times[2],
            queued_secs: times[3],
            failed_secs: times[4],
            settle_secs: numbers[0],
            timelock_secs: numbers[1],
            grace_secs: numbers[2],
            gas: numbers[3],
        }
    }
}

proptest! {
    #[test]
    fn a_head_comes_back_as_it_was(head in any_head()) {
        let bytes = head.to_bytes();
        prop_assert_eq!(bytes.len(), LEN);
        prop_assert_eq!(Head::from_bytes(&bytes), Ok(head));
    }

    #[test]
    fn bytes_that_read_as_a_head_are_that_head(bytes in proptest::collection::vec(any::<u8>(), LEN)) {
        match Head::from_bytes(&bytes) {
            Ok(head) => prop_assert_eq!(head.to_bytes(), bytes),
            Err(error) => prop_assert_eq!(error, ContractError::BadHead),
        }
    }

    #[test]
    fn no_other_length_is_read(head in any_head(), len in 0..2 * LEN) {
        let mut bytes = head.to_bytes();
        bytes.resize(len, 0);
        prop_assert_eq!(Head::from_bytes(&bytes).is_ok(), len == LEN);
    }
}

#[test]
fn a_head_is_as_small_as_the_design_asks() {
    const { assert!(LEN <= 160) }
}
