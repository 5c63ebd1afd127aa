//! Flags over file over defaults, and what is wrong with either.

use std::fs;

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// Flags, a settings file, and what of an error or of the settings must be there.
fn check(flags: &[&str], file: Option<&str>, expected: Result<&str, &str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("validator.toml");
    let mut line = vec!["validator"];
    line.extend(flags);
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
        line.extend(["--config", path.to_str().unwrap()]);
    }
    let loaded = Settings::load(Cli::try_parse_from(line).unwrap().args);
    match (loaded, expected) {
        (Ok(settings), Ok(part)) => {
            let found = format!("{settings:?}");
            assert!(found.contains(part), "{found}");
        }
        (Err(fault), Err(part)) => {
            let found = format!("{fault:#}");
            assert!(found.contains(part), "{found}");
        }
        (found, expected) => panic!("{found:?} and not {expected:?}"),
    }
}

const GATE: &[&str] = &["--place", "mode=metro,passage=in"];

#[test]
fn defaults_need_only_a_place() {
    check(GATE, None, Ok("folder: \"ridecode-validator\""));
    check(GATE, None, Ok("server: None"));
    check(GATE, None, Ok("sources: [Lines]"));
    check(GATE, None, Ok("bundle_every: 5s"));
    check(GATE, None, Ok("last_upload: 10s"));
}

#[test]
fn flags_go_over_the_file() {
    let file = r#"
        folder = "/srv/gate"
        server = "http://127.0.0.1:8080"
        register = "very-secret"
        scanner = "image:/run/camera"
        [place]
        mode = "bus"
        passage = "single"
        line = "gz-b88"
        fare_minor = 200
    "#;
    let some = Some(file);
    check(&[], some, Ok("folder: \"/srv/gate\""));
    check(&[], some, Ok("Pictures(\"/run/camera\")"));
    check(&[], some, Ok("fare_minor: Some(200)"));
    check(&[], some, Ok("one_time_code: Some(Secret(…))"));
    check(&["--place", "mode=brt"], some, Ok("mode: Some(\"brt\")"));
    check(&["--place", "mode=brt"], some, Ok("line: Some(\"gz-b88\")"));
    check(&["--folder", "here"], some, Ok("folder: \"here\""));
    check(&["--offline"], some, Ok("server: None"));
    check(
        &["--once", "code.png"],
        some,
        Ok("once: Some(\"code.png\")"),
    );
}

#[test]
fn scanners_may_be_several() {
    let file = r#"
        scanner = ["serial:/dev/ttyS1,baud=9600,frame=pause", "keyboard:/dev/input/event3", "http"]
        place = { mode = "bus", passage = "single" }
        place_from = "driver"
        local.listen = "127.0.0.1:7700"
    "#;
    let check = |part| check(&[], Some(file), Ok(part));
    check("Serial { baud: 9600, framing: Pause, pause_ms: 30 }");
    check("kind: Keyboard");
    check("Http]");
    check("place_from: Driver");
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_remedy() {
    let file = |text: &str, expected| {
        check(GATE, Some(text), Err(expected));
    };
    file("place_from = \"gps\"", "write config, driver or vehicle");
    file("place_from = \"driver\"", "write a [local] listen");
    file("gate.passage_s = 0", "from 1 to 60");
    file("gate.passage_s = 5", "write sensor = ");
    file("journal.keep_days = 29", "from 30 to 3650");
    file("journal.keep_entries = 100", "from 30000 to 10000000");
    file("journal.lamp = \"first\"", "after_sync or before_sync");
    file("journal.full_disk = \"panic\"", "write refuse or admit");
    file("journal.full_disk_entries = 0", "from 1 to 10000");
    file("scanner = []", "at least one");
    let array = |peers: &str| {
        format!("[array]\nlisten = \"10.1.0.3:7801\"\npeers = [{peers}]\nkey_file = \"/no/key\"")
    };
    file(&array(""), "write 1 to 64 addresses");
    file(&array("\"10.1.0.4:7801\""), "openssl rand -hex 32");
}

#[test]
fn what_is_wrong_is_named_with_its_remedy() {
    let place = |text: &str, expected| check(&["--place", text], None, Err(expected));
    check(&[], None, Err("place: mode is not set; write --place"));
    place("mode=metro", "place: passage is not set");
    place("metro", "`metro`: write key=value");
    place("mode=rail,passage=in", "must be one of bus, metro");
    place("mode=bus,passage=up", "must be one of single, in, out");
    place("mode=bus,passage=in,direction=2", "direction: write 0 or 1");
    place("mode=bus,passage=in,direction=x", "direction: write 0 or 1");
    place("mode=bus,passage=in,fare_minor=2.00", "whole number of fen");
    place(
        "mode=bus,passage=in,line=",
        "place: line: must have 1 to 255 bytes",
    );
    place(
        "mode=bus,passage=in,color=red",
        "`color` is no part of a place",
    );
    let gate = |more: &[&str], expected| {
        let flags = [GATE, more].concat();
        check(&flags, None, Err(expected));
    };
    for scanner in ["camera", "image:", "serial:", "stdin:x"] {
        gate(
            &["--scanner", scanner],
            "write stdin, image:FOLDER, serial:",
        );
    }
    for (options, expected) in [
        ("baud=fast", "whole number"),
        ("baud=300", "from 1200 to 4000000"),
        ("pause_ms=1", "from 5 to 5000"),
        ("frame=cbor", "write baud=115200, frame=lines"),
    ] {
        let scanner = format!("serial:/dev/ttyS1,{options}");
        gate(&["--scanner", &scanner], expected);
    }
    gate(&["--scanner", "http"], "write a [local] listen");
    gate(&["--server", "localhost"], "such as http://127.0.0.1:8080");
    gate(&["--bundle-every-s", "0"], "from 1 to 3600");
    gate(&["--last-upload-s", "601"], "from 0 to 600");
    gate(
        &["--config", "/no/such/file"],
        "/no/such/file cannot be read",
    );
    check(GATE, Some("colour = 1"), Err("unknown field `colour`"));
    check(GATE, Some("[place]\nmode = 1"), Err("validator.toml"));
}

#[test]
fn the_examples_are_settings() {
    for (name, part) in [
        ("bus.toml", "place_from: Driver"),
        ("gate.toml", "passage_ms: Some(5000)"),
    ] {
        let path = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        check(&[], Some(&text), Ok(part));
    }
}
