//! The database of a configuration: opening it, reading it beside others, its version.

use std::path::Path;

use anyhow::Context as _;
use ridecode_store::Store;
use ridecode_store::memory::MemoryStore;
use ridecode_store::postgres::{Address, PostgresSettings, PostgresStore};
use ridecode_store::sqlite::SqliteStore;

use crate::config::{self, Config, Engine};

/// Opens it and brings its tables up to date; makes it where it is a file that is not there.
pub(crate) fn open(config: &Config) -> anyhow::Result<Store> {
    match config.store.engine {
        Engine::Memory => Ok(Store::Memory(MemoryStore::default())),
        Engine::Sqlite => SqliteStore::open(&config.database())
            .map(Store::Sqlite)
            .with_context(|| shown(config)),
        Engine::Postgres => PostgresStore::open_with(&server(config)?, settings(config))
            .map(Store::Postgres)
            .with_context(|| shown(config)),
    }
}

/// Opens it for reading only, beside a program that works on it. It must be there.
pub(crate) fn open_to_read(config: &Config) -> anyhow::Result<Store> {
    match config.store.engine {
        Engine::Memory => anyhow::bail!(
            "the memory engine keeps nothing to read; set store.engine to sqlite or postgres"
        ),
        Engine::Sqlite => {
            let path = config.database();
            anyhow::ensure!(
                path.exists(),
                "there is no database {}; name its folder with --folder",
                path.display()
            );
            SqliteStore::open_read_only(&path)
                .map(Store::Sqlite)
                .with_context(|| shown(config))
        }
        Engine::Postgres => PostgresStore::open_read_only(&server(config)?, settings(config))
            .map(Store::Postgres)
            .with_context(|| shown(config)),
    }
}

/// The version of its tables, 0 for none.
pub(crate) fn version(config: &Config) -> anyhow::Result<u32> {
    match config.store.engine {
        Engine::Memory => {
            anyhow::bail!("the memory engine has no tables; set store.engine to sqlite or postgres")
        }
        Engine::Sqlite => {
            let path = config.database();
            if !path.exists() {
                return Ok(0);
            }
            SqliteStore::version(&path).with_context(|| shown(config))
        }
        Engine::Postgres => PostgresStore::version(&server(config)?).with_context(|| shown(config)),
    }
}

/// What people call it.
pub(crate) fn shown(config: &Config) -> String {
    match &config.store.address {
        Some(address) if config.store.engine == Engine::Postgres => format!("database {address}"),
        Some(_) | None => format!("database {}", config.database().display()),
    }
}

/// The address with its password, where a file holds one.
pub(crate) fn with_password(text: &str, file: Option<&Path>) -> anyhow::Result<Address> {
    anyhow::ensure!(
        !Address::read(text, None)?.has_password(),
        "a password stands in the address; write it into a file and name that"
    );
    let password = match file {
        None => None,
        Some(path) => Some(std::fs::read_to_string(path).with_context(|| {
            let shown = path.display();
            format!("the file {shown} of the database's password cannot be read; check its name and owner")
        })?),
    };
    Ok(Address::read(text, password.as_deref().map(str::trim_end))?)
}

fn settings(config: &Config) -> PostgresSettings {
    let connections = config.store.connections;
    PostgresSettings { connections }
}

fn server(config: &Config) -> anyhow::Result<Address> {
    let config::Store {
        address,
        password_file,
        ..
    } = &config.store;
    let address = address.as_deref().context(
        "store.engine is postgres and store.address is missing; write store.address = \
         \"postgres://ridecode@localhost/ridecode\"",
    )?;
    // What can be wrong with the address was told when the settings were read.
    with_password(address, password_file.as_deref()).context("store.password_file")
}
