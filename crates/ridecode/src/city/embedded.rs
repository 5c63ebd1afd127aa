//! The files of data/ inside the program.

use std::collections::BTreeMap;

use super::Sources;

/// Pairs of name and text of the files named, beneath a folder of data/.
macro_rules! files {
    ($folder:expr; $($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../data/", $folder, "/", $name)))),+]
    };
}

/// The files of a feed of data/gtfs.
macro_rules! feed {
    ($name:literal) => {
        (
            $name,
            files!(
                concat!("gtfs/", $name);
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
            ),
        )
    };
}

type Feed = (&'static str, [(&'static str, &'static str); 11]);

static FEEDS: [Feed; 4] = [
    feed!("beijing"),
    feed!("guangfo"),
    feed!("shanghai"),
    feed!("shenzhen"),
];

const TARIFFS: [(&str, &str); 5] = files!(
    "tariffs";
    "beijing.toml",
    "foshan.toml",
    "guangzhou.toml",
    "shanghai.toml",
    "shenzhen.toml",
);

/// The files of every feed: names and texts.
pub(super) fn feeds() -> impl Iterator<Item = &'static [(&'static str, &'static str)]> {
    FEEDS.iter().map(|(_, files)| files.as_slice())
}

/// The text of a file of a feed.
pub(crate) fn find_file(feed: &str, name: &str) -> Option<&'static str> {
    let (_, files) = FEEDS.iter().find(|(of, _)| *of == feed)?;
    find(files, name)
}

/// The text of a tariff, by the name of its file.
pub(crate) fn find_tariff(name: &str) -> Option<&'static str> {
    find(&TARIFFS, name)
}

fn find(files: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let mut files = files.iter();
    files.find(|(of, _)| *of == name).map(|(_, text)| *text)
}

pub(super) fn sources() -> Sources {
    let feeds = FEEDS.iter();
    Sources {
        feeds: feeds
            .map(|(name, files)| ((*name).to_owned(), owned(files)))
            .collect(),
        tariffs: owned(&TARIFFS),
    }
}

fn owned(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}
