//! Transactions that no block takes, whatever their messages say.

use cosmrs::Any;
use cosmwasm_std::coins;
use surge_chain::{instantiate2, pay, store_code, Chain, Envelope, Error, Key, Limit, Network};
use surge_chain_tests::{network, Surge};

use super::refused;

/// Gas of a transfer, with room.
const GAS: u64 = 150_000;

struct Sender {
    chain: Chain,
    key: Key,
}

impl Sender {
    fn new() -> Self {
        let network = network().expect("the network's file");
        let key = network.key("hostile").expect("a key");
        let chain = Chain::connect(network).expect("a node");
        Self { chain, key }
    }

    fn balance(&self) -> u128 {
        let denom = &self.chain.network().fee.denom;
        self.chain
            .balance(self.key.address(), denom)
            .expect("an answer")
    }

    fn transfer(&self) -> Any {
        let funds = coins(1, &self.chain.network().fee.denom);
        pay(self.key.address(), self.key.address(), &funds).expect("a message")
    }

    /// Signs and hands over with something changed. Fails as the node says, and neither
    /// sequence nor balance moves.
    fn fails(&self, message: Any, change: impl FnOnce(&mut Envelope)) -> Error {
        let sequence = self.chain.sequence(self.key.address()).expect("an account");
        let balance = self.balance();
        let mut envelope = self
            .chain
            .envelope(self.key.address(), GAS)
            .expect("an envelope");
        change(&mut envelope);
        let signed = self
            .chain
            .sign(&self.key, &[message], &envelope)
            .expect("a transaction");
        let error = self
            .chain
            .broadcast(&signed.bytes)
            .expect_err("no block takes it");
        let now = self.chain.sequence(self.key.address()).expect("an account");
        assert_eq!((now, self.balance()), (sequence, balance), "{error}");
        error
    }
}

