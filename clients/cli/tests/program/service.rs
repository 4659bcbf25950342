//! `surge node run` as a service.

use crate::suite::World;

/// The unit that providers install.
const UNIT: &str = include_str!("../../../../docs/provider/surge-node.service");

#[test]
fn what_only_the_owner_can_mend_ends_the_service_and_nothing_else_does() {
    let prevents = UNIT
        .lines()
        .find_map(|line| line.strip_prefix("RestartPreventExitStatus="))
        .expect("exit codes");
    let ends_service = |code: i32| prevents.split(' ').any(|one| one == code.to_string());
    let world = World::new();
    let settings = "operator = \"operator1\"\nlook_millis = 5\n";
    world.surge.file("wrong.toml", settings);
    let suite = std::fs::read_to_string(world.surge.path("suite.toml")).expect("the network");
    let silent = suite
        .lines()
        .map(|line| match line.starts_with("rpc = ") {
            true => "rpc = [\"http://127.0.0.1:9\"]",
            false => line,
        })
        .collect::<Vec<_>>()
        .join("\n");
    world.surge.file("silent.toml", &silent);
    for (network, more, error, code) in [
        (
            "suite.toml",
            &["--from", "anyone"][..],
            "is no provider's operator",
            3,
        ),
        (
            "suite.toml",
            &["--from", "provider1"],
            "owns provider 1 and is not its operator",
            3,
        ),
        (
            "suite.toml",
            &["--from", "operator1", "--node", "7"],
            "has no node 7",
            3,
        ),
        (
            "suite.toml",
            &["--config", "wrong.toml"],
            "look_millis is 5",
            3,
        ),
        ("suite.toml", &[], "nobody is named who signs", 3),
        ("suite.toml", &["--from", "nobody"], "nobody", 3),
        ("suite.toml", &["--from", "operator1", "--nod"], "--nod", 2),
        ("silent.toml", &["--from", "operator1"], "127.0.0.1:9", 1),
    ] {
        let words = [&["node", "run", "--network", network], more].concat();
        for json in [&["--json"][..], &[]] {
            let ended = world.surge.run(&[&words[..], json].concat());
            assert_eq!(ended.code, code, "{words:?}: {ended:?}");
            assert!(ended.err.contains(error), "{words:?}: {ended:?}");
            assert_eq!(ends_service(ended.code), code != 1, "{words:?}");
        }
    }
}
