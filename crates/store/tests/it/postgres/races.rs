//! Races that a single writer never has: two programs with three connections each tell one database
//! verbs about the same rider, charge, journal or statement at once. Whoever comes second must find
//! what the first left behind.

use std::collections::BTreeSet;

use ridecode_account::{Challenge, ChallengeAnswer, CredentialState, RevokeReason};
use ridecode_ledger::{Currency, Party, Payment};
use ridecode_store::conformance::world::{
    DAY, MONTH, NOW, OPERATOR, all_at_once, bill, collected, credential, declined, device, first,
    journey, mark, news, period, ride_and_bill, rider, rider_id, rides, segment, settle_in,
    statement, upload, validator, write_off_of, yuan_fen,
};
use ridecode_store::{
    Adjustment, AdjustmentKind, AdjustmentLine, AdjustmentState, Attempt, BankPaid, Beat,
    BillSaved, Decided, Decision, Deed, DeedKind, EntryVoid, FleetOf, LedgerRange, LineState,
    Payout, PayoutSaved, PayoutStep, PlannedPayment, PulseQuery, ReplyRecord, RiderOpened, Settled,
    Signature, Store, ValidatorStep, ValidatorStepped, WriteOff,
};
use ridecode_testing::postgres::Database;
use ridecode_words::{
    AdjustmentId, ChargeId, DeviceId, IssuerId, RiderId, ServiceDay, UnixSeconds, ValidatorId,
};

/// Two programs on one database.
struct Programs {
    stores: [Store; 2],
    _database: Database,
}

impl Programs {
    /// With riders and validators.
    async fn with(riders: u64, validators: u32) -> Self {
        let database = Database::new();
        let stores = [super::open(&database), super::open(&database)];
        settle_in(&stores[0], riders, validators).await;
        Self {
            stores,
            _database: database,
        }
    }

    fn store(&self) -> &Store {
        &self.stores[0]
    }

    /// Has eight rivals act at once, half of them in each program.
    async fn rivals<T>(&self, act: impl AsyncFn(Store, u64) -> T) -> Vec<T> {
        let rivals = (0..8_u64).zip(self.stores.iter().cycle());
        let rivals = rivals.map(|(number, store)| act(store.clone(), number));
        all_at_once(rivals.collect()).await
    }

    /// The ledger sums to zero, and every balance to its transfers.
    async fn assert_sums(&self) {
        let pages = ridecode_store::conformance::office::pages(self.store(), 3).await;
        ridecode_store::conformance::office::assert_sums(&pages);
    }
}

fn count<T: PartialEq>(all: &[T], wanted: &T) -> usize {
    all.iter().filter(|one| *one == wanted).count()
}

#[tokio::test]
async fn a_phone_number_is_one_riders_whoever_is_first() {
    let programs = Programs::with(0, 0).await;
    for round in 0..5 {
        let opened = programs
            .rivals(async |store, number| {
                let mut one = rider(round);
                one.id = RiderId(round * 8 + number + 1);
                store.open_rider(one).await.expect("an account")
            })
            .await;
        assert_eq!(count(&opened, &RiderOpened::New), 1, "{opened:?}");
        let owners: BTreeSet<_> = opened
            .iter()
            .filter_map(|one| match one {
                RiderOpened::Existing(owner) => Some(owner.0),
                RiderOpened::New => None,
            })
            .collect();
        assert_eq!(owners.len(), 1, "{opened:?}");
    }
}

#[tokio::test]
async fn a_code_is_right_once_and_every_wrong_one_counts() {
    let programs = Programs::with(0, 0).await;
    let phone = rider(1).phone;
    let answers = async |code: &str| {
        let put = Challenge::new(phone.clone(), "222222", NOW);
        programs.store().put_challenge(put).await.expect("a code");
        programs
            .rivals(async |store, _| {
                let answer = store.answer_challenge(phone.clone(), code.to_owned(), NOW);
                answer.await.expect("an answer")
            })
            .await
    };
    for _ in 0..4 {
        let right = answers("222222").await;
        assert_eq!(count(&right, &ChallengeAnswer::Right), 1, "{right:?}");
        assert_eq!(count(&right, &ChallengeAnswer::NoneWaiting), 7);
        let wrong = answers("111111").await;
        let mut left: Vec<u8> = wrong
            .iter()
            .filter_map(|answer| match answer {
                ChallengeAnswer::Wrong { tries_left } => Some(*tries_left),
                ChallengeAnswer::Right | ChallengeAnswer::NoneWaiting => None,
            })
            .collect();
        left.sort_unstable();
        let expected: Vec<u8> = (0..u8::try_from(left.len()).expect("few")).collect();
        assert_eq!(left, expected, "each try is another one: {wrong:?}");
        assert!(left.len() < 8, "tries end: {wrong:?}");
    }
}

