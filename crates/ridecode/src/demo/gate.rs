//! The demo's validators: each a process of its own that reads QR pictures from a folder.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ridecode_store::Store;
use ridecode_words::{OperatorId, UnixSeconds};
use serde_json::Value;

use super::cast::{Folder, Program};
use super::print;
use crate::code::picture;
use crate::phone::Code;

/// Where a validator of the demo stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post {
    /// Its name in file names.
    pub(super) id: &'static str,
    /// What the demo calls it.
    pub(super) name: &'static str,
    /// Its operator.
    pub(super) operator: u32,
    /// Its place, in the words of `ridecode validator --place`.
    pub(super) place: &'static str,
}

/// A validator of the demo.
pub(super) struct Gate {
    /// Where it stands.
    pub(super) post: Post,
    folder: PathBuf,
    pictures: PathBuf,
    program: Option<Program>,
    shown: usize,
    /// The last entry it told of.
    written: u64,
}

/// What a validator showed.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// Whether the lamp was green.
    pub(super) admitted: bool,
    /// What the line said.
    pub(super) line: Value,
}

/// How much network a validator has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Network<'a> {
    /// All of it: the back office is at this address.
    Up(&'a str),
    /// None: it works with the bundle it has.
    Cut,
}

impl Gate {
    /// A validator that is not switched on yet.
    pub(super) fn new(post: Post, folder: &Folder) -> anyhow::Result<Self> {
        let pictures = folder.sub(&format!("{}/scanner", post.id))?;
        let folder = folder.sub(post.id)?;
        Ok(Self {
            post,
            folder,
            pictures,
            program: None,
            shown: 0,
            written: 0,
        })
    }

    /// The one-time code it registers with.
    pub(super) fn registration(&self) -> String {
        format!("demo-{}-registration", self.post.id)
    }

    /// Switches it on and waits until it is ready.
    pub(super) async fn switch_on(&mut self, network: Network<'_>) -> anyhow::Result<()> {
        let mut arguments = vec![
            "validator".to_owned(),
            "--json".to_owned(),
            "--bundle-every-s".to_owned(),
            "1".to_owned(),
            "--folder".to_owned(),
            self.folder.display().to_string(),
            "--place".to_owned(),
            self.post.place.to_owned(),
            "--scanner".to_owned(),
            format!("image:{}", self.pictures.display()),
        ];
        match network {
            Network::Up(url) => {
                arguments.extend(["--server".to_owned(), url.to_owned()]);
                arguments.extend(["--register".to_owned(), self.registration()]);
            }
            Network::Cut => arguments.push("--offline".to_owned()),
        }
        let mut program = Program::start(self.post.id, &arguments, &self.folder)?;
        program.wait_for(|line| told(line, "ready")).await?;
        self.program = Some(program);
        Ok(())
    }

    /// Shows a code to its scanner as a picture and waits for the lamp.
    pub(super) async fn scan(&mut self, code: &Code) -> anyhow::Result<Shown> {
        self.shown += 1;
        let picture = picture::draw(code.bytes(), 6)?;
        let finished = self.pictures.join(format!("{:04}.png", self.shown));
        let partial = self.pictures.join("next.partial");
        std::fs::write(&partial, picture).context("the picture cannot be written")?;
        std::fs::rename(&partial, &finished).context("the picture cannot be put in place")?;
        let line = self.program()?.wait_for(|line| told(line, "admit")).await?;
        self.written = line["sequence"].as_u64().unwrap_or(self.written);
        Ok(Shown {
            admitted: line["admit"] == true,
            line,
        })
    }

    /// Shows a code and prints what the lamp says.
    pub(super) async fn show(&mut self, code: &Code) -> anyhow::Result<Shown> {
        let shown = self.scan(code).await?;
        let words = |member: &str| shown.line[member].as_str().unwrap_or_default();
        let mut text = format!("{}  {}", words("shown_zh"), words("shown"));
        if !words("remedy").is_empty() {
            text = format!("{text} — {} / {}", words("remedy_zh"), words("remedy"));
        }
        if shown.admitted {
            print::green(self.post.name, &text);
        } else {
            print::red(self.post.name, &text);
        }
        Ok(shown)
    }

    /// Waits until the back office holds its journal through the last decision.
    pub(super) async fn drain(&self, store: &Store) -> anyhow::Result<()> {
        let path = self.folder.join("registration.toml");
        let text = std::fs::read_to_string(&path).context("the validator is registered")?;
        let registration: toml::Table = text.parse()?;
        let validator = registration["validator"]
            .as_str()
            .context("a validator's number")?;
        for _ in 0..TRIES {
            let held = store.load_held(OperatorId(self.post.operator)).await?;
            let own = held
                .iter()
                .find(|held| held.validator.to_string() == validator);
            let through = own
                .and_then(|own| own.held.first())
                .filter(|range| range.0 == 1);
            if through.is_some_and(|range| range.1 >= self.written) {
                return Ok(());
            }
            tokio::time::sleep(STEP).await;
        }
        bail!("{} did not send its journal up in time", self.post.name)
    }

    /// The bundle in force with the deltas behind it, to see when another takes its place.
    pub(super) fn bundle(&self) -> anyhow::Result<Vec<u8>> {
        let mut paths = Vec::new();
        for file in std::fs::read_dir(&self.folder).context("the validator's folder")? {
            let path = file.context("the validator's folder")?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("bundle") && name.ends_with(".ridecode") {
                paths.push(path);
            }
        }
        paths.sort();
        // A delta that is gone again was followed by a whole bundle.
        let bytes = paths.iter().filter_map(|path| std::fs::read(path).ok());
        Ok(bytes.flatten().collect())
    }

    /// Waits until it has another bundle than `before`.
    pub(super) async fn wait_for_other_bundle(&self, before: &[u8]) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            if self.bundle()? != before {
                // The bundle is kept before it is put in force.
                tokio::time::sleep(STEP).await;
                return Ok(());
            }
            tokio::time::sleep(STEP).await;
        }
        bail!("{} got no newer bundle in time", self.post.name)
    }

    /// Cuts its power.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        let mut program = self
            .program
            .take()
            .context("the validator is off already")?;
        program.kill().await
    }

    fn program(&mut self) -> anyhow::Result<&mut Program> {
        self.program
            .as_mut()
            .with_context(|| format!("{} is switched off", self.post.name))
    }
}

/// A line that tells of something.
fn told(line: &str, member: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.get(member).is_some().then_some(value)
}

/// How long ago a code was made, in seconds.
pub(super) fn age_s(made: UnixSeconds) -> i64 {
    crate::clock::now().since_s(made)
}

/// How often the demo looks whether a journal has arrived.
const STEP: Duration = Duration::from_millis(50);
/// How many times it looks before it gives up: a minute.
const TRIES: usize = 1_200;
