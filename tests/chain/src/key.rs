use std::{fmt, str::FromStr};

use bip39::Mnemonic;
use cosmrs::{bip32::DerivationPath, crypto::secp256k1::SigningKey, crypto::PublicKey, AccountId};

use crate::Error;

/// Path of the first account of every Cosmos wallet.
const PATH: &str = "m/44'/118'/0'/0/0";

/// A key with the account that it signs for.
pub struct Key {
    name: String,
    signing: SigningKey,
    account: AccountId,
}

impl Key {
    /// The first account of a mnemonic.
    pub fn from_mnemonic(prefix: &str, name: &str, words: &str) -> Result<Self, Error> {
        let bad = |reason: String| Error::Mnemonic {
            name: name.into(),
            reason,
        };
        let mnemonic = Mnemonic::parse(words).map_err(|error| bad(error.to_string()))?;
        let path = DerivationPath::from_str(PATH).map_err(|error| bad(error.to_string()))?;
        let signing = SigningKey::derive_from_path(mnemonic.to_seed(""), &path)
            .map_err(|error| bad(error.to_string()))?;
        let account = signing.public_key().account_id(prefix)?;
        Ok(Self {
            name: name.into(),
            signing,
            account,
        })
    }

    /// Its name on this network.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.account.as_ref()
    }

    /// The address in bytes.
    pub fn canonical(&self) -> Vec<u8> {
        self.account.to_bytes()
    }

    pub(crate) fn public(&self) -> PublicKey {
        self.signing.public_key()
    }

    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.account)
    }
}