#[tokio::test]
async fn a_reply_and_a_key_are_kept_once() {
    let programs = Programs::with(2, 0).await;
    let replies = programs
        .rivals(async |store, number| {
            let reply = ReplyRecord {
                key: "one".to_owned(),
                request_digest: [1; 32],
                status: 200,
                body: vec![u8::try_from(number).expect("small")],
            };
            store.keep_reply(reply).await.expect("a reply").body
        })
        .await;
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    let phones = programs
        .rivals(async |store, number| {
            let mut phone = device(number + 1, number % 2 + 1);
            phone.key = device(1, 1).key;
            store.register_device(phone).await.is_ok()
        })
        .await;
    assert_eq!(count(&phones, &true), 1, "one phone has the key");
}

#[tokio::test]
async fn no_credential_lives_on_a_revoked_phone() {
    let programs = Programs::with(4, 0).await;
    for number in 1..=4 {
        let phone = programs.store().register_device(device(number, number));
        phone.await.expect("a phone");
        programs
            .rivals(async |store, rival| {
                if rival == 5 {
                    let revoked = store.revoke_device(DeviceId(number), RevokeReason::Lost, NOW);
                    return revoked.await.expect("revoked");
                }
                let own = u8::try_from(number * 10 + rival).expect("small");
                // Refused once the phone is revoked.
                drop(
                    store
                        .grant_credentials(vec![credential(own, number, number)])
                        .await,
                );
            })
            .await;
        let file = programs.store().load_rider(rider_id(number), NOW).await;
        let file = file.expect("a verb").expect("the rider");
        let live = file.credentials.iter();
        let live = live
            .filter(|one| one.state == CredentialState::Live)
            .count();
        assert_eq!(live, 0, "{:?}", file.credentials);
    }
}

#[tokio::test]
async fn overlapping_segments_hold_each_entry_once() {
    let programs = Programs::with(3, 2).await;
    let receipts = programs
        .rivals(async |store, number| {
            let mut one = rides(1, number + 1..=number + 6, number % 3 + 1);
            for (tap, entry) in one.taps.iter_mut().zip(&one.entries) {
                tap.rider = rider_id(entry.sequence % 3 + 1);
            }
            upload(&store, one).await
        })
        .await;
    let new: u32 = receipts.iter().map(|receipt| receipt.new).sum();
    assert_eq!(new, 13);
    let held = programs
        .store()
        .load_held(OPERATOR)
        .await
        .expect("journals");
    assert_eq!(held[0].held, [(1, 13)]);
    // A void and the entry it takes back meet, whichever comes first.
    for sequence in [1, 3, 5, 7] {
        programs
            .rivals(async |store, number| match number {
                0 => drop(upload(&store, rides(2, sequence..=sequence, 1)).await),
                1 => {
                    let mut void = segment(2, sequence + 1..=sequence + 1);
                    void.voids = vec![EntryVoid {
                        sequence: sequence + 1,
                        accepted: sequence,
                        time: NOW.plus_s(9),
                    }];
                    upload(&store, void).await;
                }
                _ => {}
            })
            .await;
    }
    let page = programs
        .store()
        .load_rides(rider_id(1))
        .await
        .expect("rides");
    let taps = page
        .taps
        .iter()
        .filter(|tap| tap.id.validator == ValidatorId(2));
    assert_eq!(taps.count(), 8, "each with its void");
}

