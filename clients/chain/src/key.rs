use std::{fmt, str::FromStr};

use bip39::Mnemonic;
use cosmrs::{
    bip32::DerivationPath,
    crypto::{secp256k1::SigningKey, PublicKey},
    tx::SignDoc,
    AccountId,
};

use crate::Error;

/// Path of the first account of every Cosmos wallet.
pub const PATH: &str = "m/44'/118'/0'/0/0";

/// Who signs, as everybody may know it: enough to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its address on one network.
    pub address: AccountId,
    /// Its public key.
    pub public: PublicKey,
}

/// A key with the account that it signs for.
pub struct Key {
    name: String,
    signing: SigningKey,
    account: Account,
}

impl Account {
    /// The account of a public key in the JSON form of the Cosmos SDK.
    pub fn from_public(prefix: &str, json: &str) -> Result<Self, Error> {
        let public = PublicKey::from_json(json)?;
        Ok(Self {
            address: public.account_id(prefix)?,
            public,
        })
    }

    /// Somebody of whom only the address is known: enough to simulate, in the place of a key
    /// that nobody has.
    pub fn without_key(address: &str) -> Result<Self, Error> {
        // The generator of the curve: a point like that of every key.
        let public = r#"{"@type":"/cosmos.crypto.secp256k1.PubKey","key":"Anm+Zn753LusVaBilc6HCwcCm/zbLc4o2VnygVsW+BeY"}"#;
        Ok(Self {
            address: address.parse()?,
            public: PublicKey::from_json(public)?,
        })
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.address.as_ref()
    }

    /// Whether its public key is the one that its address is made of.
    pub(crate) fn is_of_its_key(&self) -> bool {
        let own = self.public.account_id(self.address.prefix());
        own.is_ok_and(|own| own == self.address)
    }
}

impl Key {
    /// The first account of a mnemonic.
    pub fn from_mnemonic(prefix: &str, name: &str, words: &str) -> Result<Self, Error> {
        Self::at_path(prefix, name, words, PATH)
    }

    /// The account of a mnemonic at a derivation path, such as [`PATH`].
    pub fn at_path(prefix: &str, name: &str, words: &str, path: &str) -> Result<Self, Error> {
        let bad = |reason: String| Error::Mnemonic {
            name: name.into(),
            reason,
        };
        let mnemonic = Mnemonic::parse(words).map_err(|error| bad(error.to_string()))?;
        let path = DerivationPath::from_str(path)
            .map_err(|error| bad(format!("{path:?} is no derivation path: {error}")))?;
        let signing = SigningKey::derive_from_path(mnemonic.to_seed(""), &path)
            .map_err(|error| bad(error.to_string()))?;
        let public = signing.public_key();
        Ok(Self {
            name: name.into(),
            account: Account {
                address: public.account_id(prefix)?,
                public,
            },
            signing,
        })
    }

    /// Its name on this network.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who it signs for.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.account.address()
    }

    /// The signed transaction.
    pub(crate) fn sign(&self, document: SignDoc) -> Result<Vec<u8>, Error> {
        Ok(document.sign(&self.signing)?.to_bytes()?)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.address())
    }
}

/// Twenty-four new words, from the system's randomness.
pub fn new_words() -> Result<String, Error> {
    let words = Mnemonic::generate(24).map_err(|error| Error::Mnemonic {
        name: "a new key".into(),
        reason: error.to_string(),
    })?;
    Ok(words.to_string())
}
