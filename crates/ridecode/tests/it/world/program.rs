//! The real program, as a process of its own.

use std::process::Stdio;

use ridecode::config::Config;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A back office, running.
pub(crate) struct Program {
    /// Where it serves.
    pub(crate) url: String,
    child: Child,
}

/// How a program ended and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit status; `None` if it was killed.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) output: String,
    /// Standard error.
    pub(crate) errors: String,
}

impl Program {
    /// Starts `ridecode serve` on a configuration's folder and provider, with more flags.
    pub(crate) async fn serve(config: &Config, flags: &[String]) -> Self {
        let key = hex::encode(config.provider.key.expect("the provider's key"));
        let mut child = command(config, &["serve"])
            .args(["--listen", "127.0.0.1:0"])
            .args(["--provider-url", &config.provider.url])
            .args(["--provider-key", &key])
            .args(["--set", "work.tick_ms=50", "--set", "serve.audit_threads=2"])
            .args(flags)
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("a standard output");
        let mut lines = BufReader::new(stdout).lines();
        let line = lines.next_line().await.expect("a line");
        let line = line.expect("the program says where it serves");
        let (_, url) = line.split_once(" serves at ").expect("an address");
        Self {
            url: url.to_owned(),
            child,
        }
    }

    /// Runs a command to its end.
    pub(crate) async fn run(config: &Config, arguments: &[&str]) -> Ended {
        let output = command(config, arguments).output().await;
        let output = output.expect("the program runs");
        Ended {
            status: output.status.code(),
            output: String::from_utf8(output.stdout).expect("text"),
            errors: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// As a power cut would: nothing is finished, nothing is said.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("it is killed");
    }

    /// Asks it to stop, as an operator would, and waits for its end.
    pub(crate) async fn stop(mut self) -> Ended {
        let id = self.child.id().expect("it is running").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.expect("kill runs").success());
        let mut errors = String::new();
        let mut stderr = self.child.stderr.take().expect("a standard error");
        stderr.read_to_string(&mut errors).await.expect("text");
        let status = self.child.wait().await.expect("it ends");
        Ended {
            status: status.code(),
            output: String::new(),
            errors,
        }
    }
}

fn command(config: &Config, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ridecode"));
    command
        .args(arguments)
        .arg("--folder")
        .arg(&config.folder)
        .env_clear()
        .current_dir(config.folder.parent().expect("a folder above"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}
