//! The files of data/ inside the program.

use std::collections::BTreeMap;

use super::Sources;

/// Pairs of name and text of the files named, beneath a folder of data/.
macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../data/", $folder, "/", $name)))),+]
    };
}

const GUANGFO: [(&str, &str); 11] = files!(
    "gtfs/guangfo":
    "agency.txt",
    "calendar.txt",
    "feed_info.txt",
    "frequencies.txt",
    "networks.txt",
    "route_networks.txt",
    "routes.txt",
    "stop_times.txt",
    "stops.txt",
    "translations.txt",
    "trips.txt",
);

const TARIFFS: [(&str, &str); 2] = files!("tariffs": "foshan.toml", "guangzhou.toml");

pub(super) fn sources() -> Sources {
    Sources {
        feeds: BTreeMap::from([("guangfo".to_owned(), owned(&GUANGFO))]),
        tariffs: owned(&TARIFFS),
    }
}

fn owned(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}
