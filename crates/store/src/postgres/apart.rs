//! A schema of its own in a database: for worlds that are made to be thrown away.

use std::sync::atomic::{AtomicU32, Ordering};

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
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let apart = Self {
            database: database.clone(),
            name: format!("ridecode_apart_{}_{number}", std::process::id()),
        };
        let name = &apart.name;
        let make = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
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
