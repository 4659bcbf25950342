//! What to do about what a contract or the chain refused: one table.

/// Whose error it is, words of it (`…` stands for what differs), and what to do next. The
/// first that fits counts.
pub const STEPS: &[(&str, &str, &str)] = &[
    // Who.
    ("registry", "is neither owner nor operator of a provider", "register with: surge provider register --operator NAME; or sign with another key: --from NAME"),
    ("registry", "only the owner of provider", "sign with its owner's key: --from NAME; who it is: surge provider show PROVIDER"),
    ("registry", "only the operator of provider", "sign with its operator's key: --from NAME; who it is: surge provider show PROVIDER"),
    ("registry", "already belongs to provider", "use another key, or see that provider with: surge provider show PROVIDER"),
    ("escrow", "only the requester of job", "sign with the requester's key: --from NAME; who it is: surge job show JOB"),
    ("escrow", "only the operator of the node that has job", "sign with the operator's key: --from NAME; which node has it: surge job show JOB"),
    ("escrow", "may rule, not", "who rules stands in: surge network params escrow"),
    ("escrow", "and may not rule on it", "wait until its deadline is over: then anybody may settle it with: surge job settle JOB"),
    ("dao", "is not a member", "see who is with: surge dao members"),
    ("dao", "only the proposer of proposal", "sign with the proposer's key: --from NAME; who it is: surge dao show PROPOSAL"),
    // What is not there.
    ("registry", "there is no provider", "see which there are with: surge provider list"),
    ("registry", "there is no node", "see which there are with: surge node list"),
    ("registry", "there is no region", "see which there are with: surge network regions"),
    ("registry", "there is no class", "see which there are with: surge network classes"),
    ("registry", "has no market in denomination", "see which there are with: surge network classes"),
    ("escrow", "is not accepted here", "see what is taken with: surge network denoms"),
    ("escrow", "the registry knows no provider", "see which there are with: surge provider list"),
    ("escrow", "there is no job", "see which there are with: surge job list"),
    ("registry", "there is no explanation for job", "it has had no node yet; see where it stands with: surge job show JOB"),
    ("registry", "holds no node", "see where it stands with: surge job show JOB"),
    ("dao", "there is no proposal", "see which there are with: surge dao list"),
    ("dao", "there is no member", "see who is with: surge dao members"),
    // When.
    ("escrow", "too late for job", "see what can be done now with: surge job show JOB"),
    ("escrow", "too early for job", "wait for that time; see it with: surge job show JOB"),
    ("registry", "has not been delivered", "wait for the result: surge job watch JOB"),
    ("registry", "is ready to be withdrawn", "see from when with: surge provider show PROVIDER"),
    ("rewards", "no epoch is over", "wait for that time; where the schedule stands: surge rewards show"),
    ("rewards", "vests", "see what vests with: surge claim --show"),
    ("rewards", "the emission may change again at", "propose it again after that time"),
    ("dao", "nobody votes any longer", "see what became of it with: surge dao show PROPOSAL"),
    ("dao", "there is nothing to record", "see where it stands with: surge dao show PROPOSAL"),
    ("dao", "it is not over", "see when it ends with: surge dao show PROPOSAL"),
    ("dao", "has said ", "vote otherwise, or let it stand; see: surge dao ballots PROPOSAL"),
    ("dao", "had no weight at the start of block", "who comes after a proposal votes on the next one; see: surge dao member"),
    ("dao", "no weight that is old enough", "see from when it counts with: surge dao member MEMBER"),
    ("dao", "no stake whose wait is over", "see from when with: surge dao member MEMBER"),
    // How much.
    ("registry", "bond more", "add to it with: surge provider bond AMOUNT; what is free: surge provider show"),
    ("registry", "is too low", "the smallest bond stands in: surge network classes"),
    ("registry", "is below the smallest of its class", "the smallest node stands in: surge network classes"),
    ("registry", "drain and wait for", "take no new jobs with: surge provider drain; then try again"),
    ("escrow", "nothing is there to be withdrawn", "see what waits with: surge credit show; for evictions and reports: surge tips show"),
    ("escrow", "the deposit is zero", "say what it may cost at most with --max-price"),
    ("escrow", "with this, not", "see the price with: surge job show JOB"),
    ("registry", "the job needs none of the class's leading resource", "ask for some, such as --cores 1; which it is: surge network classes"),
    ("registry", "no region is allowed", "allow more with --region, or leave it away; see: surge network regions"),
    ("escrow", "no node for job", "see what keeps each node with: surge job simulate; raise --max-price, need less, or let it wait with --wait"),
    ("registry", "is not after the last", "another heartbeat was faster; the node is alive"),
    ("registry", "none of these nodes is silent", "see when a node was heard of with: surge node show NODE"),
    ("dao", "proposals that are not over", "finish one first: surge dao member lists yours"),
    ("dao", "others have voted on proposal", "vote against it yourself: surge dao vote PROPOSAL no"),
    ("dao", "what changes code stands alone in a proposal", "open one proposal for the code and another for the rest"),
    // Whether at all.
    ("registry", "intake is closed", "it opens by vote: surge dao list; all else goes on"),
    ("escrow", "job …, this needs", "see where it stands with: surge job show JOB"),
    ("dao", "proposal …, this needs", "see where it stands with: surge dao show PROPOSAL"),
    ("registry", "provider …, this needs", "see where it stands with: surge provider show PROVIDER"),
    // The chain itself.
    ("chain", "insufficient fee", "the node wants a higher gas price: compare `surge network check` with gas_price in the network's file"),
    ("chain", "exceeds block max gas", "no block takes so much gas: give it less with --gas, or do it in several transactions; a block's gas: surge network check"),
    ("chain", "insufficient funds", "see what the key holds with: surge keys show NAME"),
    ("chain", "out of gas", "give it more with --gas, or leave --gas away to have it simulated"),
    ("chain", "account sequence mismatch", "other transactions of this key were faster; send it again"),
    ("chain", "mempool is full", "the node has too much to do; send it again later"),
    ("chain", "already exists in cache", "the node has it already: surge tx HASH tells what became of it"),
    ("chain", "tx already in mempool", "the node has it already: surge tx HASH tells what became of it"),
    ("chain", "timeout height", "it came too late for its block; send it again"),
    (
        "chain",
        "height in the future",
        "the newest block stands in: surge doctor",
    ),
    ("chain", "too large", "it does not fit the node's limits, see: surge network check"),
];

