//! Notices: telling riders what they owe, for which rides, and what happens next.
//!
//! A notice is composed when its news is taken down and stored with it, in three languages, so that
//! what was told can be shown later as it was told. Sending is a step of its own: an attempt is
//! stored before the message leaves, and a gateway that does not answer is tried a few times. A
//! message may arrive twice; it asks for nothing twice.

use std::collections::BTreeMap;

use ridecode_account::{Debt, Phone, RiderState};
use ridecode_fare::Language;
use ridecode_ledger::Money;
use ridecode_pay::{Sms, SmsFault};
use ridecode_store::{
    Delivery, Notice, NoticeAttempt, NoticeDue, NoticeId, NoticeKind, RiderFile, Settlement,
    StoreFault,
};
use ridecode_words::{JourneyId, ServiceDay, TapId, UnixSeconds};

use crate::Office;
use crate::credential::essential;
use crate::edge::{Carrier, Entropy};
use crate::till::Till;

/// What a round of sending did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sent {
    /// Notices something was done about.
    pub tried: usize,
    /// Taken by the gateway.
    pub sent: usize,
    /// Given up.
    pub failed: usize,
}

/// Sends up to `limit` notices that are due.
pub async fn run(
    office: &Office,
    now: UnixSeconds,
    limit: usize,
    edge: (&impl Carrier, &mut impl Entropy),
) -> Result<Sent, StoreFault> {
    let due = office.store.due_notices(now, limit).await?;
    let till = Till::open(edge, now, office.policy.riders_at_once);
    let turn = async |due| pursue(office, due, &till).await;
    let deliveries = till.pursue_all(due, |due| due.notice.rider, turn).await?;
    let mut sent = Sent::default();
    for delivery in deliveries {
        sent.tried += 1;
        match delivery {
            Delivery::Sent => sent.sent += 1,
            Delivery::Waiting => {}
            Delivery::Failed { .. } => sent.failed += 1,
        }
    }
    Ok(sent)
}

