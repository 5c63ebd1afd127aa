//! Notices: what riders are told about what they owe.

use ridecode_account::Phone;
use ridecode_ledger::Money;
use ridecode_words::{ChargeId, RiderId, UnixSeconds};

/// What a notice is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoticeKind {
    /// A fare could not be collected.
    Declined,
    /// It is still unpaid.
    Reminder,
    /// It is not tried again by itself.
    LastAttempt,
    /// Everything is paid, and the rider may ride again.
    Settled,
}

/// A notice's id: what caused it. Repeating the cause repeats the id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NoticeId {
    /// The charge whose news it was.
    pub charge: ChargeId,
    /// What it is about.
    pub kind: NoticeKind,
    /// How often the charge had been declined then.
    pub declines: u32,
}

/// Where a notice stands on its way to the rider's phone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// Not taken by the gateway yet.
    Waiting,
    /// The gateway took it.
    Sent,
    /// It will not be sent any more.
    Failed {
        /// The gateway's word for why, or `silent`.
        reason: String,
    },
}

/// What a rider is told. The texts are kept as they were told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Who is told.
    pub rider: RiderId,
    /// When.
    pub at: UnixSeconds,
    /// What is owed in all, or what was paid.
    pub amount: Money,
    /// For how many rides.
    pub rides: u32,
    /// In English.
    pub text_en: String,
    /// 简体中文.
    pub text_zh_hans: String,
    /// 繁體中文.
    pub text_zh_hant: String,
    /// Where it stands.
    pub delivery: Delivery,
    /// Attempts at sending it so far.
    pub attempts: u32,
    /// When it is to be sent; `None` when nothing is to be done.
    pub next_attempt: Option<UnixSeconds>,
}

/// A notice to be sent, and where to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeDue {
    /// The notice.
    pub notice: Notice,
    /// The rider's phone.
    pub phone: Phone,
}

/// An attempt at sending a notice, stored before its request leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoticeAttempt {
    /// The notice.
    pub notice: NoticeId,
    /// Its number, one more than `Notice::attempts`.
    pub number: u32,
    /// When to try again if nothing more is heard; `None` for not at all.
    pub look_again: Option<UnixSeconds>,
}
