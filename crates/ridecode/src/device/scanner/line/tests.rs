//! Wires that are pulled out and put back, made of named pipes.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::mpsc::Receiver;
use std::thread;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;

struct Bench {
    folder: tempfile::TempDir,
    inputs: Receiver<Input>,
}

impl Bench {
    fn new(kind: WireKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let wire = Wire {
            path: folder.path().join("scanner"),
            kind,
        };
        let (sender, inputs) = Inputs::channel();
        thread::spawn(move || wire.read(&sender));
        Self { folder, inputs }
    }

    /// Plugs the scanner in. It types once somebody reads.
    fn plug_in(&self) -> File {
        let path = self.folder.path().join("scanner");
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap()
    }

    fn next(&self) -> Input {
        self.inputs.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    fn code(&self) -> Vec<u8> {
        match self.next() {
            Input::Code(scanned) => scanned.code,
            other => panic!("{other:?}"),
        }
    }
}

fn serial(framing: Framing) -> WireKind {
    WireKind::Serial {
        baud: 115_200,
        framing,
        pause_ms: 20,
    }
}

#[test]
fn a_scanner_that_is_pulled_out_is_found_again() {
    let bench = Bench::new(serial(Framing::Lines));
    assert!(matches!(bench.next(), Input::ScannerGone { .. }));
    let mut scanner = bench.plug_in();
    scanner.write_all(b"R1:AB\n").unwrap();
    assert!(matches!(bench.next(), Input::ScannerBack { .. }));
    assert_eq!(bench.code(), b"R1:AB");
    drop(scanner);
    std::fs::remove_file(bench.folder.path().join("scanner")).unwrap();
    let Input::ScannerGone { scanner, fault } = bench.next() else {
        panic!("it is gone");
    };
    assert!(scanner.ends_with("scanner") && fault.to_string().contains("pulled out"));
    let mut scanner = bench.plug_in();
    scanner.write_all(b"R1:CD\n").unwrap();
    assert!(matches!(bench.next(), Input::ScannerBack { .. }));
    assert_eq!(bench.code(), b"R1:CD");
}

#[test]
fn half_a_code_is_given_after_a_pause_and_does_not_spoil_the_next() {
    let bench = Bench::new(serial(Framing::Length));
    assert!(matches!(bench.next(), Input::ScannerGone { .. }));
    let mut scanner = bench.plug_in();
    assert!(matches!(bench.next(), Input::ScannerBack { .. }));
    scanner.write_all(&[0, 9, 1, 2]).unwrap();
    assert_eq!(bench.code(), [1, 2]);
    scanner.write_all(&[0, 2, 3, 4]).unwrap();
    assert_eq!(bench.code(), [3, 4]);
}

#[test]
fn each_line_of_the_sensor_is_somebody_who_passes() {
    let bench = Bench::new(WireKind::Sensor);
    assert!(matches!(bench.next(), Input::ScannerGone { .. }));
    let mut sensor = bench.plug_in();
    assert!(matches!(bench.next(), Input::ScannerBack { .. }));
    sensor.write_all(b"1\n1\n").unwrap();
    assert!(matches!(bench.next(), Input::Passage));
    assert!(matches!(bench.next(), Input::Passage));
}

#[test]
fn a_keyboard_that_is_none_is_named_and_a_pipe_that_stands_for_one_is_read() {
    let wire = Wire {
        path: PathBuf::from("/dev/null"),
        kind: WireKind::Keyboard,
    };
    let fault = format!("{:#}", wire.open().unwrap_err());
    assert!(
        fault.starts_with("/dev/null cannot be read alone"),
        "{fault}"
    );
    assert!(fault.contains("it is no keyboard"), "{fault}");

    let bench = Bench::new(WireKind::Keyboard);
    assert!(matches!(bench.next(), Input::ScannerGone { .. }));
    let mut scanner = bench.plug_in();
    assert!(matches!(bench.next(), Input::ScannerBack { .. }));
    let press = |key: u16| {
        let mut event = [0; 24];
        event[16..18].copy_from_slice(&1_u16.to_ne_bytes());
        event[18..20].copy_from_slice(&key.to_ne_bytes());
        event[20..24].copy_from_slice(&1_i32.to_ne_bytes());
        event
    };
    let (letter_a, enter) = (30, 28);
    scanner.write_all(&press(letter_a)).unwrap();
    scanner.write_all(&press(enter)).unwrap();
    assert_eq!(bench.code(), b"a");
}