/// Taps come in while their month is priced, again and again: in the end the month is due, or what
/// priced it last saw every tap.
#[tokio::test]
async fn no_tap_is_lost_between_taking_in_and_pricing() {
    let programs = Programs::with(1, 8).await;
    let mut priced_with = 0;
    for round in 1..=12 {
        let seen = programs
            .rivals(async |store, number| {
                if number % 2 == 0 {
                    let validator = u32::try_from(number + 1).expect("small");
                    upload(&store, rides(validator, round..=round, 1)).await;
                    return None;
                }
                let windows = store.load_windows(vec![period(1)], 0).await;
                let window = windows.expect("a window").remove(0);
                let save = bill(1, window.mark, &[]);
                let saved = store.save_bills(vec![save]).await.expect("a bill");
                (saved == [BillSaved::Saved]).then_some(window.taps.len())
            })
            .await;
        priced_with = seen.into_iter().flatten().max().unwrap_or(priced_with);
        let late = UnixSeconds(i64::MAX);
        let due = programs.store().due_bills(late, 9).await.expect("months");
        let is_due = due.iter().any(|one| one.period.month == MONTH);
        let held = programs
            .store()
            .load_rides(rider_id(1))
            .await
            .expect("rides");
        assert!(
            is_due || priced_with == held.taps.len(),
            "round {round}: priced with {priced_with} of {} taps and not due",
            held.taps.len()
        );
    }
}

#[tokio::test]
async fn a_bill_is_saved_once_and_its_charge_settled_once() {
    let programs = Programs::with(3, 3).await;
    for sequence in 1..=6 {
        let store = programs.store();
        let owner = sequence % 3 + 1;
        let at = u32::try_from(owner).expect("small");
        upload(store, rides(at, sequence..=sequence, owner)).await;
        let save = bill(
            owner,
            mark(store, owner).await,
            &[first(journey(at, sequence), 200)],
        );
        let saved = programs
            .rivals(async |store, _| store.save_bills(vec![save.clone()]).await.expect("a bill"))
            .await;
        assert_eq!(count(&saved, &vec![BillSaved::Saved]), 1, "{saved:?}");
        let charge = ChargeId {
            journey: journey(at, sequence),
            version: 1,
        };
        let opened = programs
            .rivals(async |store, _| open(&store, charge, 1).await)
            .await;
        assert_eq!(count(&opened, &true), 1);
        let outcome = if sequence % 2 == 0 {
            collected()
        } else {
            declined()
        };
        let told = news(store, charge, outcome).await;
        let settled = programs
            .rivals(async |store, _| store.settle_charge(told.clone()).await.expect("news"))
            .await;
        assert_eq!(count(&settled, &Settled::Saved), 1, "{settled:?}");
    }
    programs.assert_sums().await;
    let state = programs.store().office_state(NOW).await.expect("counts");
    assert_eq!(state.charges_open, 3);
    let ever = PulseQuery {
        operator: None,
        since: UnixSeconds(0),
        until: UnixSeconds(i64::MAX),
    };
    let pulses = programs.store().load_pulses(ever).await.expect("counts");
    let totals: u64 = pulses.charges.iter().map(|total| total.count).sum();
    assert_eq!(totals, 6, "{:?}", pulses.charges);
}

#[tokio::test]
async fn a_debt_is_written_off_or_paid_and_the_books_agree() {
    let programs = Programs::with(1, 1).await;
    for sequence in 1..=5 {
        let store = programs.store();
        let charge = ride_and_bill(store, 1, sequence, 1).await;
        assert!(open(store, charge, 1).await);
        let told = news(store, charge, declined()).await;
        store.settle_charge(told).await.expect("news");
        let held = store
            .find_charge(charge)
            .await
            .expect("a verb")
            .expect("it");
        let off = WriteOff {
            charge,
            at: NOW,
            transfer: write_off_of(&held),
        };
        let paid = news(store, charge, collected()).await;
        let done = programs
            .rivals(async |store, number| match number % 2 {
                0 => store.write_off(off).await.expect("a verb"),
                _ => matches!(store.settle_charge(paid.clone()).await, Ok(Settled::Saved)),
            })
            .await;
        let held = store
            .find_charge(charge)
            .await
            .expect("a verb")
            .expect("it");
        assert_eq!(count(&done, &true), 1, "one of both: {held:?}");
    }
    programs.assert_sums().await;
}

