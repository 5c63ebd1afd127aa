//! The programs of the demo, each a process of its own, started as an operator would start them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A program that runs in the background and tells us lines on its standard output.
pub(super) struct Program {
    name: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts this program in a role. What it logs goes to a file in `folder`.
    pub(super) fn start(name: &str, arguments: &[String], folder: &Path) -> anyhow::Result<Self> {
        let log = std::fs::File::create(folder.join(format!("{name}.log")))
            .with_context(|| format!("no log file can be made in {}", folder.display()))?;
        let program = std::env::current_exe().context("this program cannot find itself")?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        let stdout = child
            .stdout
            .take()
            .context("a child has a standard output")?;
        Ok(Self {
            name: name.to_owned(),
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    /// Waits for a line that `find` makes something of.
    pub(super) async fn wait_for<T>(
        &mut self,
        find: impl Fn(&str) -> Option<T>,
    ) -> anyhow::Result<T> {
        let search = async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(found) = find(&line) {
                    return Ok(found);
                }
            }
            bail!("{} stopped; its log says why", self.name)
        };
        timeout(PATIENCE, search)
            .await
            .with_context(|| format!("{} said nothing for {PATIENCE:?}", self.name))?
    }

    /// Kills it, as a power cut would.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child
            .kill()
            .await
            .with_context(|| format!("{} cannot be killed", self.name))
    }
}

/// Where a demo keeps its things.
pub(super) struct Folder {
    /// The folder.
    pub(super) path: PathBuf,
    /// Removes a folder that was made for this demo alone.
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// The folder asked for, or a temporary one.
    pub(super) fn open(asked: Option<PathBuf>) -> anyhow::Result<Self> {
        let Some(path) = asked else {
            let temporary = tempfile::Builder::new()
                .prefix("ridecode-demo-")
                .tempdir()?;
            return Ok(Self {
                path: temporary.path().to_owned(),
                _temporary: Some(temporary),
            });
        };
        std::fs::create_dir_all(&path)
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        if std::fs::read_dir(&path)?.next().is_some() {
            bail!(
                "the folder {} is not empty; name a new one with --folder",
                path.display()
            );
        }
        Ok(Self {
            path,
            _temporary: None,
        })
    }

    /// A folder within it.
    pub(super) fn sub(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("the folder {} cannot be made", path.display()))?;
        Ok(path)
    }
}

/// How long a program may say nothing before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(60);
