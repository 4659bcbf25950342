//! Accounts that several keys sign for together, as far as simulating needs.

use cosmrs::proto::cosmos::{
    crypto::multisig::{
        v1beta1::{CompactBitArray, MultiSignature},
        LegacyAminoPubKey,
    },
    tx::v1beta1::{
        mode_info::{Multi, Single, Sum},
        ModeInfo, SignerInfo,
    },
};
use cosmrs::{proto::traits::Message, Any};

use crate::Account;

/// SIGN_MODE_LEGACY_AMINO_JSON, in which hardware wallets and multisigs sign.
const AMINO: i32 = 127;
/// Bytes of a signature.
const SIGNATURE: usize = 64;

/// Most keys of a multisig that is simulated as one. Chains take transactions with at most seven
/// signatures, where they have not set another limit.
const MOST_KEYS: usize = 64;

/// What stands for the signatures of a multisig while a transaction is simulated: as many empty
/// ones as are needed. None when this is no key of a multisig, or one of more than
/// [`MOST_KEYS`], and none for an account that one known key signs for, whatever a node says
/// of it.
pub fn stand_in(
    signer: &Account,
    public: Option<&Any>,
    sequence: u64,
) -> Option<(SignerInfo, Vec<u8>)> {
    if signer.is_of_its_key() {
        return None;
    }
    let public = public.filter(|key| key.type_url.ends_with("multisig.LegacyAminoPubKey"))?;
    let key = LegacyAminoPubKey::decode(&*public.value).ok()?;
    let (all, needed) = (key.public_keys.len(), usize::try_from(key.threshold).ok()?);
    // The node tells these numbers: a threshold that no key reaches, or millions of empty keys,
    // would fill the memory.
    if needed == 0 || needed > all || all > MOST_KEYS {
        return None;
    }
    let mut elems = vec![0u8; all.div_ceil(8)];
    for signer in 0..needed {
        if let Some(byte) = elems.get_mut(signer / 8) {
            *byte |= 0x80 >> (signer % 8);
        }
    }
    let one = ModeInfo {
        sum: Some(Sum::Single(Single { mode: AMINO })),
    };
    let multi = Multi {
        bitarray: Some(CompactBitArray {
            extra_bits_stored: u32::try_from(all % 8).ok()?,
            elems,
        }),
        mode_infos: vec![one; needed],
    };
    let signatures = MultiSignature {
        signatures: vec![vec![0; SIGNATURE]; needed],
    };
    let info = SignerInfo {
        public_key: Some(public.clone()),
        mode_info: Some(ModeInfo {
            sum: Some(Sum::Multi(multi)),
        }),
        sequence,
    };
    Some((info, signatures.encode_to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, PATH};

    /// The key of a multisig, of which as many are needed as this says.
    fn multisig(keys: usize, threshold: u32) -> Any {
        let key = LegacyAminoPubKey {
            threshold,
            public_keys: vec![Any::default(); keys],
        };
        Any {
            type_url: "/cosmos.crypto.multisig.LegacyAminoPubKey".to_owned(),
            value: key.encode_to_vec(),
        }
    }

    fn somebody() -> Account {
        let address = cosmrs::AccountId::new("wasm", &[7; 20]).expect("an address");
        Account::without_key(address.as_ref()).expect("an account")
    }

    #[test]
    fn as_many_signatures_stand_in_as_the_multisig_needs() {
        let signer = somebody();
        let public = multisig(9, 2);
        let (info, signatures) = stand_in(&signer, Some(&public), 7).expect("a multisig");
        let Some(Sum::Multi(multi)) = info.mode_info.and_then(|mode| mode.sum) else {
            panic!("several sign");
        };
        let bits = multi.bitarray.expect("who signs");
        assert_eq!((bits.extra_bits_stored, bits.elems), (1, vec![0xc0, 0]));
        let signatures = MultiSignature::decode(&*signatures).expect("signatures");
        assert_eq!(
            (multi.mode_infos.len(), signatures.signatures.len()),
            (2, 2)
        );
        assert!(stand_in(&signer, Some(&Any::default()), 7).is_none());
        for threshold in [0, 10, u32::MAX] {
            let public = multisig(9, threshold);
            let found = stand_in(&signer, Some(&public), 7);
            assert!(found.is_none(), "{threshold} of 9");
        }
    }

    #[test]
    fn what_a_node_says_of_an_accounts_keys_fills_no_memory() {
        let most = multisig(MOST_KEYS, 64);
        assert!(stand_in(&somebody(), Some(&most), 7).is_some());
        let more = multisig(MOST_KEYS + 1, 1);
        assert!(stand_in(&somebody(), Some(&more), 7).is_none());
        // One key signs for this account, as its address says.
        let words = crate::new_words().expect("words");
        let key = Key::at_path("wasm", "alice", &words, PATH).expect("a key");
        assert!(stand_in(key.account(), Some(&multisig(9, 2)), 7).is_none());
    }
}