/// Months are priced while their operator's day is closed: each leg stands on one statement, or on
/// none yet.
#[tokio::test]
async fn each_leg_stands_once_whoever_closes_the_day() {
    let programs = Programs::with(4, 4).await;
    for round in 1..=6 {
        programs
            .rivals(async |store, number| {
                if number < 4 {
                    let at = u32::try_from(number + 1).expect("small");
                    ride_and_bill(&store, at, round, number + 1).await;
                    return;
                }
                let day = ServiceDay(DAY.0 + 1);
                for _ in 0..8 {
                    let legs = store.load_day(OPERATOR, day).await.expect("legs");
                    let one = statement(OPERATOR, day, &legs);
                    store.close_day(one).await.expect("a statement");
                }
            })
            .await;
    }
    let page = programs.store().audit_page(None, 9).await.expect("a page");
    let day = ServiceDay(DAY.0 + 9);
    let open = programs
        .store()
        .load_day(OPERATOR, day)
        .await
        .expect("legs");
    let stated = page.statements.iter().flat_map(|one| &one.lines);
    let mut legs: Vec<_> = stated.map(|line| line.leg).collect();
    legs.extend(open.legs);
    let distinct: BTreeSet<_> = legs.iter().copied().collect();
    assert_eq!((legs.len(), distinct.len()), (24, 24));
    let numbers: Vec<u64> = page.statements.iter().map(|one| one.number).collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
    programs.assert_sums().await;
}

#[tokio::test]
async fn a_statement_stands_in_one_payout_and_is_paid_once() {
    let programs = Programs::with(1, 1).await;
    let store = programs.store();
    ride_and_bill(store, 1, 1, 1).await;
    let legs = store.load_day(OPERATOR, DAY).await.expect("legs");
    let one = statement(OPERATOR, DAY, &legs);
    store.close_day(one.clone()).await.expect("a statement");
    let signature = |by: &str| Signature {
        by: by.to_owned(),
        at: NOW,
    };
    let plan = |number: u64| Payout {
        number: 1,
        day: DAY,
        currency: Currency::CNY,
        planned_by: format!("planner {number}"),
        statements: vec![(OPERATOR, 1)],
        payments: vec![PlannedPayment {
            payment: Payment {
                from: Party::Issuer(IssuerId(0x4401)),
                to: Party::Operator(OPERATOR),
                amount: one.payable,
            },
            paid: None,
        }],
        approved: None,
        exports: 0,
        withdrawn: None,
    };
    let saved = programs
        .rivals(async |store, number| store.save_payout(plan(number)).await.expect("a payout"))
        .await;
    assert_eq!(count(&saved, &PayoutSaved::Saved), 1, "{saved:?}");
    let step = async |step| store.step_payout(1, step).await.expect("a verb");
    step(PayoutStep::Approve(signature("approver")))
        .await
        .expect("approved");
    step(PayoutStep::Export).await.expect("exported");
    let paid = programs
        .rivals(async |store, _| {
            let paid = BankPaid {
                day: DAY,
                reference: "B-1".to_owned(),
            };
            let step = PayoutStep::Pay { line: 0, paid };
            store.step_payout(1, step).await.expect("a verb").is_ok()
        })
        .await;
    assert_eq!(count(&paid, &true), 8, "a repeat is success");
    let page = store.audit_page(None, 1).await.expect("a page");
    assert_eq!(page.bookings.len(), 2, "a commission and a payment");
}

/// Days are cut while transfers come in: what a day held when it was cut is all it ever holds.
#[tokio::test]
async fn no_transfer_joins_a_day_that_was_cut() {
    let programs = Programs::with(6, 6).await;
    let read = async |store: &Store, number: u64| {
        let range = LedgerRange {
            first: number,
            last: number,
            after: None,
        };
        let page = store.ledger_page(range, 999).await.expect("a page");
        let ids = page.transfers.iter().map(|entry| entry.transfer.id);
        ids.collect::<Vec<_>>()
    };
    let mut when_cut = Vec::new();
    for round in 1..=6_u64 {
        let cuts = programs
            .rivals(async |store, number| {
                if number < 6 {
                    let at = u32::try_from(number + 1).expect("small");
                    ride_and_bill(&store, at, round, number + 1).await;
                    return Vec::new();
                }
                let mut cuts = Vec::new();
                for turn in 1..=CUTS {
                    let day = DAY.0 + i32::try_from(round * CUTS + turn).expect("small");
                    if store.cut_ledger(ServiceDay(day)).await.expect("a cut") {
                        let days = store.load_ledger_days().await.expect("days");
                        let cut = days.iter().find(|one| one.day.0 == day);
                        let cut = cut.expect("the day that was cut").number;
                        cuts.push((cut, read(&store, cut).await));
                    }
                }
                cuts
            })
            .await;
        when_cut.extend(cuts.into_iter().flatten());
    }
    when_cut.sort_unstable();
    let numbers: Vec<u64> = when_cut.iter().map(|(number, _)| *number).collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected, "each day is cut once");
    for (number, expected) in &when_cut {
        let found = read(programs.store(), *number).await;
        assert_eq!(&found, expected, "day {number}");
    }
    let open = read(programs.store(), numbers.len() as u64 + 1).await;
    let cut: usize = when_cut.iter().map(|(_, transfers)| transfers.len()).sum();
    assert_eq!(cut + open.len(), 36, "each transfer in one day");
}

