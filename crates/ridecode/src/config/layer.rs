//! Layers of settings: each is checked by itself, where its file, variable or flag can still be
//! named; then the later one wins, key by key.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use toml::{Table, Value};

use super::file::File;

/// What the layers so far say.
#[derive(Debug, Default)]
pub(super) struct Layers(Table);

impl Layers {
    /// Lays a settings file over what is there.
    pub(super) fn file(&mut self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("{shown} cannot be read; check the path after --config and its permissions")
        })?;
        if let Err(fault) = toml::from_str::<File>(&text) {
            bail!(
                "{shown}{}: {}",
                position(&text, fault.span()),
                one_line(fault.message())
            );
        }
        let table = text
            .parse::<Table>()
            .with_context(|| format!("{shown} is not TOML"))?;
        merge(&mut self.0, table);
        Ok(())
    }

    /// Lays the variables `RIDECODE_SECTION_KEY` over what is there.
    pub(super) fn environment(
        &mut self,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> anyhow::Result<()> {
        let mut ours: Vec<(String, String)> = variables
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with(PREFIX) && !is_of_others(name))
            .map(|(name, value)| {
                let value = value
                    .into_string()
                    .map_err(|_| anyhow!("{name} is not UTF-8; write it as plain text"))?;
                Ok((name, value))
            })
            .collect::<anyhow::Result<_>>()?;
        ours.sort();
        for (name, value) in ours {
            let key = key_of_variable(&name);
            self.set(&key, &value)
                .map_err(|what| anyhow!("environment variable {name}: {what}"))?;
        }
        Ok(())
    }

    /// Lays one flag's setting over what is there.
    pub(super) fn flag(&mut self, key: &str, value: &str) -> anyhow::Result<()> {
        self.set(key, value)
            .map_err(|what| anyhow!("setting {key}: {what}"))
    }

    /// All layers as one file.
    pub(super) fn merged(self) -> anyhow::Result<File> {
        File::deserialize_from(self.0).map_err(|what| anyhow!("settings: {what}"))
    }

    /// Sets one dotted key from text: as the text itself where the key holds text, else as TOML.
    fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        let as_text = at(key, Value::String(text.to_owned()));
        let fault = match File::deserialize_from(as_text.clone()) {
            Ok(_) => {
                merge(&mut self.0, as_text);
                return Ok(());
            }
            Err(fault) => fault,
        };
        let Some(value) = format!("value = {text}")
            .parse::<Table>()
            .ok()
            .and_then(|mut table| table.remove("value"))
        else {
            return Err(if LISTS.contains(&key) {
                "must be a TOML list, such as [{ name = \"…\", … }]".to_owned()
            } else {
                fault
            });
        };
        let as_toml = at(key, value);
        File::deserialize_from(as_toml.clone())?;
        merge(&mut self.0, as_toml);
        Ok(())
    }
}

impl File {
    fn deserialize_from(table: Table) -> Result<Self, String> {
        table
            .try_into()
            .map_err(|fault: toml::de::Error| one_line(fault.message()))
    }
}

/// `RIDECODE_SERVE_BODY_MAX_BYTES` is `serve.body_max_bytes`: the first word that is a section
/// is one.
fn key_of_variable(name: &str) -> String {
    let lower = name.trim_start_matches(PREFIX).to_ascii_lowercase();
    match lower.split_once('_') {
        Some((section, key)) if SECTIONS.contains(&section) => format!("{section}.{key}"),
        _ => lower,
    }
}

fn at(key: &str, value: Value) -> Table {
    let mut table = Table::new();
    match key.split_once('.') {
        Some((section, rest)) => {
            table.insert(section.to_owned(), Value::Table(at(rest, value)));
        }
        None => {
            table.insert(key.to_owned(), value);
        }
    }
    table
}

fn merge(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

/// `:12` for the line a fault is on, where that is known.
fn position(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    let Some(span) = span else {
        return String::new();
    };
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let source = text.lines().nth(line - 1).unwrap_or_default();
    match source.split_once('=') {
        Some((key, _)) => format!(":{line} ({})", key.trim()),
        None => format!(":{line}"),
    }
}

/// A validator's own settings, the seed of random tests, a load source's token: no settings of an
/// office.
fn is_of_others(variable: &str) -> bool {
    variable == "RIDECODE_SEED"
        || variable == super::LOAD_TOKEN
        || variable.starts_with("RIDECODE_VALIDATOR_")
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PREFIX: &str = "RIDECODE_";

const SECTIONS: [&str; 11] = [
    "serve", "store", "city", "desk", "provider", "wechat", "alipay", "messages", "policy", "work",
    "log",
];

/// Keys whose text holds secrets: a wrong one is not quoted.
const LISTS: [&str; 2] = ["staff", "validator_code"];