/// The step for an error with these words.
pub fn step(said: &str) -> Option<&'static str> {
    STEPS
        .iter()
        .find(|(_, words, _)| words.split('…').all(|part| said.contains(part)))
        .map(|(_, _, step)| *step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text of an error in a contract's source: quotes are all that is taken away.
    fn errors(contract: &str) -> String {
        let path = format!(
            "{}/../../contracts/{contract}/src/error.rs",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read_to_string(path).expect("errors")
    }

    #[test]
    fn every_step_answers_to_words_that_the_contract_still_says() {
        for (contract, words, step) in STEPS {
            assert!(!step.is_empty());
            if *contract != "chain" {
                let errors = errors(contract);
                assert!(
                    words.split('…').all(|part| errors.contains(part)),
                    "{contract} never says {words:?}"
                );
            }
        }
    }

    #[test]
    fn each_command_that_a_step_names_exists() {
        let program = crate::program();
        for (_, words, step) in STEPS {
            for part in step.split("surge ").skip(1) {
                let mut command = &program;
                for word in part.split([' ', ';', '`', ':']) {
                    match command.find_subcommand(word) {
                        Some(found) => command = found,
                        None => break,
                    }
                }
                assert!(
                    !command.has_subcommands(),
                    "the step for {words:?} names no command: {part:?}"
                );
            }
        }
    }

    #[test]
    fn what_contracts_say_leads_to_a_step() {
        for (said, expected) in [
            (
                "wasm1x is neither owner nor operator of a provider: register one first",
                "surge provider register",
            ),
            (
                "too late for job 7: it was possible until 3 seconds of block time, now it is 4",
                "surge job show",
            ),
            (
                "10 base units of free bond in denomination 1 are needed, there are 2: bond more",
                "surge provider bond",
            ),
            (
                "proposal 3 is Queued: nobody votes any longer",
                "surge dao show",
            ),
        ] {
            let found = step(said).expect(said);
            assert!(found.contains(expected), "{said}: {found}");
        }
        assert_eq!(step("something else"), None);
    }
}
