//! The example jobs as users build them, in this runtime: what they answer to their
//! samples, twice the same bytes, and how they refuse.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use surge_node::{run, Job, Limits, Outcome, Status};

/// Builds `examples/jobs/<name>` to a WASI program, where `scripts/demo` finds it too.
fn built(name: &str) -> Vec<u8> {
    // The folder beside the one that Cargo gives to tests.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let package = format!("surge-job-{name}");
    let done = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--release", "-p", &package])
        .args(["--target", "wasm32-wasip1", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(done.success(), "{package} did not build");
    let program = format!("wasm32-wasip1/release/{package}.wasm");
    fs::read(target.join(program)).unwrap()
}

fn sample(name: &str) -> Vec<u8> {
    let jobs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/jobs");
    fs::read(jobs.join(name).join("sample.csv")).unwrap()
}

fn job(program: &[u8], args: &[&str], stdin: &[u8], input_dir: Option<PathBuf>) -> Job {
    Job {
        program: program.to_vec(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        stdin: stdin.to_vec(),
        input_dir,
    }
}

/// What a job gives, after it gave the same twice.
fn outcome(job: &Job) -> Outcome {
    let outcome = run(job.clone(), &Limits::default()).unwrap();
    let again = run(job.clone(), &Limits::default()).unwrap();
    assert_eq!(outcome.output, again.output);
    assert_eq!(outcome.stderr, again.stderr);
    assert_eq!(outcome.sha256, again.sha256);
    assert_eq!(outcome.usage.fuel, again.usage.fuel);
    outcome
}

fn output(job: &Job) -> String {
    let outcome = outcome(job);
    assert_eq!(
        outcome.status,
        Status::Finished,
        "{}",
        outcome.stderr_text()
    );
    String::from_utf8(outcome.output).unwrap()
}

/// The exit code 2, nothing on standard output, and this on standard error.
fn refuses(job: &Job, problem: &str) {
    let outcome = outcome(job);
    assert_eq!(outcome.status, Status::Exited { code: 2 });
    assert_eq!(outcome.output, b"");
    let told = outcome.stderr_text();
    assert!(told.contains(problem), "{told:?} does not say {problem:?}");
}

#[test]
fn a_regression_gives_the_bytes_that_it_gives_everywhere() {
    let program = built("regression");
    let sample = sample("regression");
    let ask = |args: &[&str]| output(&job(&program, args, &sample, None));
    assert_eq!(
        ask(&[]),
        "kind,name,estimate,std_error,lower,upper\n\
         coefficient,(intercept),89259.9,3411.738,82826.6675,95999.3004\n\
         coefficient,area_m2,2403.66302,24.9212057,2352.62466,2451.62091\n\
         coefficient,age_years,-886.524486,45.2762831,-980.349378,-798.941993\n\
         coefficient,centre_km,-6742.46989,245.726008,-7228.90458,-6284.07855\n\
         fit,r_squared,0.981258053,0.00211238787,0.976974973,0.98536368\n\
         fit,rows,200,,,\n\
         bootstrap,replicates,2000,,,\n\
         bootstrap,confidence,0.95,,,\n"
    );
    assert_eq!(ask(&["--target", "price"]), ask(&[]));
    assert_ne!(ask(&["--seed", "2"]), ask(&[]));
    let table = ask(&["--table", "--replicates=100"]);
    assert!(table.contains("200 rows, 100 resamples"), "{table}");

    let wrong = job(&program, &["--target", "cost"], &sample, None);
    refuses(&wrong, "no column `cost`: there are `area_m2`");
    let broken = job(&program, &[], b"a,b\n1,2\n2,\n", None);
    refuses(&broken, "line 3, column `b`: `` is no number");
}

#[test]
fn a_model_that_one_job_trains_predicts_in_another() {
    let program = built("training");
    let sample = sample("training");
    let training = outcome(&job(&program, &[], &sample, None));
    assert_eq!(training.status, Status::Finished);
    let told = training.stderr_text();
    assert_eq!(told.lines().count(), 50);
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("epoch 50: loss 0."), "{last}");

    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.json"), &training.output).unwrap();
    let folder = Some(folder.path().to_owned());
    let predict = ["--predict", "model.json"];

    // With labels the accuracy is told.
    let labelled = outcome(&job(&program, &predict, &sample, folder.clone()));
    assert_eq!(labelled.status, Status::Finished);
    let told = labelled.stderr_text();
    let right = told.trim().strip_prefix("accuracy ").unwrap();
    let right: f64 = right.split_once(' ').unwrap().0.parse().unwrap();
    assert!(right >= 0.95, "{told}");

    // Columns may stand in another order, and without labels.
    let flowers = "petal_width_cm,petal_length_cm,sepal_width_cm,sepal_length_cm\n\
                   0.2,1.4,3.5,5.1\n1.3,4.2,2.9,5.7\n2.2,6.1,3.0,7.1\n";
    let found = output(&job(&program, &predict, flowers.as_bytes(), folder.clone()));
    let classes: Vec<&str> = found
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0)
        .collect();
    assert_eq!(
        classes,
        ["row,predicted", "1,setosa", "2,versicolor", "3,virginica"]
    );

    let other = job(&program, &predict, b"petal_width_cm\n1\n", folder.clone());
    refuses(&other, "no column `sepal_length_cm`");
    let missing = job(&program, &["--predict", "other.json"], &sample, folder);
    refuses(&missing, "cannot read the model /input/other.json");
    let nowhere = job(&program, &predict, &sample, None);
    refuses(&nowhere, "cannot read the model /input/model.json");
    let single = job(&program, &[], b"a,b\n1,x\n2,x\n", None);
    refuses(&single, "one class, and 2 are the least");
}
