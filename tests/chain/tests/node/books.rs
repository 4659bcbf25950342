//! What everybody holds, of the coin that jobs are paid in.

use std::collections::BTreeMap;

pub struct Books(pub BTreeMap<&'static str, u128>);

impl Books {
    /// What moved since an earlier look.
    pub fn since(&self, before: &Self) -> BTreeMap<&'static str, i128> {
        let signed = |amount: u128| i128::try_from(amount).expect("an amount");
        self.0
            .iter()
            .map(|(who, now)| (*who, signed(*now) - signed(before.0[who])))
            .collect()
    }
}