/// The code and the words of a transaction that the node did not take.
fn words(error: &Error) -> (u64, &str) {
    match error {
        Error::Refused { code, raw_log } => (*code, raw_log),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_signed_for_something_else_is_refused() {
    let sender = Sender::new();
    let envelope = sender
        .chain
        .envelope(sender.key.address(), GAS)
        .expect("an envelope");
    let (number, sequence) = (envelope.account_number, envelope.sequence);
    let unverified = format!("signature verification failed; please verify account number ({number}) and chain-id (surge-dev-1): (unable to verify single signer signature): unauthorized");

    let error = sender.fails(sender.transfer(), |envelope| {
        envelope.chain_id = "surge-dev-2".into()
    });
    assert_eq!(words(&error), (4, unverified.as_str()));

    let error = sender.fails(sender.transfer(), |envelope| envelope.account_number += 1);
    assert_eq!(words(&error), (4, unverified.as_str()));

    for (change, given) in [(1i64, sequence + 1), (-1, sequence.wrapping_sub(1))] {
        if change < 0 && sequence == 0 {
            continue;
        }
        let error = sender.fails(sender.transfer(), |envelope| envelope.sequence = given);
        let log = format!("account sequence mismatch, expected {sequence}, got {given}: incorrect account sequence");
        assert_eq!(words(&error), (32, log.as_str()));
        assert!(error.is_wrong_sequence());
    }

    let height = sender.chain.height().expect("a height");
    let error = sender.fails(sender.transfer(), |envelope| {
        envelope.last_block = height - 1
    });
    assert_eq!(words(&error).0, 30);
    assert!(words(&error).1.ends_with("tx timeout height"), "{error}");
}

#[test]
fn a_fee_below_the_nodes_price_is_refused() {
    let sender = Sender::new();
    let enough = sender.chain.network().fee.of(GAS).expect("a fee");
    for fee in [1, enough - 1] {
        let error = sender.fails(sender.transfer(), |envelope| envelope.fee = fee);
        let log = format!(
            "insufficient fees; got: {fee}ustake required: {enough}ustake: insufficient fee"
        );
        assert_eq!(words(&error), (13, log.as_str()));
    }
    // What the signer does not hold cannot be a fee.
    let balance = sender.balance();
    let error = sender.fails(sender.transfer(), |envelope| envelope.fee = balance + 1);
    let log = format!(
        "spendable balance {balance}ustake is smaller than {}ustake: insufficient funds",
        balance + 1
    );
    assert_eq!(words(&error).0, 5);
    assert!(words(&error).1.starts_with(&log), "{error}");

    // A network's file with a price that the node does not take: the person hears what to do.
    let folder = tempfile::tempdir().expect("a folder");
    let mut cheap: Network = network().expect("the network's file");
    cheap.fee.gas_price = "0.02".into();
    let path = folder.path().join("cheap.toml");
    std::fs::write(&path, cheap.to_toml().expect("TOML")).expect("a file");
    let surge = Surge {
        network: path,
        ..Surge::new(folder.path().join("home")).signing("hostile")
    };
    let (error, next) = surge.fails(&["pay", sender.key.address(), "1 STAKE"]);
    assert!(error.contains("insufficient fee"), "{error}");
    assert!(next.contains("gas_price in the network's file"), "{next}");
}

#[test]
fn a_transaction_lands_once_however_often_it_is_handed_over() {
    let sender = Sender::new();
    let envelope = sender
        .chain
        .envelope(sender.key.address(), GAS)
        .expect("an envelope");
    let signed = sender
        .chain
        .sign(&sender.key, &[sender.transfer()], &envelope)
        .expect("a transaction");
    sender.chain.broadcast(&signed.bytes).expect("taken");
    sender
        .chain
        .broadcast(&signed.bytes)
        .expect("known already, which is no error");
    sender.chain.wait(&signed).expect("a block");
    let balance = sender.balance();
    sender
        .chain
        .broadcast(&signed.bytes)
        .expect("known already, which is no error");
    // Two blocks later nothing came of it.
    let height = sender.chain.height().expect("a height");
    while sender.chain.height().expect("a height") < height + 2 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(sender.balance(), balance);

    // Signed anew with the sequence that is used up.
    let mut replayed = envelope.clone();
    replayed.memo = "once more".into();
    let replayed = sender
        .chain
        .sign(&sender.key, &[sender.transfer()], &replayed)
        .expect("a transaction");
    let error = sender
        .chain
        .broadcast(&replayed.bytes)
        .expect_err("used up");
    let used = envelope.sequence;
    let log = format!(
        "account sequence mismatch, expected {}, got {used}: incorrect account sequence",
        used + 1
    );
    assert_eq!(words(&error), (32, log.as_str()));
    assert_eq!(sender.balance(), balance);
    let now = sender
        .chain
        .sequence(sender.key.address())
        .expect("an account");
    assert_eq!(now, used + 1);
}

#[test]
fn what_is_too_large_is_refused() {
    let sender = Sender::new();
    let error = sender.fails(sender.transfer(), |envelope| {
        envelope.memo = "m".repeat(257)
    });
    let log = "maximum number of characters is 256 but received 257 characters: memo too large";
    assert_eq!(words(&error), (12, log));

    // A node's RPC reads a megabyte at most; in base64 that is a transaction of 750,000 bytes,
    // below the mebibyte that its pool would take.
    let sent = store_code(sender.key.address(), &noise(800_000)).expect("a message");
    let text = sender.fails(sent, |_| {}).to_string();
    assert!(text.contains("http: request body too large"), "{text}");

    // Code that travels compressed and is more than 800 KiB when it is unpacked.
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    // One custom section of a megabyte: its id, its length, no name, zeros.
    wasm.extend([0, 0x80, 0x80, 0x40]);
    wasm.extend(vec![0; 1 << 20]);
    let balance = sender.balance();
    let message = store_code(sender.key.address(), &wasm).expect("a message");
    let fee = sender.chain.network().fee.of(20_000_000).expect("a fee");
    let error = refused(
        sender
            .chain
            .send(&sender.key, &[message], Limit::Gas(20_000_000)),
        "code over the limit",
    );
    assert_eq!(error.raw_log(), "failed to execute message; message index: 0: uncompress wasm archive: max 819200 bytes: exceeds limit: create wasm contract failed");
    assert_eq!(balance - sender.balance(), fee, "the fee is paid");
}

#[test]
fn a_label_has_at_most_128_bytes() {
    let sender = Sender::new();
    let label = |bytes: usize| {
        let msg = serde_json::json!({});
        instantiate2(
            sender.key.address(),
            1,
            &"l".repeat(bytes),
            "",
            b"salt",
            &msg,
        )
        .expect("a message")
    };
    let error = sender.fails(label(129), |_| {});
    let log = "label: cannot be longer than 128 characters: exceeds limit";
    assert_eq!(words(&error), (13, log));
}

/// Bytes that no compression makes shorter, the same on each run.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x5375_7267_6500_0002_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..bytes / 8).flat_map(|_| next().to_le_bytes()).collect()
}
