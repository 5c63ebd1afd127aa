//! A schema of its own in a database: for worlds that are made to be thrown away.

use std::hash::{BuildHasher as _, RandomState};

use super::address::Address;
use super::open::{self, OpenFault};

/// A schema that nothing else uses, and that goes with this.
#[derive(Debug)]
pub struct Apart {
    database: Address,
    name: String,
}

impl Apart {
    /// Makes an empty one. What the database holds beside it is not touched.
    pub fn make(database: &Address) -> Result<Self, OpenFault> {
        // Programs of several machines may share the database: their numbers would meet.
        let chance = RandomState::new().hash_one(());
        let apart = Self {
            database: database.clone(),
            name: format!("ridecode_apart_{chance:016x}"),
        };
        let make = format!("CREATE SCHEMA {}", apart.name);
        open::with_session(database, |session| Ok(session.run_file(&make)?))?;
        Ok(apart)
    }

    /// The way into it.
    pub fn address(&self) -> Address {
        self.database.in_schema(&self.name)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let remove = format!("DROP SCHEMA {} CASCADE", self.name);
        let removed = open::with_session(&self.database, |session| Ok(session.run_file(&remove)?));
        if let Err(fault) = removed {
            tracing::warn!(%fault, schema = self.name, "a schema is left behind; drop it by hand");
        }
    }
}
