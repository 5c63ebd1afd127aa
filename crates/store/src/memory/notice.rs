//! Notices.

use ridecode_words::{RiderId, UnixSeconds};

use super::{MemoryStore, Result, State};
use crate::fault::StoreFault;
use crate::record::{Delivery, Notice, NoticeAttempt, NoticeDue, NoticeId};
use crate::step;

impl MemoryStore {
    pub(crate) fn due_notices(&self, now: UnixSeconds, limit: usize) -> Result<Vec<NoticeDue>> {
        let state = self.lock();
        let mut due: Vec<_> = state
            .notices
            .values()
            .filter_map(|notice| Some((notice.next_attempt.filter(|&at| at <= now)?, notice)))
            .collect();
        due.sort_by_key(|(at, notice)| (*at, notice.rider, notice.id));
        let due = due.into_iter().take(limit);
        Ok(due
            .map(|(_, notice)| NoticeDue {
                notice: notice.clone(),
                phone: state.riders[&notice.rider].rider.phone.clone(),
            })
            .collect())
    }

    pub(crate) fn open_notice(&self, attempt: NoticeAttempt) -> Result<bool> {
        let mut state = self.lock();
        let held = state.notice(attempt.notice)?;
        let Some(notice) = step::attempt_notice(held.clone(), &attempt) else {
            return Ok(false);
        };
        *held = notice;
        Ok(true)
    }

    pub(crate) fn settle_notice(&self, notice: NoticeId, delivery: Delivery) -> Result<bool> {
        let mut state = self.lock();
        let held = state.notice(notice)?;
        let waits = held.delivery == Delivery::Waiting;
        if waits {
            held.delivery = delivery;
            held.next_attempt = None;
        }
        Ok(waits)
    }

    pub(crate) fn load_notices(&self, rider: RiderId) -> Result<Vec<Notice>> {
        let state = self.lock();
        let own = state
            .notices
            .values()
            .filter(|notice| notice.rider == rider);
        let mut own: Vec<Notice> = own.cloned().collect();
        own.sort_by_key(|notice| (notice.at, notice.id));
        Ok(own)
    }
}

impl State {
    fn notice(&mut self, id: NoticeId) -> Result<&mut Notice> {
        let rider = self.tap_of(id.charge.journey).map(|(rider, _)| rider);
        rider
            .and_then(|rider| self.notices.get_mut(&(rider, id)))
            .ok_or_else(|| StoreFault::missing("notice of charge", id.charge))
    }
}
