//! Networks: what is refused, which path counts, and all pairs against a second way of counting.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::example;

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn stop(id: &str) -> StopId {
    StopId(text(id))
}

/// A network of stops named by single letters. Sections are written `line:from-to:meters` and
/// run both ways; lines beginning with `x` are estimated.
fn build(sections: &[&str], interchange: Interchange) -> Result<Network, NetworkFault> {
    let mut builder = NetworkBuilder::new(text("test"), interchange);
    let mut stops: Vec<&str> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for section in sections {
        let (line, rest) = section.split_once(':').unwrap();
        let (ends, meters) = rest.split_once(':').unwrap();
        let (from, to) = ends.split_once('-').unwrap();
        stops.extend([from, to]);
        lines.push(line);
        for (from, to) in [(from, to), (to, from)] {
            builder.section(Section {
                line: LineId(text(line)),
                from: stop(from),
                to: stop(to),
                length_m: meters.parse().unwrap(),
                estimated: line.starts_with('x'),
            });
        }
    }
    stops.sort_unstable();
    stops.dedup();
    lines.sort_unstable();
    lines.dedup();
    for id in stops {
        builder.stop(StopRecord {
            stop: stop(id),
            names: Names::new(text(id)),
        });
    }
    for id in lines {
        builder.line(LineRecord {
            line: LineId(text(id)),
            operator: OperatorId(1),
            mode: Mode::Metro,
            names: Names::new(text(id)),
        });
    }
    builder.build()
}

/// The path as text, such as `300 m: l1 a-b, l2 b-c`.
fn check(sections: &[&str], (from, to): (&str, &str), expected: &str) {
    let network = build(sections, Interchange::Free).unwrap();
    let told = network.find_path(&stop(from), &stop(to)).map(|path| {
        let parts: Vec<String> = path
            .parts
            .iter()
            .map(|part| format!("{} {}-{}", part.line, part.from, part.to))
            .collect();
        format!("{} m: {}", path.length_m, parts.join(", "))
    });
    assert_eq!(told.as_deref().unwrap_or("no path"), expected);
    let mut backwards = sections.to_vec();
    backwards.reverse();
    let again = build(&backwards, Interchange::Free).unwrap();
    assert_eq!(
        again.find_path(&stop(from), &stop(to)),
        network.find_path(&stop(from), &stop(to)),
        "whatever the order of the feed"
    );
}

#[test]
fn the_shortest_path_counts() {
    let square = ["l1:a-b:100", "l1:b-c:100", "l2:a-d:150", "l2:d-c:40"];
    check(&square, ("a", "c"), "190 m: l2 a-c");
    check(&square, ("a", "a"), "0 m: ");
    check(&square, ("a", "z"), "no path");
    check(&["l1:a-b:1", "l2:c-d:1"], ("a", "d"), "no path");
}

#[test]
fn of_equally_long_paths_fewer_changes_count_then_the_lower_ids() {
    let shared = ["l1:a-b:100", "l2:a-b:100", "l2:b-c:100"];
    check(&shared, ("a", "c"), "200 m: l2 a-c");
    check(&shared, ("a", "b"), "100 m: l1 a-b");
    let twice = ["l2:a-c:50", "l2:c-d:50", "l1:a-b:50", "l1:b-d:50"];
    check(&twice, ("a", "d"), "100 m: l1 a-d");
    let roundabout = ["l1:a-b:50", "l1:b-d:50", "l1:a-c:50", "l1:c-d:50"];
    check(&roundabout, ("a", "d"), "100 m: l1 a-d");
}

#[test]
fn a_stop_on_two_lines_is_one_stop_and_changing_has_no_length() {
    let network = example::network();
    let path = network.find_path(&stop("west"), &stop("south")).unwrap();
    assert_eq!(path.length_m, 8_500);
    let parts: Vec<(u32, u32)> = path
        .parts
        .iter()
        .map(|part| (part.operator.0, part.length_m))
        .collect();
    assert_eq!(parts, [(1, 3_500), (4, 5_000)]);
    let stops: Vec<&str> = path.stops.iter().map(StopId::as_str).collect();
    assert_eq!(stops, ["west", "middle", "south"]);
    let first = network.find_first_line(&stop("west"), &stop("south"));
    assert_eq!(first.map(|line| line.line.as_str()), Some("m1"));
}

