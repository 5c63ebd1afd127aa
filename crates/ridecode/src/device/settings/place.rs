//! The place as it is written: words, in the settings, on the command line and on the local page.

use anyhow::{Context as _, anyhow, bail, ensure};
use ridecode_validator::{Passage, Place};
use ridecode_words::{LineId, Mode, OperatorId, StopId, VehicleId};
use serde::{Deserialize, Serialize};

/// A place, or what is different about it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceWords {
    mode: Option<String>,
    passage: Option<String>,
    line: Option<String>,
    stop: Option<String>,
    direction: Option<u8>,
    vehicle: Option<String>,
    fare_minor: Option<u32>,
}

impl PlaceWords {
    /// Lays a change over it: what the change does not name stays.
    pub fn lay_over(&mut self, change: Self) {
        fn put<T>(kept: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *kept = new;
            }
        }
        put(&mut self.mode, change.mode);
        put(&mut self.passage, change.passage);
        put(&mut self.line, change.line);
        put(&mut self.stop, change.stop);
        put(&mut self.direction, change.direction);
        put(&mut self.vehicle, change.vehicle);
        put(&mut self.fare_minor, change.fare_minor);
    }

    /// Sets one of its parts, written as `key=value`.
    pub(super) fn set(&mut self, pair: &str) -> anyhow::Result<()> {
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| anyhow!("`{pair}`: write key=value, such as mode=metro"))?;
        let text = Some(value.to_owned());
        match key {
            "mode" => self.mode = text,
            "passage" => self.passage = text,
            "line" => self.line = text,
            "stop" => self.stop = text,
            "vehicle" => self.vehicle = text,
            "direction" => {
                self.direction = Some(value.parse().map_err(|_| anyhow!(WRONG_DIRECTION))?);
            }
            "fare_minor" => {
                let number = value.parse();
                self.fare_minor = Some(number.map_err(|_| anyhow!(WRONG_FARE))?);
            }
            _ => bail!(
                "`{key}` is no part of a place; write mode, passage, line, stop, direction, \
                 vehicle or fare_minor"
            ),
        }
        Ok(())
    }

    /// The place, of an operator that is not known before the registration is read.
    pub fn read(&self) -> anyhow::Result<Place> {
        let missing = "is not set; write --place mode=metro,passage=in or a [place] in the file";
        let mode = self
            .mode
            .as_deref()
            .context(format!("place: mode {missing}"))?;
        let passage = self.passage.as_deref();
        let passage = passage.context(format!("place: passage {missing}"))?;
        ensure!(self.direction.is_none_or(|it| it <= 1), WRONG_DIRECTION);
        Ok(Place {
            operator: OperatorId(0),
            mode: mode.parse::<Mode>().context("place: mode")?,
            passage: passage.parse::<Passage>().context("place: passage")?,
            line: read_id("line", self.line.as_deref(), LineId::new)?,
            stop: read_id("stop", self.stop.as_deref(), StopId::new)?,
            direction: self.direction,
            vehicle: read_id("vehicle", self.vehicle.as_deref(), VehicleId::new)?,
            fare_minor: self.fare_minor,
        })
    }
}

fn read_id<T, E>(
    key: &str,
    text: Option<&str>,
    new: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Option<T>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let id = text.map(new).transpose();
    id.with_context(|| format!("place: {key}"))
}

const WRONG_DIRECTION: &str = "place: direction: write 0 or 1";
const WRONG_FARE: &str = "place: fare_minor: write a whole number of fen";
