//! C programs built by gcc against the library, and run: as they are, and under valgrind.

use std::env::current_exe;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Where the header is, from the root of this crate.
pub(crate) const INCLUDE: &str = "include";

/// Which of the two libraries a program is linked with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Linked {
    /// The archive: the program carries it.
    Static,
    /// The shared object: the program finds it when it starts.
    Shared,
}

/// A program that was built.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    /// Builds a program of C files, from the root of this crate.
    pub(crate) fn build(sources: &[&str], linked: Linked) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut gcc = Command::new("gcc");
        gcc.args([
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-g",
        ])
        .args(["-I", INCLUDE, "-I", "examples", "-I", "tests/c", "-o"])
        .arg(folder.path().join("program"))
        .args(sources)
        .current_dir(root);
        let libraries = libraries();
        match linked {
            Linked::Static => gcc.arg(libraries.join("libridecode_validator_c.a")).args([
                "-lgcc_s",
                "-lpthread",
                "-lm",
                "-ldl",
            ]),
            Linked::Shared => gcc
                .arg("-L")
                .arg(&libraries)
                .arg("-lridecode_validator_c")
                .arg(format!("-Wl,-rpath,{}", libraries.display())),
        };
        demand_success(&mut gcc);
        Self { folder }
    }

    /// Runs it: what it writes to its standard output.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> String {
        let mut program = Command::new(self.path());
        run(program.args(arguments), input)
    }

    /// Runs it under valgrind. Ends the test for any error in memory, and for any leak.
    pub(crate) fn run_watched(&self, arguments: &[&str], input: &str) -> String {
        let mut valgrind = Command::new("valgrind");
        valgrind
            .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
            .args(["--errors-for-leak-kinds=definite,indirect,possible"])
            .arg(self.path())
            .args(arguments);
        run(&mut valgrind, input)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }
}

/// Ends the test unless a command succeeds.
pub(crate) fn demand_success(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|fault| panic!("{command:?}: {fault}; run scripts/install-tools"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{told}",
        output.status
    );
    output
}

fn run(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("{command:?}: {fault}; run scripts/install-tools"));
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that ends early has said why; that it did not read on is no news.
        scope.spawn(move || stdin.write_all(input.as_bytes()));
        child.wait_with_output().unwrap()
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{told}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Cargo builds the library in all its forms for the tests, into the folder the tests are in.
fn libraries() -> PathBuf {
    let mut folder = current_exe().unwrap();
    folder.pop();
    folder
}