/// Sends a notice and keeps what became of it. `None` if another worker is at it.
async fn pursue(
    office: &Office,
    due: NoticeDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<Option<Delivery>, StoreFault> {
    let id = due.notice.id;
    let number = due.notice.attempts.saturating_add(1);
    let again = (number < ATTEMPTS_MAX).then_some(till.now.plus_s(RETRY_AFTER_S));
    let attempt = NoticeAttempt {
        notice: id,
        number,
        look_again: again,
    };
    if !office.store.open_notice(attempt).await? {
        return Ok(None);
    }
    let reason = match send(office, due, till).await {
        Ok(()) => None,
        Err(SmsFault::Refused(reason)) => Some(reason),
        Err(SmsFault::Silent) if again.is_some() => return Ok(Some(Delivery::Waiting)),
        Err(SmsFault::Silent) => Some(SILENT.into()),
    };
    let delivery = match reason {
        None => Delivery::Sent,
        Some(reason) => {
            tracing::warn!(charge = %id.charge, reason, "a notice was not sent");
            Delivery::Failed { reason }
        }
    };
    office.store.settle_notice(id, delivery.clone()).await?;
    Ok(Some(delivery))
}

/// Composes the notice of a settlement.
pub(crate) async fn compose(
    office: &Office,
    id: NoticeId,
    (settlement, file, debt): (&Settlement, &RiderFile, Debt),
) -> Result<Notice, StoreFault> {
    let page = office.store.load_rides(file.rider.id).await?;
    let began: BTreeMap<TapId, UnixSeconds> =
        page.taps.iter().map(|tap| (tap.id, tap.time)).collect();
    let open = file.unpaid.iter().filter(|one| one.first_decline.is_some());
    let mut rides: Vec<JourneyId> = open.map(|charge| charge.id.journey).collect();
    rides.push(id.charge.journey);
    let mut days: Vec<ServiceDay> = rides
        .iter()
        .filter_map(|ride| began.get(&ride.0))
        .map(|time| office.day_of(*time))
        .collect();
    days.sort_unstable();
    days.dedup();
    let settled = id.kind == NoticeKind::Settled;
    let held = file.unpaid.iter().find(|charge| charge.id == id.charge);
    let of_charge = held.map_or(1, |charge| charge.rides);
    let paid = settlement.transfers.last().map(|transfer| transfer.amount);
    let facts = Facts {
        kind: id.kind,
        amount: paid.filter(|_| settled).unwrap_or(debt.amount),
        rides: if settled { of_charge } else { debt.rides },
        days,
        next: settlement.next_attempt.map(|at| office.day_of(at)),
        ride_home: ride_home(office, settlement, file),
    };
    Ok(Notice {
        id,
        rider: file.rider.id,
        at: settlement.at,
        amount: facts.amount,
        rides: facts.rides,
        text_en: facts.text(Language::English),
        text_zh_hans: facts.text(Language::SimplifiedChinese),
        text_zh_hant: facts.text(Language::TraditionalChinese),
        delivery: Delivery::Waiting,
        attempts: 0,
        next_attempt: Some(settlement.at),
    })
}

/// What a notice says.
struct Facts {
    kind: NoticeKind,
    amount: Money,
    rides: u32,
    /// The service days of the rides, ascending.
    days: Vec<ServiceDay>,
    /// The day of the next attempt.
    next: Option<ServiceDay>,
    /// What one ride home may cost, where the settlement blocks and there is one.
    ride_home: Option<Money>,
}

/// What the ride home may cost that a rider has who is blocked by a settlement.
fn ride_home(office: &Office, settlement: &Settlement, file: &RiderFile) -> Option<Money> {
    let blocks = matches!(settlement.rider_state, Some(RiderState::Blocked(_)));
    let free_before = file.rider.state == RiderState::Active;
    essential::limit(office).filter(|_| blocks && free_before)
}

impl Facts {
    fn text(&self, language: Language) -> String {
        let text = match language {
            Language::English => self.english(),
            Language::SimplifiedChinese => self.simplified(),
            Language::TraditionalChinese => self.traditional(),
        };
        format!("【Ridecode】{text}")
    }

    fn english(&self) -> String {
        let (amount, days) = (self.amount, self.days(", ", "and more"));
        let rides = if self.rides == 1 { "ride" } else { "rides" };
        let what = format!("{amount} for {} {rides} ({days})", self.rides);
        let next = self.next.map_or_else(String::new, |day| {
            format!(" We try again on {day}; you can also pay at once in the app.")
        });
        let home = self.ride_home.map_or_else(String::new, |limit| {
            format!(" One ride home of up to {limit} is left: ask for it in the app.")
        });
        match self.kind {
            NoticeKind::Declined => {
                format!(
                    "{what} could not be collected. Please check your payment account.{next}{home}"
                )
            }
            NoticeKind::Reminder => format!("{what} is still unpaid.{next}"),
            NoticeKind::LastAttempt => format!(
                "{what} is still unpaid, and we do not try again by ourselves. Pay in the app to \
                 ride again."
            ),
            NoticeKind::Settled => {
                format!("{amount} was paid ({days}). Nothing is owed; you can ride again.")
            }
        }
    }

    fn simplified(&self) -> String {
        let (amount, rides, days) = (self.amount, self.rides, self.days("、", "等"));
        let next = self.next.map_or_else(String::new, |day| {
            format!("我们将于{day}再次扣款，您也可以在应用中立即补缴。")
        });
        let home = self.ride_home.map_or_else(String::new, |limit| {
            format!("您仍可在应用中申请一次不超过{limit}的回家乘车。")
        });
        match self.kind {
            NoticeKind::Declined => {
                format!(
                    "{rides}次乘车（{days}）的车费{amount}未能扣款，请检查支付账户。{next}{home}"
                )
            }
            NoticeKind::Reminder => {
                format!("{rides}次乘车（{days}）的车费{amount}仍未支付。{next}")
            }
            NoticeKind::LastAttempt => format!(
                "{rides}次乘车（{days}）的车费{amount}仍未支付，系统不再自动扣款。请在应用中补缴后继续乘车。"
            ),
            NoticeKind::Settled => {
                format!("车费{amount}（{days}）已支付，您已无欠费，可以继续乘车。")
            }
        }
    }

    fn traditional(&self) -> String {
        let (amount, rides, days) = (self.amount, self.rides, self.days("、", "等"));
        let next = self.next.map_or_else(String::new, |day| {
            format!("我們將於{day}再次扣款，您亦可在應用程式中即時補繳。")
        });
        let home = self.ride_home.map_or_else(String::new, |limit| {
            format!("您仍可在應用程式中申請一次不超過{limit}的回家乘車。")
        });
        match self.kind {
            NoticeKind::Declined => {
                format!(
                    "{rides}次乘車（{days}）的車費{amount}未能扣款，請檢查付款帳戶。{next}{home}"
                )
            }
            NoticeKind::Reminder => {
                format!("{rides}次乘車（{days}）的車費{amount}仍未支付。{next}")
            }
            NoticeKind::LastAttempt => format!(
                "{rides}次乘車（{days}）的車費{amount}仍未支付，系統不再自動扣款。請在應用程式中補繳後繼續乘車。"
            ),
            NoticeKind::Settled => {
                format!("車費{amount}（{days}）已支付，您已無欠費，可以繼續乘車。")
            }
        }
    }

    /// The first days, and a word where there are more.
    fn days(&self, between: &str, more: &str) -> String {
        let shown = self.days.iter().take(DAYS_SHOWN);
        let shown: Vec<String> = shown.map(ToString::to_string).collect();
        let shown = shown.join(between);
        if self.days.len() > DAYS_SHOWN {
            format!("{shown}{between}{more}")
        } else {
            shown
        }
    }
}

async fn send(
    office: &Office,
    due: NoticeDue,
    till: &Till<'_, impl Carrier, impl Entropy>,
) -> Result<(), SmsFault> {
    let (provider, connector) = (office.desk.provider.0, &office.desk.messages);
    let time = till.time();
    let text = match language_of(&due.phone) {
        Language::English => due.notice.text_en,
        Language::SimplifiedChinese => due.notice.text_zh_hans,
        Language::TraditionalChinese => due.notice.text_zh_hant,
    };
    let sms = Sms {
        phone: due.phone.as_str().to_owned(),
        text,
    };
    let request = connector.send_sms(&sms, time);
    let reply = till.carry(provider, request).await;
    connector.read_sms(time, reply.as_ref())
}

/// The language a number's country writes.
fn language_of(phone: &Phone) -> Language {
    let is_in = |codes: &[&str]| codes.iter().any(|code| phone.as_str().starts_with(code));
    if is_in(&["+852", "+853", "+886"]) {
        Language::TraditionalChinese
    } else if is_in(&["+86"]) {
        Language::SimplifiedChinese
    } else {
        Language::English
    }
}

/// Days named in a message.
const DAYS_SHOWN: usize = 3;

/// How often a message is sent to a gateway that does not answer.
const ATTEMPTS_MAX: u32 = 4;

/// Seconds until a gateway that did not answer is tried again.
const RETRY_AFTER_S: i64 = 600;

/// The reason of a message that no gateway answered for.
const SILENT: &str = "silent";