#[test]
fn without_interchange_every_line_is_a_ride() {
    let sections = ["l1:a-b:100", "l2:b-c:100", "l1:b-d:900", "l2:d-b:10"];
    let network = build(&sections, Interchange::None).unwrap();
    let length = |from, to| network.find_length_m(&stop(from), &stop(to));
    assert_eq!(length("a", "c"), None);
    assert_eq!(length("a", "d"), Some(1_000));
    assert_eq!(length("c", "d"), Some(110));
}

#[test]
fn estimated_meters_are_told() {
    let network = build(&["l1:a-b:100", "x1:b-c:40"], Interchange::Free).unwrap();
    let path = network.find_path(&stop("a"), &stop("c")).unwrap();
    assert_eq!((path.length_m, path.estimated_m), (140, 40));
}

#[test]
fn a_network_that_does_not_hold_together_is_refused() {
    let mut twice = NetworkBuilder::new(text("test"), Interchange::Free);
    let record = StopRecord {
        stop: stop("a"),
        names: Names::new(text("a")),
    };
    twice.stop(record.clone()).stop(record.clone());
    assert_eq!(
        twice.build().unwrap_err(),
        NetworkFault::RepeatedStop(stop("a"))
    );
    let line = |id| LineRecord {
        line: LineId(text(id)),
        operator: OperatorId(1),
        mode: Mode::Metro,
        names: Names::new(text(id)),
    };
    let section = |to, length_m| Section {
        line: LineId(text("l1")),
        from: stop("a"),
        to: stop(to),
        length_m,
        estimated: false,
    };
    let with = |section: Section| {
        let mut builder = NetworkBuilder::new(text("test"), Interchange::Free);
        builder
            .stop(record.clone())
            .line(line("l1"))
            .section(section);
        builder.build().unwrap_err()
    };
    let unknown = NetworkFault::UnknownStop {
        line: LineId(text("l1")),
        stop: stop("b"),
    };
    assert_eq!(with(section("b", 100)), unknown);
    let no_distance = NetworkFault::NoDistance {
        line: LineId(text("l1")),
        stop: stop("a"),
    };
    assert_eq!(with(section("a", 100)), no_distance);
    let mut lines = NetworkBuilder::new(text("test"), Interchange::Free);
    lines.line(line("l1")).line(line("l1"));
    assert_eq!(
        lines.build().unwrap_err(),
        NetworkFault::RepeatedLine(LineId(text("l1")))
    );
    let mut nameless = NetworkBuilder::new(text("test"), Interchange::Free);
    nameless.section(section("b", 1));
    assert_eq!(
        nameless.build().unwrap_err(),
        NetworkFault::UnknownLine(LineId(text("l1")))
    );
    for length in ["0", "1000001"] {
        let sections = [format!("l1:a-b:{length}")];
        let fault = build(&[sections[0].as_str()], Interchange::Free).unwrap_err();
        assert!(matches!(fault, NetworkFault::NoDistance { .. }), "{length}");
    }
}

#[test]
fn a_network_has_limits() {
    let mut builder = NetworkBuilder::new(text("test"), Interchange::Free);
    for number in 0..=NetworkBuilder::STOPS_MAX {
        let id = format!("{number}");
        builder.stop(StopRecord {
            stop: stop(&id),
            names: Names::new(text(&id)),
        });
    }
    assert_eq!(builder.build().unwrap_err(), NetworkFault::TooLarge);
}

