//! What a document says beside what was computed again, field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A field that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Difference {
    /// The journey it belongs to, if to one.
    pub(crate) journey: Option<String>,
    /// The field, such as `amount.minor`.
    pub(crate) field: String,
    /// What the document says, as JSON; `nothing` where it says nothing.
    pub(crate) said: String,
    /// What was computed again.
    pub(crate) recomputed: String,
}

/// What a comparison found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Comparison {
    /// Fields that differ.
    pub(crate) differences: Vec<Difference>,
    /// Sentences worded otherwise, which count only if the same release worded both.
    pub(crate) reworded: usize,
}

/// Compares everything that follows from taps and tables. Inputs are not compared.
pub(crate) fn compare(said: &Value, recomputed: &Value, same_release: bool) -> Comparison {
    let mut found = Found {
        comparison: Comparison::default(),
        journey: None,
        same_release,
    };
    let empty = Map::new();
    let said = said.as_object().unwrap_or(&empty);
    let recomputed = recomputed.as_object().unwrap_or(&empty);
    let names: BTreeSet<&String> = said.keys().chain(recomputed.keys()).collect();
    for name in names {
        let (said, recomputed) = (said.get(name), recomputed.get(name));
        match name.as_str() {
            "format" | "version" | "made_by" | "rider" | "month" | "as_of" | "taps" => {}
            "fares" | "open" | "unpriced" => found.journeys(name, said, recomputed),
            _ => found.field(name, said, recomputed),
        }
    }
    found.comparison
}

struct Found {
    comparison: Comparison,
    journey: Option<String>,
    same_release: bool,
}

impl Found {
    /// Journeys are held against each other by their ids, wherever they stand in the list.
    fn journeys(&mut self, list: &str, said: Option<&Value>, recomputed: Option<&Value>) {
        let (said, recomputed) = (by_journey(said), by_journey(recomputed));
        let journeys: BTreeSet<&str> = said.keys().chain(recomputed.keys()).copied().collect();
        for journey in journeys {
            let none = Vec::new();
            let said = said.get(journey).unwrap_or(&none);
            let recomputed = recomputed.get(journey).unwrap_or(&none);
            self.journey = Some(journey.to_owned());
            for place in 0..said.len().max(recomputed.len()) {
                match (said.get(place), recomputed.get(place)) {
                    (Some(said), Some(recomputed)) => {
                        self.field("", Some(said), Some(recomputed));
                    }
                    (said, recomputed) => self.whole(list, said.copied(), recomputed.copied()),
                }
            }
        }
        self.journey = None;
    }

    /// A journey that stands in a list on one side alone: its amount says most about it.
    fn whole(&mut self, list: &str, said: Option<&Value>, recomputed: Option<&Value>) {
        let tell = |journey: Option<&Value>| {
            journey.map(|journey| journey.get("amount").unwrap_or(journey).clone())
        };
        let (said, recomputed) = (tell(said), tell(recomputed));
        self.tell(list, said.as_ref(), recomputed.as_ref());
    }

    fn field(&mut self, path: &str, said: Option<&Value>, recomputed: Option<&Value>) {
        if said == recomputed {
            return;
        }
        match (said, recomputed) {
            (Some(Value::Object(said)), Some(Value::Object(recomputed))) => {
                let names: BTreeSet<&String> = said.keys().chain(recomputed.keys()).collect();
                for name in names {
                    let path = if path.is_empty() {
                        name.clone()
                    } else {
                        format!("{path}.{name}")
                    };
                    self.field(&path, said.get(name), recomputed.get(name));
                }
            }
            (Some(Value::Array(said)), Some(Value::Array(recomputed))) => {
                for place in 0..said.len().max(recomputed.len()) {
                    let path = format!("{path}[{place}]");
                    self.field(&path, said.get(place), recomputed.get(place));
                }
            }
            (Some(Value::String(_)), Some(Value::String(_)))
                if path.starts_with("explanation.") && !self.same_release =>
            {
                self.comparison.reworded += 1;
            }
            (said, recomputed) => self.tell(path, said, recomputed),
        }
    }

    fn tell(&mut self, path: &str, said: Option<&Value>, recomputed: Option<&Value>) {
        let shown = |value: Option<&Value>| match value {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(value) => value.to_string(),
        };
        self.comparison.differences.push(Difference {
            journey: self.journey.clone(),
            field: path.to_owned(),
            said: shown(said),
            recomputed: shown(recomputed),
        });
    }
}

/// The members of a list by journey; members without one stand under an empty id.
fn by_journey(list: Option<&Value>) -> BTreeMap<&str, Vec<&Value>> {
    let mut journeys: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for member in list.and_then(Value::as_array).into_iter().flatten() {
        let id = member.get("journey").and_then(Value::as_str);
        journeys
            .entry(id.unwrap_or_default())
            .or_default()
            .push(member);
    }
    journeys
}
