//! The same bytes as a stock WASI runtime: the one in Node.js.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use support::compiled;
use surge_node::{run, Job, Limits, Status};

const STOCK_RUNTIME: &str = "
    import { WASI } from 'node:wasi';
    import { readFile } from 'node:fs/promises';
    const [program, input, ...args] = process.argv.slice(1);
    const wasi = new WASI({ version: 'preview1', args: ['job', ...args], env: {},
        preopens: { '/input': input }, returnOnExit: true });
    const module = await WebAssembly.compile(await readFile(program));
    process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
";

/// Output and exit code in Node.js, or nothing where there is no Node.js.
fn in_node(program: &Path, job: &Job) -> Option<(Vec<u8>, Option<i32>)> {
    let mut node = Command::new("node")
        .args(["--no-warnings", "--input-type=module", "-e", STOCK_RUNTIME])
        .arg("--")
        .arg(program)
        .arg(job.input_dir.as_ref().unwrap())
        .args(&job.args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    node.stdin.take().unwrap().write_all(&job.stdin).unwrap();
    let done = node.wait_with_output().unwrap();
    Some((done.stdout, done.status.code()))
}

#[test]
fn a_program_from_elsewhere_gives_the_bytes_of_a_stock_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("data/deep")).unwrap();
    fs::write(at("numbers.txt"), "0123456789abcdef").unwrap();
    fs::write(at("data/empty"), "").unwrap();
    fs::write(at("data/deep/large"), vec![b'x'; 300_000]).unwrap();
    for i in 0..200 {
        fs::write(at(&format!("data/entry with a long name {i}")), [i]).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("deep/large", at("data/link")).unwrap();

    let program = compiled("survey");
    let job = Job {
        program: fs::read(&program).unwrap(),
        args: vec!["--depth".into(), "ä ö".into(), String::new()],
        stdin: b"first\nsecond\n\nlast".to_vec(),
        input_dir: Some(folder.path().to_owned()),
    };
    let ours = run(job.clone(), &Limits::default()).unwrap();
    assert_eq!(
        ours.status,
        Status::Exited { code: 4 },
        "{}",
        ours.stderr_text()
    );
    assert_eq!(ours.stderr_text(), "done\n");

    let Some((output, code)) = in_node(&program, &job) else {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI needs Node.js for the comparison with a stock runtime"
        );
        eprintln!("skipped: there is no Node.js to compare with");
        return;
    };
    assert_eq!(code, Some(4));
    assert_eq!(
        String::from_utf8_lossy(&ours.output),
        String::from_utf8_lossy(&output)
    );
    assert_eq!(ours.output, output);
}