#[tokio::test]
async fn nobody_gives_more_alone_than_they_may() {
    let programs = Programs::with(1, 1).await;
    for sequence in 1..=8 {
        ride_and_bill(programs.store(), 1, sequence, 1).await;
    }
    let asked = programs
        .rivals(async |store, number| {
            let line = AdjustmentLine {
                journey: journey(1, number + 1),
                rider: rider_id(1),
                amount: yuan_fen(100),
                number: None,
                state: LineState::Waiting,
            };
            let one = Adjustment {
                id: AdjustmentId(number + 1),
                kind: AdjustmentKind::Goodwill,
                why: "the gate stayed shut".to_owned(),
                asked_by: "anna".to_owned(),
                asked: NOW,
                state: AdjustmentState::Waiting,
                lines: vec![line],
            };
            let asked = store.ask_adjustment(one, 300).await.expect("a verb");
            (asked.state != AdjustmentState::Waiting, asked.id)
        })
        .await;
    assert_eq!(asked.iter().filter(|(approved, _)| *approved).count(), 3);
    let (_, waiting) = asked.iter().find(|(approved, _)| !approved).expect("some");
    let decided = programs
        .rivals(async |store, number| {
            let decision = Decision {
                adjustment: *waiting,
                approve: number % 2 == 0,
                by: "bela".to_owned(),
                at: NOW,
            };
            store.decide_adjustment(decision).await.expect("a verb")
        })
        .await;
    assert_eq!(count(&decided, &Decided::Saved), 1, "{decided:?}");
    let given = asked
        .iter()
        .find(|(approved, _)| *approved)
        .expect("some")
        .1;
    let posted = programs
        .rivals(async |store, _| {
            let posted = store.post_adjustment(given, 9, DAY).await.expect("a verb");
            posted.posted
        })
        .await;
    assert_eq!(posted.iter().sum::<u32>(), 1, "{posted:?}");
    programs.assert_sums().await;
}

#[tokio::test]
async fn a_validator_retires_once_and_its_newest_heartbeat_stays() {
    let programs = Programs::with(1, 1).await;
    programs
        .rivals(async |store, number| {
            let at = NOW.plus_s(i64::try_from(number * 10).expect("small"));
            let beat = Beat {
                validator: ValidatorId(1),
                heard: at,
                sealed: at,
                bytes: vec![u8::try_from(number).expect("small")],
            };
            store.note_beat(beat).await.expect("a verb")
        })
        .await;
    let files = programs.store().load_validators(FleetOf::All).await;
    let beat = files.expect("files").remove(0).beat.expect("a heartbeat");
    assert_eq!(beat.bytes, [7], "the newest");
    let deed = |kind| Deed {
        at: NOW,
        author: "anna".to_owned(),
        kind,
        rider: Some(rider_id(1)),
        device: None,
        tap: None,
        validator: Some(validator(1).id),
        operator: Some(OPERATOR),
        reason: "worn".to_owned(),
    };
    let retired = programs
        .rivals(async |store, _| {
            let deed = deed(DeedKind::RetiredValidator);
            let step = store.step_validator(ValidatorId(1), ValidatorStep::Retire, deed);
            step.await.expect("a verb")
        })
        .await;
    assert_eq!(
        count(&retired, &ValidatorStepped::Changed),
        1,
        "{retired:?}"
    );
    let phone = programs.store().register_device(device(1, 1)).await;
    phone.expect("a phone");
    let blocked = programs
        .rivals(async |store, _| {
            let blocked = store.block_device(DeviceId(1), deed(DeedKind::BlockedPhone));
            blocked.await.expect("a verb")
        })
        .await;
    assert_eq!(count(&blocked, &true), 1);
}

/// Opens an attempt, and says whether it may be sent.
async fn open(store: &Store, charge: ChargeId, number: u32) -> bool {
    let attempt = Attempt {
        charge,
        number,
        at: NOW,
        look_again: NOW.plus_s(60),
    };
    store.open_attempt(attempt).await.expect("an attempt")
}

/// Days cut in a round of the race for them.
const CUTS: u64 = 10;
