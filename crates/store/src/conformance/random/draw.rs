//! Drawing verbs: few things of each kind, so that they meet; mostly sensible, often repeated,
//! sometimes wrong.

mod fleet;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use ridecode_account::{Block, Challenge, Client, MandateState, RevokeReason, RiderState};
use ridecode_fare::{Period, REPAIRS_MAX, TapKind};
use ridecode_ledger::Currency;
use ridecode_validator::Outcome;
use ridecode_words::{
    AdjustmentId, ChargeId, DeviceId, MandateId, Month, OperatorId, ProviderId, RiderId,
    ServiceDay, UnixSeconds, ValidatorId,
};

use super::super::adjustment::{asked, decision};
use super::super::notice::notice;
use super::super::repair::repair;
use super::super::steps::refund_news;
use super::super::world::{
    DAY, NOW, OPERATOR, Posting, bill, collected, credential, credential_id, declined, device,
    entries, journey, mandate, news, rider, rider_id, segment, statement, tap, validator,
    write_off_of, yuan_fen,
};
use super::verb::Verb;
use crate::{
    Acceptance, AdjustmentKind, Attempt, AttemptOutcome, BillSave, BillWindow, ChargeStanding,
    ChargedBy, Delivery, Disagreement, EntryVoid, LedgerRange, NoticeAttempt, NoticeId, NoticeKind,
    RefundAttempt, RefundHeard, ReplyRecord, Session, Store, WriteOff,
};