/// All pairs by Floyd and Warshall, which knows neither lines nor queues.
#[test]
fn all_pairs_agree_with_a_second_way_of_counting() {
    for round in 0..20 {
        let seed = ridecode_testing::seed(round);
        let mut rng = fastrand::Rng::with_seed(seed);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut lengths = vec![vec![u32::MAX; names.len()]; names.len()];
        let mut sections = Vec::new();
        for _ in 0..14 {
            let (from, to) = (rng.usize(0..names.len()), rng.usize(0..names.len()));
            if from != to {
                let (line, length) = (rng.u8(1..4), rng.u32(1..6) * 10);
                sections.push(format!("l{line}:{}-{}:{length}", names[from], names[to]));
                lengths[from][to] = lengths[from][to].min(length);
                lengths[to][from] = lengths[to][from].min(length);
            }
        }
        let sections: Vec<&str> = sections.iter().map(String::as_str).collect();
        let network = build(&sections, Interchange::Free).unwrap();
        for (place, row) in lengths.iter_mut().enumerate() {
            row[place] = 0;
        }
        for middle in 0..names.len() {
            for from in 0..names.len() {
                for to in 0..names.len() {
                    let through = lengths[from][middle].saturating_add(lengths[middle][to]);
                    lengths[from][to] = lengths[from][to].min(through);
                }
            }
        }
        for (from, row) in lengths.iter().enumerate() {
            for (to, length) in row.iter().enumerate() {
                let (from, to) = (stop(names[from]), stop(names[to]));
                let known = network.find_stop(&from).is_some() && network.find_stop(&to).is_some();
                let expected = Some(*length).filter(|length| known && *length != u32::MAX);
                assert_eq!(network.find_length_m(&from, &to), expected, "seed {seed}");
                let path = network.find_path(&from, &to);
                assert_eq!(path.map(|path| path.length_m), expected, "seed {seed}");
            }
        }
    }
}

#[test]
fn stops_are_found_however_their_ids_begin() {
    let ids = [
        "a",
        "a\u{1}",
        "abcdefgh",
        "abcdefgh1",
        "abcdefgh2",
        "abcdefgi",
        "b",
        "站",
    ];
    let sections: Vec<String> = ids
        .windows(2)
        .map(|pair| format!("l1:{}-{}:100", pair[0], pair[1]))
        .collect();
    let sections: Vec<&str> = sections.iter().map(String::as_str).collect();
    let network = build(&sections, Interchange::Free).unwrap();
    for id in ids {
        let found = network
            .find_stop(&stop(id))
            .map(|record| record.stop.as_str());
        assert_eq!(found, Some(id));
    }
    for id in ["abcdefg", "abcdefgh3", "abcdefgh11", "c", "A", "站点"] {
        assert!(network.find_stop(&stop(id)).is_none(), "{id}");
    }
}

/// Every way as text, such as `3 km by l1 l2`.
fn ways(sections: &[&str], (from, to): (&str, &str), expected: &[&str]) {
    let network = build(sections, Interchange::Free).unwrap();
    let told: Vec<String> = network
        .find_ways(&stop(from), &stop(to))
        .iter()
        .map(|way| {
            let lines: Vec<&str> = way.parts.iter().map(|part| part.line.as_str()).collect();
            format!("{} m by {}", way.length_m, lines.join(" "))
        })
        .collect();
    assert_eq!(told, expected);
    let first = network.find_ways(&stop(from), &stop(to)).into_iter().next();
    assert_eq!(first, network.find_path(&stop(from), &stop(to)));
}

#[test]
fn ways_with_fewer_changes_are_told_after_the_shortest() {
    let sections = [
        "l1:a-b:100",
        "l2:b-c:100",
        "l3:c-d:100",
        "l4:a-c:250",
        "l5:a-d:500",
        "l6:a-e:10",
        "l7:e-d:900",
    ];
    ways(
        &sections,
        ("a", "d"),
        &["300 m by l1 l2 l3", "350 m by l4 l3", "500 m by l5"],
    );
    ways(
        &sections,
        ("d", "a"),
        &["300 m by l3 l2 l1", "350 m by l3 l4", "500 m by l5"],
    );
    ways(&sections, ("a", "b"), &["100 m by l1"]);
    ways(&sections, ("a", "a"), &["0 m by "]);
    ways(&sections, ("a", "z"), &[]);
    // More than twice as long: nobody rides that to save a change.
    ways(
        &["l1:a-b:100", "l2:b-c:100", "l3:a-c:401"],
        ("a", "c"),
        &["200 m by l1 l2"],
    );
}
