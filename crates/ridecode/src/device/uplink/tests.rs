//! The uplink against a back office that fails in every way a network can.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::net::SocketAddr;
use std::sync::MutexGuard;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ridecode_codec::crypto::Signer as _;
use ridecode_device::JournalFiles;
use ridecode_validator::journal::Chained;
use ridecode_validator::segment::check;
use ridecode_validator::{Clock, ClockTrust};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::*;
use crate::client::Problem;
use crate::config::Secret;
use crate::device::tests::rig;
use crate::device::{Keeping, Rules};

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_arrives_whatever_the_network_does() {
    let office = Office::start().await;
    office.fail_with([
        Failure::Status(503),
        Failure::Status(429),
        Failure::NotJson,
        // Taken in, and the answer lost: a repeat.
        Failure::AnswerLost,
        Failure::Status(500),
    ]);
    let mut device = Device::with_entries(&office, 1_200);
    device.held_through(1_200).await;
    assert_eq!(office.held(), device.entries);
    assert_eq!(
        office.state().repeated,
        500,
        "the lost answer's entries came twice"
    );
    assert_eq!(device.folder.held_through(), 1_200);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_written_meanwhile_follow() {
    let office = Office::start().await;
    let mut device = Device::with_entries(&office, 3);
    device.held_through(3).await;
    let mut validator = rig::validator(device.folder.disk(), Rules::default());
    for seconds in 0..5 {
        validator.note_start(rig::at(seconds)).unwrap();
        device.written.send_replace(validator.written());
    }
    device.held_through(8).await;
    assert_eq!(office.held().len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_uplink_goes_on_where_it_was() {
    let office = Office::start().await;
    let mut device = Device::with_entries(&office, 600);
    device.held_through(600).await;
    device.task.abort();
    office.state().requests = 0;
    let folder = device.dir;
    drop(device.folder);
    drop(device.uplink);
    // The old task is gone once it lets go of the folder.
    assert!(device.task.await.unwrap_err().is_cancelled());
    let mut again = Device::in_folder(&office, folder, 700);
    again.held_through(700).await;
    assert_eq!(office.held(), again.entries);
    assert_eq!(
        office.state().requests,
        1,
        "what was held is not sent again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_lost_is_sent_again() {
    let office = Office::start().await;
    office.fail_with([Failure::Forget, Failure::Forget]);
    let mut device = Device::with_entries(&office, 1_200);
    device.held_through(1_200).await;
    assert_eq!(office.held(), device.entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_of_another_journal_is_not_believed() {
    let office = Office::start().await;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("held-through"), "99").unwrap();
    let mut device = Device::in_folder(&office, dir, 3);
    device.held_through(3).await;
    assert_eq!(office.held(), device.entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_that_holds_more_than_the_journal_is_not_followed() {
    let office = Office::start().await;
    office.state().ahead_by = 7;
    let device = Device::with_entries(&office, 3);
    let fault = device.uplink.send_segment(&mut None, 0, device.end).await;
    let fault = fault.unwrap_err().to_string();
    assert!(
        fault.contains("holds entry 10") && fault.contains("ends at 3"),
        "{fault}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_in_the_office_s_own_words() {
    let office = Office::start().await;
    office.fail_with([Failure::Status(409)]);
    let device = Device::idle(&office, 3);
    let fault = device.uplink.send_segment(&mut None, 0, device.end).await;
    let expected = "the back office refused: Another journal: entry 3 is held with other content \
                    (409 Conflict)";
    assert_eq!(fault.unwrap_err().to_string(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_bundle_is_kept_and_anything_else_is_not() {
    let office = Office::start().await;
    let device = Device::idle(&office, 1);
    let fetch = |have| device.uplink.fetch_bundle(have);
    let in_force = rig::bundle();
    assert_eq!(fetch(None).await.unwrap(), None);
    let kept = || rig::kept_bundle(&device.folder);
    assert_eq!(kept(), None);
    let sealed = rig::sealed_bundle(&rig::bundle());
    office.state().bundle = Some(sealed.clone());
    assert_eq!(fetch(None).await.unwrap(), Some(rig::bundle()));
    assert_eq!(kept(), Some(rig::bundle()));
    let mut altered = sealed.clone();
    altered[100] ^= 1;
    office.state().bundle = Some(altered);
    let fault = fetch(None).await.unwrap_err().to_string();
    assert!(fault.contains("signature is wrong"), "{fault}");
    office.state().bundle = Some(sealed);
    let fault = fetch(Some(&in_force)).await.unwrap_err().to_string();
    assert!(fault.contains("version 7 is in force"), "{fault}");
    assert_eq!(kept(), Some(rig::bundle()));
}

#[tokio::test(flavor = "multi_thread")]
async fn deltas_are_kept_and_read_back_in_order() {
    let office = Office::start().await;
    let device = Device::idle(&office, 1);
    let kept = || {
        let found = rig::kept_bundle(&device.folder);
        found.unwrap()
    };
    office.state().bundle = Some(rig::sealed_bundle(&rig::bundle()));
    let mut have = device.uplink.fetch_bundle(None).await;
    for version in 8..12 {
        let before = have.unwrap().unwrap();
        let after = rig::later_bundle(version);
        office.state().bundle = Some(rig::sealed_delta(&before, &after));
        have = device.uplink.fetch_bundle(Some(&before)).await;
        assert_eq!(have.as_ref().unwrap().as_ref(), Some(&after));
        assert_eq!(kept(), after, "deltas are read back in order");
    }
    assert_eq!(device.folder.bundles().deltas().unwrap().len(), 4);
    let last = have.unwrap().unwrap();

    // One that does not follow is refused, and the office has nothing else: the last good stays.
    let stranger = rig::sealed_delta(&rig::later_bundle(90), &rig::later_bundle(91));
    office.state().bundle = Some(stranger);
    let fetched = device.uplink.fetch_bundle(Some(&last)).await;
    assert!(fetched.unwrap_err().is::<BundleFault>());
    assert_eq!(kept(), last);

    // A whole one takes the place of all of them.
    office.state().bundle = Some(rig::sealed_bundle(&rig::later_bundle(92)));
    let fetched = device.uplink.fetch_bundle(Some(&last)).await;
    assert_eq!(fetched.unwrap(), Some(rig::later_bundle(92)));
    assert_eq!(kept(), rig::later_bundle(92));
    assert_eq!(device.folder.bundles().deltas().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reply_sets_the_clock_s_trust() {
    let office = Office::start().await;
    let device = Device::idle(&office, 1);
    let trust = || {
        let Clock { trust, .. } = device.uplink.timekeeper().clock(since_boot());
        trust
    };
    assert_ne!(trust(), ClockTrust::Synced);
    device.uplink.fetch_bundle(None).await.unwrap();
    assert_eq!(trust(), ClockTrust::Synced);
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_gives_the_office_s_key_or_says_why_not() {
    let office = Office::start().await;
    let way = BackOffice::new(&format!("http://{}/", office.address)).unwrap();
    let key = rig::device().public_key();
    let registered = way.register(&Secret::new("once-only"), &key).await;
    assert_eq!(registered, Ok(rig::registration()));
    let fault = way.register(&Secret::new("wrong"), &key).await.unwrap_err();
    let expected = "the back office refused: No such code: ask for a new one (403 Forbidden)";
    assert_eq!(fault.to_string(), expected);
    let nobody = BackOffice::new("http://127.0.0.1:1").unwrap();
    let fault = nobody.register(&Secret::new("once-only"), &key).await;
    assert!(matches!(fault, Err(Trouble::Unreachable(_))), "{fault:?}");
}

#[test]
fn pauses_grow_to_a_bound_and_differ_by_chance() {
    let pace = Pace::default();
    let check = |failures, chance, expected_ms| {
        let found = pace.pause(failures, chance);
        assert_eq!(found, Duration::from_millis(expected_ms));
    };
    check(0, 0, 250);
    check(0, 512, 375);
    check(1, 0, 500);
    check(3, 1_024, 2_000);
    check(7, 0, 30_000);
    check(u32::MAX, 0, 30_000);
    check(u32::MAX, 512, 45_000);
}

#[test]
fn the_back_office_is_waited_for_as_it_asks_and_not_in_step() {
    let pace = Pace::default();
    let busy = |retry_after_s: u64| Trouble::Busy {
        problem: Problem::default(),
        retry_after: Some(Duration::from_secs(retry_after_s)),
    };
    let check = |trouble: Option<Trouble>, chance, expected_ms| {
        let found = pace.pause_after(0, trouble.as_ref(), chance);
        assert_eq!(found, Duration::from_millis(expected_ms));
    };
    check(None, 0, 250);
    check(Some(busy(7)), 0, 7_000);
    check(Some(busy(7)), 300 * 1_024, 7_300);
    check(Some(busy(100_000)), 0, 900_000);
    check(Some(busy(0)), 0, 250);
    check(Some(Trouble::Refused(Problem::default())), 0, 60_000);
}

/// A validator's journal in a folder and its uplink, sending.
struct Device {
    dir: TempDir,
    folder: Arc<Folder>,
    uplink: Uplink,
    entries: Vec<Chained>,
    end: Written,
    written: watch::Sender<Written>,
    held: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Device {
    fn with_entries(office: &Office, entries: usize) -> Self {
        Self::in_folder(office, tempfile::tempdir().unwrap(), entries)
    }

    /// With an uplink that does nothing by itself.
    fn idle(office: &Office, entries: usize) -> Self {
        let device = Self::prepared(office, tempfile::tempdir().unwrap(), entries);
        device.task.abort();
        device
    }

    fn in_folder(office: &Office, dir: TempDir, entries: usize) -> Self {
        let mut device = Self::prepared(office, dir, entries);
        let (held_sent, held) = watch::channel(0);
        let journal = device.written.subscribe();
        device.held = held;
        device.task = tokio::spawn(device.uplink.clone().send_journal(journal, held_sent));
        device
    }

    fn prepared(office: &Office, dir: TempDir, entries: usize) -> Self {
        let folder = Arc::new(Folder::open(dir.path()).unwrap());
        rig::write_long_journal(folder.disk().as_ref(), entries);
        let mut entries = Vec::new();
        let journal = JournalFiles::open(folder.disk(), Keeping::default(), |chained| {
            entries.push(chained.clone());
        });
        let journal = journal.unwrap();
        let end = journal.written();
        let uplink = Uplink {
            office: BackOffice::new(&format!("http://{}", office.address)).unwrap(),
            registration: rig::registration(),
            key: Arc::new(rig::device()),
            folder: Arc::clone(&folder),
            pace: Pace {
                pause_first: Duration::from_millis(1),
                pause_most: Duration::from_millis(4),
                asked_most: Duration::from_millis(4),
                ..Pace::default()
            },
            health: Arc::default(),
            timekeeper: Arc::new(Mutex::new(Timekeeper::new(UnixSeconds(0), since_boot()))),
        };
        Self {
            dir,
            folder,
            uplink,
            entries,
            end,
            written: watch::channel(end).0,
            held: watch::channel(0).1,
            task: tokio::spawn(async {}),
        }
    }

    async fn held_through(&mut self, sequence: u64) {
        let reached = self.held.wait_for(|held| *held == sequence);
        let reached = tokio::time::timeout(Duration::from_secs(60), reached).await;
        reached.expect("in time").expect("the uplink at work");
    }
}

/// What goes wrong with a request, once.
#[derive(Clone, Copy)]
enum Failure {
    /// A problem of that status; nothing is taken in.
    Status(u16),
    /// A reply of something else.
    NotJson,
    /// Taken in, and then a server fault.
    AnswerLost,
    /// Taken in, and then everything is lost but the first ten entries.
    Forget,
}

/// A back office of a few lines.
struct Office {
    address: SocketAddr,
    state: Arc<Mutex<OfficeState>>,
}

#[derive(Default)]
struct OfficeState {
    held: BTreeMap<u64, Chained>,
    failures: VecDeque<Failure>,
    bundle: Option<Vec<u8>>,
    requests: u32,
    repeated: usize,
    ahead_by: u64,
}

type Shared = State<Arc<Mutex<OfficeState>>>;

impl Office {
    async fn start() -> Self {
        let state = Arc::<Mutex<OfficeState>>::default();
        let router = Router::new()
            .route("/v1/validators", post(register))
            .route("/v1/validators/00002001/segments", post(accept))
            .route("/v1/validators/00002001/bundle", get(bundle))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    fn state(&self) -> MutexGuard<'_, OfficeState> {
        self.state.lock().unwrap()
    }

    fn fail_with(&self, failures: impl IntoIterator<Item = Failure>) {
        self.state().failures.extend(failures);
    }

    fn held(&self) -> Vec<Chained> {
        self.state().held.values().cloned().collect()
    }
}

async fn accept(State(state): Shared, sealed: Bytes) -> Response {
    let mut state = state.lock().unwrap();
    state.requests += 1;
    let failure = state.failures.pop_front();
    match failure {
        Some(Failure::Status(status)) => {
            let detail = "entry 3 is held with other content";
            return problem(status, "Another journal", detail);
        }
        Some(Failure::NotJson) => return "<html>a captive portal</html>".into_response(),
        Some(Failure::AnswerLost | Failure::Forget) | None => {}
    }
    let key = rig::device().public_key();
    let segment = check(&sealed, &key, &Native).expect("a good segment");
    let mut new = 0;
    let count = segment.entries.len();
    for chained in segment.entries {
        let found = state.held.insert(chained.entry.sequence, chained);
        new += usize::from(found.is_none());
    }
    state.repeated += count - new;
    match failure {
        Some(Failure::AnswerLost) => return problem(500, "Fell over", "after taking it in"),
        Some(Failure::Forget) => state.held.retain(|sequence, _| *sequence <= 10),
        Some(Failure::Status(_) | Failure::NotJson) | None => {}
    }
    let without_hole = state
        .held
        .keys()
        .zip(1..)
        .take_while(|(held, n)| **held == *n);
    let held_through = u64::try_from(without_hole.count()).unwrap() + state.ahead_by;
    let receipt = serde_json::json!({
        "held_through": held_through, "new": new, "repeated": count - new,
    });
    axum::Json(receipt).into_response()
}

async fn bundle(State(state): Shared) -> Response {
    match state.lock().unwrap().bundle.clone() {
        Some(sealed) => sealed.into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn register(axum::Json(body): axum::Json<serde_json::Value>) -> Response {
    if body["one_time_code"] != "once-only" {
        return problem(403, "No such code", "ask for a new one");
    }
    let encode = |key: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(key)
    };
    assert_eq!(
        body["public_key"],
        encode(&rig::device().public_key().bytes[..32])
    );
    let office = encode(&rig::office().public_key().bytes[..32]);
    let view = serde_json::json!({
        "validator": "00002001",
        "operator": 1,
        "office_key": { "algorithm": "eddsa", "public_key": office },
    });
    (StatusCode::CREATED, axum::Json(view)).into_response()
}

fn problem(status: u16, title: &str, detail: &str) -> Response {
    let body = serde_json::json!({ "title": title, "detail": detail }).to_string();
    let status = StatusCode::from_u16(status).unwrap();
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, headers, body).into_response()
}
