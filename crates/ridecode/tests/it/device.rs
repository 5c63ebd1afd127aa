//! `ridecode validator` as an operator runs it, against a real back office and without one.

mod page;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use ridecode::clock::now;
use ridecode::code::picture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{METRO, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_registers_decides_uploads_and_then_needs_no_network() {
    let world = World::start().await;
    let mut rider = world.ready_rider("13800138201", METRO).await;
    let gate = Gate::new();
    let register = [
        ("--server", url(&world)),
        ("--register", code(&world).await),
    ];
    let (first, second) = (rider.show(now()), rider.show(now()));
    let mut altered = second.clone();
    let last = altered.len() - 1;
    altered[last] = if altered[last] == b'0' { b'1' } else { b'0' };
    let lines = [&first, &first, &altered, &second].map(Vec::as_slice);
    let shown = gate.decide(&register, &lines).await;
    assert_eq!(outcomes(&shown)[..2], ["admit", "already_used"]);
    assert_eq!(shown[1]["silent"], true);
    assert_eq!(shown[2]["admit"], false);
    assert_eq!(shown[3]["outcome"], "admit");
    assert_eq!(shown[0]["sequence"], 2);
    assert_eq!(shown[0]["brand"], METRO);
    world.work().await;
    assert_eq!(
        rider.rides().await.len(),
        2,
        "both taps were uploaded at the end"
    );

    world.stop().await;
    let again = [("--offline", String::new())];
    let third = rider.show(now());
    let shown = gate.decide(&again, &[&second, &third]).await;
    let expected = ["already_used", "admit"];
    assert_eq!(
        outcomes(&shown),
        expected,
        "the memory outlives the process"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_validator_showed_is_neither_lost_nor_given_again() {
    let world = World::start().await;
    let mut rider = world.ready_rider("13800138202", METRO).await;
    let gate = Gate::new();
    let options = [
        ("--server", url(&world)),
        ("--register", code(&world).await),
    ];
    let shown_code = rider.show(now());
    let mut running = gate.spawn(&options);
    let shown = running.show(&shown_code);
    assert_eq!(shown["outcome"], "admit");
    running.kill();
    let shown = gate.decide(&options, &[&shown_code]).await;
    assert_eq!(shown[0]["admit"], false, "{shown:?}");
    world.work().await;
    assert_eq!(rider.rides().await.len(), 1);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_decided_and_ends_with_its_status() {
    let world = World::start().await;
    let mut rider = world.ready_rider("13800138203", METRO).await;
    let gate = Gate::new();
    let options = [
        ("--server", url(&world)),
        ("--register", code(&world).await),
    ];
    gate.decide(&options, &[]).await;
    world.stop().await;
    let check = |code: Option<Vec<u8>>, status, expected: &str| {
        let path = gate.folder.path().join("shown.png");
        let png = code.map_or_else(Vec::new, |code| picture::draw(&code, 4).unwrap());
        std::fs::write(&path, png).unwrap();
        let picture = path.display().to_string();
        let output = gate
            .command(&[("--offline", String::new()), ("--once", picture)])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        let all = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(all).unwrap();
        assert!(text.contains(expected), "{text}");
    };
    let code = rider.show(now());
    check(Some(code.clone()), 0, "\"outcome\":\"admit\"");
    check(Some(code), 1, "already_used");
    check(Some(b"TX0123".to_vec()), 1, "unsupported_scheme");
    check(None, 2, "no PNG picture");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_edited_by_hand_is_told_on_the_screen_and_to_the_office() {
    let world = World::start().await;
    let gate = Gate::new();
    let options = [
        ("--server", url(&world)),
        ("--register", code(&world).await),
    ];
    gate.decide(&options, &[b"TX0123", b"TX0124"]).await;
    let path = gate.path().join("journal-00000000000000000001.ridecode");
    let mut journal = std::fs::read(&path).unwrap();
    journal[100] ^= 1;
    std::fs::write(&path, &journal).unwrap();
    let (shown, output) = run(gate.command(&options), Vec::new()).await;
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(shown[0]["outcome"], "out_of_order");
    assert_eq!(shown[0]["ailments"], json!(["journal_damaged"]));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("start with another --folder"), "{text}");
    assert_eq!(std::fs::read(&path).unwrap(), journal, "left as it is");
    let list = world.staff().get("/v1/validators").await.expect(200);
    assert_eq!(list[0]["vitals"]["ailments"], json!(["journal_damaged"]));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_one_time_code_is_told_in_the_office_s_words() {
    let world = World::start().await;
    let gate = Gate::new();
    let options = [
        ("--server", url(&world)),
        ("--register", "wrong-code".to_owned()),
    ];
    let (_, output) = run(gate.command(&options), Vec::new()).await;
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("ask the operator's staff for a new one"),
        "{text}"
    );
    world.stop().await;
}

#[test]
fn what_keeps_a_validator_from_starting_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let check = |folder: PathBuf, place: &str, expected: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_ridecode"))
            .args(["validator", "--offline", "--place", place, "--folder"])
            .arg(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(expected), "{text}");
    };
    let gate = "mode=metro,passage=in";
    check(file.join("below"), gate, "choose another with --folder");
    check(
        folder.path().join("new"),
        gate,
        "--server URL --register CODE",
    );
    check(
        folder.path().join("new"),
        "mode=metro",
        "passage is not set",
    );
}

/// A gate's folder, and the way to start it.
struct Gate {
    folder: TempDir,
}

/// A validator at work.
struct Running {
    child: Child,
    input: ChildStdin,
    lamp: BufReader<ChildStdout>,
    /// Its first line.
    ready: Value,
}

impl Gate {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn command(&self, options: &[(&str, String)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ridecode"));
        command
            .args(["validator", "--json", "--place", "mode=metro,passage=in"])
            .arg("--folder")
            .arg(self.path());
        for (name, value) in options {
            command.arg(name);
            if !value.is_empty() {
                command.arg(value);
            }
        }
        command
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("gate")
    }

    /// Starts it, shows the codes, ends the input. Gives what the lamp showed.
    async fn decide(&self, options: &[(&str, String)], codes: &[&[u8]]) -> Vec<Value> {
        let input = codes.iter().flat_map(|code| [code, b"\n".as_slice()]);
        let input = input.flatten().copied().collect();
        let (shown, output) = run(self.command(options), input).await;
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{log}");
        let (ready, decisions) = shown.split_first().expect("a first line");
        assert_eq!(ready["ready"], true, "{log}");
        assert_eq!(decisions.len(), codes.len(), "{log}");
        decisions.to_vec()
    }

    fn spawn(&self, options: &[(&str, String)]) -> Running {
        let mut child = self
            .command(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut running = Running {
            input: child.stdin.take().expect("piped"),
            lamp: BufReader::new(child.stdout.take().expect("piped")),
            child,
            ready: Value::Null,
        };
        running.ready = running.read();
        assert_eq!(running.ready["ready"], true);
        running
    }
}

impl Running {
    fn show(&mut self, code: &[u8]) -> Value {
        let line = [code, b"\n"].concat();
        self.input.write_all(&line).expect("it listens");
        self.read()
    }

    /// The next line that has a field.
    fn line(&mut self, field: &str) -> Value {
        loop {
            let line = self.read();
            if line.get(field).is_some_and(|value| !value.is_null()) {
                return line;
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.lamp.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("an object a line")
    }

    /// With a signal that cannot be caught.
    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }
}

/// Runs a command to its end while the office in this process goes on.
async fn run(mut command: Command, input: Vec<u8>) -> (Vec<Value>, Output) {
    tokio::task::spawn_blocking(move || {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A validator that ends before it reads has said why.
        let _ = child.stdin.take().expect("piped").write_all(&input);
        let output = child.wait_with_output().expect("it ends");
        let lines = output.stdout.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        let shown = lines.map(|line| serde_json::from_slice(line).expect("an object a line"));
        (shown.collect(), output)
    })
    .await
    .expect("the thread ends")
}

fn outcomes(shown: &[Value]) -> Vec<&str> {
    let words = shown
        .iter()
        .map(|one| one["outcome"].as_str().expect("a word"));
    words.collect()
}

fn url(world: &World) -> String {
    format!("http://{}", world.address())
}

/// A one-time code for the metro.
async fn code(world: &World) -> String {
    let body = json!({ "operator": 1 });
    let made = world.staff().post("/v1/validators/codes", &body).await;
    made.expect(201)["one_time_code"]
        .as_str()
        .expect("a code")
        .to_owned()
}
