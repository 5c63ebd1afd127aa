//! The queue is bounded, and its end is an answer too.

use ridecode_codec::crypto::{Algorithm, PublicKey};
use ridecode_words::{OperatorId, UnixSeconds, ValidatorId};

use super::*;
use crate::config::{Config, Engine};
use crate::entropy::SystemEntropy;

fn validator() -> Validator {
    Validator {
        id: ValidatorId(1),
        operator: OperatorId(1),
        key: PublicKey {
            algorithm: Algorithm::EdDsa,
            bytes: [0; 33],
        },
        registered: UnixSeconds(0),
        retired: None,
    }
}

fn office(folder: &std::path::Path) -> Office {
    let mut config = Config {
        folder: folder.to_owned(),
        ..Config::default()
    };
    config.store.engine = Engine::Memory;
    let opened = crate::desk::open(&config, &mut SystemEntropy);
    opened.expect("it opens").office
}

async fn check(auditors: &Auditors, expected: &str) {
    let examined = auditors
        .examine(Bytes::from_static(b"x"), validator())
        .await;
    let problem = examined.expect_err("no segment");
    assert_eq!(problem.kind.name(), expected);
}

#[tokio::test]
async fn what_is_no_segment_is_said_so_and_after_the_end_all_are_busy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let auditors = Auditors::start(&office(folder.path()), 1, 10).expect("a thread");
    check(&auditors, "segment-malformed").await;
    auditors.stop();
    check(&auditors, "busy").await;
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let (queue, _jobs) = sync_channel(1);
    let auditors = Auditors {
        queue: Mutex::new(Some(queue)),
        threads: Mutex::new(Vec::new()),
    };
    let job = || Job {
        sealed: Bytes::new(),
        sender: validator(),
        answer: oneshot::channel().0,
    };
    assert!(auditors.enqueue(job()).is_ok());
    let problem = auditors.enqueue(job()).expect_err("no place is left");
    assert_eq!(problem.kind.name(), "busy");
}
