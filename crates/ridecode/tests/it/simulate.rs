//! `ridecode simulate` on the command line: what is asked wrongly is told before anything is played,
//! and the machine's faults are nobody's broken promise.

use std::process::Stdio;

use crate::load::command;

/// Ends with `status`, and says `words` and no secret.
async fn check(options: &[&str], (status, words): (i32, &str)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = command(folder.path(), options, None).output().await;
    let output = output.expect("ridecode runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{options:?}: {errors}");
    assert!(errors.contains(words), "{options:?}: {errors}");
    assert!(!errors.contains("secret"), "{options:?}: {errors}");
    let left = std::fs::read_dir(folder.path()).expect("the folder");
    assert_eq!(left.count(), 0, "{options:?} leaves nothing behind");
}

#[tokio::test]
async fn options_that_do_not_go_together_are_refused() {
    let against = ["--against", "http://127.0.0.1:1", "--rate", "1"];
    for (option, value) in [
        ("--days", "1"),
        ("--soak", "1"),
        ("--store", "sqlite"),
        ("--database", "postgres://ride@localhost/ride"),
        ("--city", "example"),
    ] {
        check(&[&against[..], &[option, value]].concat(), (2, option)).await;
    }
    check(&["--rate", "5", "--days", "1"], (2, "--against")).await;
    check(&["--json", "--store", "sqlite"], (2, "--against")).await;
    check(&["--bugs", "here", "--days", "1"], (2, "--soak")).await;
}

#[tokio::test]
async fn a_city_without_a_database_is_no_broken_promise() {
    let server = |address| {
        [
            "--days",
            "1",
            "--riders",
            "4",
            "--store",
            "postgres",
            "--database",
            address,
        ]
    };
    let none = server("postgres://ride@127.0.0.1:1/ride");
    check(&none, (2, "cannot be reached")).await;
    let soak = ["--soak", "1", "--bugs", "/dev/null/bugs"];
    check(&[&none[..], &soak].concat(), (2, "/dev/null/bugs")).await;
    let told = server("postgres://ride:secret@127.0.0.1:1/ride");
    check(&told, (2, "a password stands in the address")).await;
    let far = server("postgres://ride@localhost/ride?hostaddr=192.0.2.7");
    check(&far, (2, "192.0.2.7")).await;
}

#[tokio::test]
async fn lines_that_nobody_takes_are_told_of_in_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = ["--days", "1", "--riders", "4", "--city", "example"];
    let full = std::fs::File::create("/dev/full").expect("a device that is full");
    let mut run = command(folder.path(), &options, None);
    let run = run.stdout(Stdio::from(full)).spawn();
    let output = run.expect("ridecode runs").wait_with_output().await;
    let output = output.expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("standard output"), "{errors}");
    assert!(!errors.contains("panic"), "{errors}");
}
