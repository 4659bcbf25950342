//! Keys that are not `surge`'s: what `--unsigned` writes is signed and sent by the chain's own
//! program, by one key and by two of three. `scripts/chain elsewhere` runs it.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use surge_chain::Network;
use surge_chain_tests::Surge;

const PATIENCE: Duration = Duration::from_secs(30);

/// The chain's own program, with a keyring of its own.
struct Wasmd {
    home: PathBuf,
    chain_id: String,
    node: String,
}

impl Wasmd {
    fn run(&self, words: &[&str], input: &str) -> String {
        let program = env::var_os("SURGE_WASMD_HOME").expect("run scripts/chain");
        let mut command = Command::new(Path::new(&program).join("wasmd"));
        let mut child = command
            .args(words)
            .args(["--home", &self.home.display().to_string()])
            .current_dir(&self.home)
            .env("LD_LIBRARY_PATH", &program)
            .env("DYLD_LIBRARY_PATH", &program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("wasmd starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("it reads");
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "wasmd {words:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn keys(&self, words: &[&str], input: &str) -> String {
        let words = [&["keys"], words, &["--keyring-backend", "test"]].concat();
        self.run(&words, input)
    }

    /// Signs, or puts signatures together; what came out is in the file `to`.
    fn tx(&self, words: &[&str], to: &str) {
        let (chain, node) = (self.chain_id.as_str(), self.node.as_str());
        let online = ["--keyring-backend", "test", "--chain-id", chain];
        let online = [&online[..], &["--node", node, "--output-document", to]].concat();
        self.run(&[&["tx"], words, &online].concat(), "");
    }

    /// Sends a signed transaction and waits for its block.
    fn broadcast(&self, file: &str, surge: &Surge) -> Value {
        let words = [
            "tx",
            "broadcast",
            file,
            "--node",
            &self.node,
            "--output",
            "json",
        ];
        let said: Value = serde_json::from_str(&self.run(&words, "")).expect("JSON");
        assert_eq!(said["code"], 0, "{said:#}");
        let (hash, since) = (said["txhash"].as_str().expect("a hash"), Instant::now());
        loop {
            match surge.run(&["tx", hash]) {
                Ok(included) => return included,
                Err(refusal) if since.elapsed() > PATIENCE => panic!("{hash}: {refusal}"),
                Err(_) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }
}

#[test]
fn keys_that_are_elsewhere_sign_what_is_written_for_them() {
    let home = tempfile::tempdir().expect("a folder");
    let surge = Surge::new(home.path());
    let network = Network::load(&surge.network).expect("the network");
    let wasmd = Wasmd {
        home: home.path().to_owned(),
        chain_id: network.chain_id.clone(),
        node: network.rpc[0].clone(),
    };
    let file = |name: &str| home.path().join(name).display().to_string();
    for name in ["member1", "member2", "member3"] {
        let found = network.keys.iter().find(|key| key.name == name);
        let words = format!("{}\n", found.expect("a key").mnemonic);
        wasmd.keys(&["add", name, "--recover"], &words);
    }

    // One key, of which surge knows the address alone.
    let member = wasmd.keys(&["show", "member1", "-a"], "");
    let unsigned = file("one.json");
    let from = surge.signing(&member);
    from.ok(&["pay", "payout1", "1 STAKE", "--unsigned", &unsigned]);
    wasmd.tx(&["sign", &unsigned, "--from", "member1"], "one.signed");
    wasmd.broadcast("one.signed", &surge);

    // Two of three; the second time the chain knows their key, and wants to see it simulated.
    let three = ["--multisig", "member1,member2,member3"];
    let add = ["add", "artists"];
    let two = ["--multisig-threshold", "2"];
    wasmd.keys(&[&add[..], &three, &two].concat(), "");
    let artists = wasmd.keys(&["show", "artists", "-a"], "");
    let faucet = surge.signing("faucet");
    faucet.ok(&["pay", &artists, "5 STAKE"]);
    for turn in ["first", "second"] {
        let unsigned = file(&format!("{turn}.json"));
        let from = surge.signing(&artists);
        let plan = from.ok(&["pay", "payout1", "1 STAKE", "--unsigned", &unsigned]);
        for name in ["member1", "member3"] {
            let to = format!("{turn}.{name}");
            let sign = ["sign", &unsigned, "--from", name, "--multisig", &artists];
            wasmd.tx(&sign, &to);
        }
        let (one, other) = (format!("{turn}.member1"), format!("{turn}.member3"));
        let signed = format!("{turn}.signed");
        wasmd.tx(&["multisign", &unsigned, "artists", &one, &other], &signed);
        let included = wasmd.broadcast(&signed, &surge);
        assert_eq!(included["gas_limit"], plan["gas_limit"]);
    }
}