/// A source of verbs. It asks the oracle where a verb must fit what is held.
pub(super) struct Draw {
    rng: Rng,
    now: UnixSeconds,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            now: NOW,
        }
    }

    /// The next verb.
    pub(super) async fn verb(&mut self, oracle: &Store) -> Verb {
        self.now = self.now.plus_s(self.rng.i64(0..600));
        match self.rng.u8(0..100) {
            0..22 => self.about_riders(oracle).await,
            22..24 => self.repair(oracle).await,
            24..48 => self.segment(),
            48..52 => Verb::RegisterValidator(self.validator()),
            52..53 => {
                let rider = rider_id(self.rng.u64(1..8));
                let month = self.month();
                Verb::BillAgain(vec![Period { rider, month }], self.now)
            }
            53..66 => Verb::SaveBills(self.bills(oracle).await),
            66..76 => self.about_charges(oracle).await,
            76..78 => self.about_refunds(oracle).await,
            78..81 => self.close(oracle).await,
            81..84 => self.about_adjustments(oracle).await,
            84..86 => self.about_notices(oracle).await,
            86..90 => self.about_fleet(),
            _ => self.look(),
        }
    }

    async fn about_riders(&mut self, oracle: &Store) -> Verb {
        let number = self.rng.u64(1..6);
        match self.rng.u8(0..12) {
            0 | 1 => {
                let mut one = rider(number);
                if self.rng.u8(0..4) == 0 {
                    one.id = rider_id(self.rng.u64(1..6));
                }
                Verb::OpenRider(one)
            }
            2 => Verb::PutChallenge(Challenge::new(rider(number).phone, self.code(), self.now)),
            3 => {
                let code = self.code().to_owned();
                Verb::AnswerChallenge(rider(number).phone, code, self.now)
            }
            4 => Verb::OpenSession(Session {
                token_digest: [self.rng.u8(0..6); 32],
                rider: rider_id(number),
                opened: self.now,
                expires: self.now.plus_s(600),
                client: [Client::Other, Client::Android][self.rng.usize(0..2)],
            }),
            9 => Verb::EndSessions(rider_id(number), vec![[self.rng.u8(0..6); 32]]),
            // Rarely right: a world of closed accounts would show little.
            11 => Verb::CloseRider(rider_id(number), self.rng.u64(0..40), self.now),
            10 => Verb::LoadSessions(rider_id(number), self.now),
            5 => Verb::SaveMandate(self.mandate(number)),
            6 => {
                let mut phone = device(self.rng.u64(1..8), number);
                if self.rng.u8(0..6) == 0 {
                    phone.key = device(self.rng.u64(1..8), number).key;
                }
                Verb::RegisterDevice(phone)
            }
            7 => self.grant(oracle).await,
            _ => {
                let reasons = [
                    RevokeReason::Lost,
                    RevokeReason::Replaced,
                    RevokeReason::Closed,
                ];
                let reason = reasons[self.rng.usize(0..reasons.len())];
                Verb::RevokeDevice(DeviceId(self.rng.u64(1..8)), reason, self.now)
            }
        }
    }

    fn code(&mut self) -> &'static str {
        ["111111", "222222"][self.rng.usize(0..2)]
    }

    fn mandate(&mut self, rider: u64) -> ridecode_account::Mandate {
        let mut one = mandate(self.rng.u64(1..10), rider);
        one.changed = self.now;
        match self.rng.u8(0..6) {
            0 => one.state = MandateState::Pending,
            1 => one.contract = None,
            2 => {
                one.state = MandateState::Suspended {
                    reason: "held".to_owned(),
                };
            }
            3 => one.state = MandateState::Ended,
            4 => one.provider = ProviderId(2),
            _ => {}
        }
        one
    }

    /// Credentials for a phone; phones belong to riders of their own number more often than not.
    async fn grant(&mut self, oracle: &Store) -> Verb {
        let count = self.rng.usize(1..4);
        let (phone, holder) = (self.rng.u64(1..8), self.rng.u64(1..6));
        let file = oracle.load_rider(rider_id(holder), self.now).await;
        let held = file.expect("the oracle knows").map(|file| file.rider.state);
        if let Some(RiderState::Blocked(block)) = held
            && self.rng.u8(0..4) > 0
        {
            let mut home = credential(self.rng.u8(1..12), phone, holder);
            home.essential_since = Some(block.since.plus_s(self.rng.i64(0..8) / 7));
            return Verb::GrantCredentials(vec![home]);
        }
        let one = |draw: &mut Self| {
            let mut one = credential(draw.rng.u8(1..12), phone, holder);
            one.expires = NOW.plus_s(draw.rng.i64(0..4) * 20_000);
            one
        };
        Verb::GrantCredentials((0..count).map(|_| one(self)).collect())
    }

    fn validator(&mut self) -> crate::Validator {
        let mut one = validator(self.rng.u32(1..4));
        one.registered = self.now;
        if one.id == ValidatorId(3) {
            one.operator = OperatorId(2);
        }
        if self.rng.u8(0..8) == 0 {
            one.key = validator(9).key;
        }
        one
    }

    /// A segment of a journal. What its entries are follows from their numbers, as it does when
    /// the back office reads the same bytes twice.
    fn segment(&mut self) -> Verb {
        let number = self.rng.u32(1..5);
        let first = self.rng.u64(1..40);
        let range = first..=first + self.rng.u64(0..7);
        let mut one = segment(number, range.clone());
        if self.rng.u8(0..12) == 0 {
            one.entries = entries(number, range.clone(), 2);
        }
        for sequence in range {
            if sequence % 6 == 5 {
                add_void(&mut one, sequence);
            } else if sequence % 4 != 3 {
                add_tap(&mut one, sequence);
            }
            if sequence % 5 == 2 {
                one.seen.push(fleet::sighting(one.validator, sequence));
            }
            if sequence % 9 == 1 {
                one.disagreements.push(Disagreement {
                    sequence,
                    validator: Outcome::Admit,
                    office: "expired".to_owned(),
                });
            }
        }
        if self.rng.u8(0..4) == 0 {
            let sequence = one.entries[self.rng.usize(0..one.entries.len())].sequence;
            let used = credential_id(self.rng.u8(1..12));
            one.rides_home.push((sequence, used));
        }
        one.received = self.now;
        one.journal_end += self.rng.u64(0..5);
        Verb::AcceptSegment(Box::new(one))
    }

    /// A repair of a tap that is held; mostly the next one.
    async fn repair(&mut self, oracle: &Store) -> Verb {
        let page = oracle.audit_page(None, 100).await;
        let mut taps = page.expect("the oracle knows").taps;
        self.rng.shuffle(&mut taps);
        let Some(tap) = taps.pop() else {
            return Verb::LoadRepairs(rider_id(1));
        };
        if self.rng.u8(0..4) == 0 {
            return Verb::LoadRepairs(tap.rider);
        }
        let held = oracle.load_repairs(tap.rider).await;
        let held = held.expect("the oracle knows");
        let last = held.iter().filter(|held| held.tap == tap.id).count();
        let last = u8::try_from(last).unwrap_or(u8::MAX);
        let number = last.saturating_add(self.rng.u8(0..6).min(1));
        let mut one = repair(number.clamp(1, REPAIRS_MAX));
        one.tap = tap.id;
        one.rider = tap.rider;
        one.time = tap.time.plus_s(self.rng.i64(0..3_000));
        one.made = self.now;
        if self.rng.u8(0..8) == 0 {
            one.rider = rider_id(self.rng.u64(1..6));
        }
        Verb::SaveRepair(Box::new(one))
    }

    /// Bills of one or two months, from what the oracle holds.
    /// One of the months that are ridden in, or next to one.
    fn month(&mut self) -> Month {
        Month {
            year: 2026,
            month: self.rng.u8(10..13),
        }
    }

    async fn bills(&mut self, oracle: &Store) -> Vec<BillSave> {
        let due = oracle.due_bills(UnixSeconds(i64::MAX), 20).await;
        let due = due.expect("the oracle knows");
        let mut periods: Vec<Period> = due.iter().map(|due| due.period).collect();
        self.rng.shuffle(&mut periods);
        periods.truncate(self.rng.usize(1..3));
        if periods.is_empty() || self.rng.u8(0..10) == 0 {
            let month = self.month();
            let rider = rider_id(self.rng.u64(1..6));
            periods = vec![Period { rider, month }];
        }
        let windows = oracle.load_windows(periods.clone(), 86_400).await;
        let windows = windows.expect("the oracle knows");
        let mut bills: Vec<BillSave> = Vec::new();
        for (period, window) in periods.iter().zip(&windows) {
            let mut window = window.clone();
            let billed = bills.iter().flat_map(|bill| &bill.fares);
            let billed: Vec<_> = billed.map(|fare| fare.journey.0).collect();
            window.taps.retain(|tap| !billed.contains(&tap.id));
            bills.push(self.bill(*period, &window));
        }
        bills
    }

    fn bill(&mut self, period: Period, window: &BillWindow) -> BillSave {
        let mut journeys: Vec<_> = window
            .taps
            .iter()
            .filter(|tap| !matches!(tap.kind, TapKind::Void { .. } | TapKind::Repair { .. }))
            .map(|tap| tap.id)
            .collect();
        self.rng.shuffle(&mut journeys);
        journeys.truncate(self.rng.usize(0..4));
        let mut postings = Vec::new();
        for id in journeys {
            let mut on = journey(id.validator.0, id.sequence);
            let held = window.fares.iter().find(|fare| fare.journey == on);
            let wrong = self.rng.u8(0..25);
            if wrong == 0 {
                on.0.sequence += 50 + u64::from(period.month.month);
            }
            postings.push(Posting {
                journey: on,
                version: match (held, wrong) {
                    (Some(held), 1) => held.version,
                    (Some(held), _) => held.version + 1,
                    (None, 2) => 2,
                    (None, _) => 1,
                },
                before: held.map_or(0, |held| held.amount_minor),
                after: self.rng.i64(0..4) * 100,
            });
        }
        // The world's bills are those of one month; the rest of the bill does not depend on it.
        // Marks are each engine's own: a bill says how much older than the held one its mark is.
        let mut save = bill(1, 0, &postings);
        save.period = period;
        for transfer in &mut save.transfers {
            let stand_in = rider_id(1);
            transfer.rider = period.rider;
            for account in [&mut transfer.debit, &mut transfer.credit] {
                if *account == ridecode_ledger::Account::Rider(stand_in) {
                    *account = ridecode_ledger::Account::Rider(period.rider);
                }
            }
            if self.rng.u8(0..60) == 0 {
                transfer.amount.currency = Currency(*b"HKD");
            }
        }
        for charge in &mut save.charges {
            charge.rider = period.rider;
            charge.planned = self.now;
            charge.next_attempt = Some(self.now);
        }
        for leg in &mut save.legs {
            leg.day = ServiceDay(DAY.0 + self.rng.i32(-1..2));
        }
        self.charge_by_days(&mut save, window);
        if self.rng.u8(0..8) == 0 {
            save.mark = 1;
        }
        if self.rng.bool() {
            save.due_again = Some(self.now.plus_s(self.rng.i64(0..100_000)));
        }
        save
    }

    /// Charges some fares with a day, and ends some days.
    fn charge_by_days(&mut self, save: &mut BillSave, window: &BillWindow) {
        let mut days: BTreeSet<ServiceDay> = window.open_days.iter().copied().collect();
        for fare in &mut save.fares {
            let held = window
                .fares
                .iter()
                .find(|held| held.journey == fare.journey);
            fare.charged_by = match held {
                Some(held) if self.rng.u8(0..20) > 0 => held.charged_by,
                Some(_) | None if self.rng.bool() => ChargedBy::Ride,
                Some(_) | None => ChargedBy::Day(ServiceDay(DAY.0 + self.rng.i32(0..2))),
            };
            let Some(day) = fare.charged_by.find_day() else {
                continue;
            };
            days.insert(day);
            save.charges
                .retain(|charge| charge.id.journey != fare.journey);
        }
        days.retain(|_| self.rng.bool());
        save.days_over = days.into_iter().collect();
        save.at = self.now;
    }

    async fn about_charges(&mut self, oracle: &Store) -> Verb {
        let pages = oracle.audit_page(None, 100).await;
        let mut charges = pages.expect("the oracle knows").charges;
        self.rng.shuffle(&mut charges);
        let Some(charge) = charges.pop() else {
            return Verb::DueCharges(self.now, 5);
        };
        let mut id = charge.id;
        if self.rng.u8(0..12) == 0 {
            id = ChargeId { version: 77, ..id };
        }
        match self.rng.u8(0..15) {
            13 => Verb::SumCharges,
            14 => {
                let standing = ChargeStanding::ALL[self.rng.usize(0..8)];
                Verb::LoadCharges(standing, self.rng.usize(1..6))
            }
            12 => Verb::TakenOn(charge.rider, DAY),
            11 => Verb::FindTap(id.journey.0),
            9 => Verb::DueWriteOffs(self.now, 3),
            10 => {
                let mut transfer = write_off_of(&charge);
                if self.rng.u8(0..8) == 0 {
                    transfer.amount.minor += 1;
                }
                Verb::WriteOff(WriteOff {
                    charge: charge.id,
                    at: self.now,
                    transfer,
                })
            }
            8 => Verb::HastenCharges(rider_id(self.rng.u64(1..7)), self.now),
            0..3 => Verb::OpenAttempt(Attempt {
                charge: id,
                number: charge.attempts + self.rng.u32(0..6).min(1),
                at: self.now,
                look_again: self.now.plus_s(self.rng.i64(0..1_000)),
            }),
            3 => Verb::FindCharge(id),
            _ => self.settlement(oracle, (charge.id, charge.rider)).await,
        }
    }

    async fn about_adjustments(&mut self, oracle: &Store) -> Verb {
        let number = self.rng.u64(1..8);
        let id = AdjustmentId(number << 61 | number);
        match self.rng.u8(0..10) {
            0..4 => {
                let pages = oracle.audit_page(None, 100).await;
                let transfers = pages.expect("the oracle knows").transfers;
                let rides: BTreeMap<_, _> = transfers
                    .iter()
                    .map(|one| (one.id.charge.journey, one.rider))
                    .collect();
                let mut rides: Vec<_> = rides.into_iter().collect();
                self.rng.shuffle(&mut rides);
                rides.truncate(self.rng.usize(1..4));
                let mut one = asked(id.0, &[]);
                for (journey, rider) in rides {
                    let minor = self.rng.i64(1..250);
                    let mut line = asked(0, &[(journey, minor)]).lines[0];
                    line.rider = rider;
                    one.lines.push(line);
                }
                if one.lines.is_empty() {
                    return Verb::DueAdjustments(3);
                }
                if self.rng.u8(0..4) == 0 {
                    let of = AdjustmentId(1 << 61 | 1);
                    one.kind = AdjustmentKind::TakenBack { of };
                    one.lines.iter_mut().for_each(|line| line.number = Some(0));
                }
                one.asked = self.now;
                Verb::AskAdjustment(Box::new(one), self.rng.i64(0..500))
            }
            4 => {
                let by = ["anna", "bert"][self.rng.usize(0..2)];
                let mut one = decision(id.0, by, self.rng.u8(0..4) > 0);
                one.at = self.now;
                Verb::DecideAdjustment(one)
            }
            5..8 => Verb::PostAdjustment(id, self.rng.usize(0..4), DAY),
            8 => Verb::FindAdjustment(id),
            _ => Verb::LoadAdjustments(self.rng.usize(0..4)),
        }
    }

    async fn about_notices(&mut self, oracle: &Store) -> Verb {
        let rider = rider_id(self.rng.u64(1..6));
        let mut notices = oracle.load_notices(rider).await.expect("the oracle knows");
        self.rng.shuffle(&mut notices);
        let Some(notice) = notices.pop() else {
            return Verb::LoadNotices(rider);
        };
        let mut id = notice.id;
        if self.rng.u8(0..8) == 0 {
            id.declines += 1;
        }
        match self.rng.u8(0..4) {
            0 => Verb::DueNotices(self.now, 3),
            1 => Verb::SettleNotice(id, Delivery::Sent),
            2 => Verb::SettleNotice(
                id,
                Delivery::Failed {
                    reason: "refused".to_owned(),
                },
            ),
            _ => Verb::OpenNotice(NoticeAttempt {
                notice: id,
                number: notice.attempts + self.rng.u32(0..6).min(1),
                look_again: Some(self.now.plus_s(60)),
            }),
        }
    }

    async fn about_refunds(&mut self, oracle: &Store) -> Verb {
        let pages = oracle.audit_page(None, 100).await;
        let mut refunds = pages.expect("the oracle knows").refunds;
        self.rng.shuffle(&mut refunds);
        let Some(refund) = refunds.pop() else {
            return Verb::DueRefunds(self.now, 5);
        };
        let mut id = refund.id;
        if self.rng.u8(0..12) == 0 {
            id.number += 1;
        }
        match self.rng.u8(0..10) {
            9 => Verb::UnfinishedRefunds(self.rng.usize(1..6)),
            0..3 => Verb::OpenRefund(RefundAttempt {
                refund: id,
                number: refund.attempts + self.rng.u32(0..6).min(1),
                look_again: self.now.plus_s(self.rng.i64(0..1_000)),
            }),
            3 => Verb::FindRefund(id),
            4 => Verb::ReviveRefund(id, self.now),
            5 => Verb::DueRefunds(self.now.plus_s(500), 3),
            _ => {
                let heard = [
                    RefundHeard::Accepted,
                    RefundHeard::Unknown,
                    RefundHeard::Done,
                    RefundHeard::Refused {
                        reason: "account_closed".to_owned(),
                    },
                ];
                let heard = heard[self.rng.usize(0..heard.len())].clone();
                Verb::SettleRefund(Box::new(refund_news(oracle, refund.id, heard).await))
            }
        }
    }

    async fn settlement(&mut self, oracle: &Store, (charge, rider): (ChargeId, RiderId)) -> Verb {
        let outcomes = [
            AttemptOutcome::Accepted,
            AttemptOutcome::Unknown,
            declined(),
            collected(),
            AttemptOutcome::CollectedOther {
                transaction: "P-2".to_owned(),
                amount: yuan_fen(self.rng.i64(1..500)),
            },
        ];
        let outcome = outcomes[self.rng.usize(0..outcomes.len())].clone();
        let mut news = news(oracle, charge, outcome).await;
        news.at = self.now;
        if self.rng.u8(0..3) > 0 {
            news.next_attempt = Some(self.now.plus_s(self.rng.i64(0..1_000)));
        }
        if self.rng.u8(0..8) == 0 {
            news.mark = news.mark.saturating_sub(1);
        }
        news.rider_state = match self.rng.u8(0..12) {
            0..3 => Some(RiderState::Blocked(Block {
                amount: yuan_fen(self.rng.i64(1..500)),
                rides: 1,
                since: self.now,
            })),
            3..6 => Some(RiderState::Active),
            6 => Some(RiderState::Closed),
            _ => None,
        };
        if self.rng.u8(0..3) == 0 {
            let id = NoticeId {
                charge,
                kind: NoticeKind::Reminder,
                declines: self.rng.u32(0..2),
            };
            let mut notice = notice(id, self.now);
            notice.rider = rider;
            notice.at = self.now;
            news.notice = Some(notice);
        }
        Verb::SettleCharge(Box::new(news))
    }

    async fn close(&mut self, oracle: &Store) -> Verb {
        let day = ServiceDay(DAY.0 + self.rng.i32(-1..2));
        if self.rng.u8(0..6) == 0 {
            return Verb::CutLedger(day);
        }
        let legs = oracle.load_day(OPERATOR, day).await;
        let mut statement = statement(OPERATOR, day, &legs.expect("the oracle knows"));
        match self.rng.u8(0..8) {
            0 => statement.number += 1,
            1 => statement.day = ServiceDay(day.0 + 1),
            2 => statement.number = statement.number.saturating_sub(1).max(1),
            _ => {}
        }
        Verb::CloseDay(Box::new(statement))
    }

    fn ledger_range(&mut self) -> LedgerRange {
        let first = self.rng.u64(0..3);
        LedgerRange {
            first,
            last: first + self.rng.u64(0..3),
            after: None,
        }
    }

    fn look(&mut self) -> Verb {
        let rider = rider_id(self.rng.u64(1..7));
        let operator = OperatorId(self.rng.u32(1..3));
        let day = ServiceDay(DAY.0 + self.rng.i32(-1..2));
        let limit = self.rng.usize(0..6);
        match self.rng.u8(0..20) {
            18 | 19 => self.look_at_fleet(),
            17 => Verb::LedgerPage(self.ledger_range(), limit),
            0 => Verb::FindSession([self.rng.u8(0..6); 32], self.now),
            1 => Verb::FindMandate(MandateId(self.rng.u64(1..10))),
            2 => Verb::LoadRider(rider, self.now),
            3 => Verb::FindValidator(ValidatorId(self.rng.u32(1..5))),
            4 => Verb::LoadDenied(self.now),
            5 => Verb::FindOwners((0..4).map(|_| credential_id(self.rng.u8(1..12))).collect()),
            6 => Verb::LoadHeld(operator),
            7 => Verb::DueBills(self.now.plus_s(self.rng.i64(-9_000..9_000)), limit),
            8 => {
                let month = self.month();
                Verb::LoadWindows(vec![Period { rider, month }], self.rng.u32(0..90_000))
            }
            9 => Verb::DueCharges(self.now, limit),
            10 => Verb::LoadDay(operator, day),
            11 => Verb::LoadStatements(operator, day),
            12 => Verb::LoadRides(rider),
            13 => Verb::AuditPage(self.rng.bool().then_some(rider), limit),
            14 => Verb::OfficeState(self.now),
            15 => Verb::KeepReply(ReplyRecord {
                key: format!("key-{}", self.rng.u8(0..4)),
                request_digest: [self.rng.u8(0..2); 32],
                status: self.rng.u16(200..500),
                body: vec![self.rng.u8(..)],
            }),
            _ => Verb::FindReply(format!("key-{}", self.rng.u8(0..5))),
        }
    }
}

fn add_void(one: &mut Acceptance, sequence: u64) {
    let accepted = sequence.saturating_sub(1 + sequence % 3).max(1);
    one.voids.push(EntryVoid {
        sequence,
        accepted,
        time: NOW.plus_s(i64::try_from(sequence).unwrap_or(0) * 60),
    });
}

/// Times spread over some seven weeks, so that months meet.
fn add_tap(one: &mut Acceptance, sequence: u64) {
    let number = u64::from(one.validator.0);
    let mut tap = tap(one.validator.0, sequence, 1 + (sequence + number) % 3);
    let days = i64::try_from((sequence * 13 + number * 37) % 50).unwrap_or(0) - 20;
    tap.time = tap.time.plus_s(days * 86_400);
    tap.kind = match sequence % 3 {
        0 => TapKind::Single,
        1 => TapKind::In,
        _ => TapKind::Out,
    };
    one.taps.push(tap);
}
