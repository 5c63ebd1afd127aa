//! What agents do: give money for rides, alone or with another person's approval, correct a fault
//! over many rides, have refunds tried again.

use ridecode_office::adjust::{self, Asker, Selection};
use ridecode_office::{refund, rides};
use ridecode_store::{Adjustment, AdjustmentState, Decided, Decision, RefundState};
use ridecode_words::{AdjustmentId, JourneyId};

use super::World;
use super::executor::finish;
use crate::check::{Checked, Failure};
use crate::plan::Verdict;

impl World {
    /// An agent gives back the fare of a rider's last ride, and may find that it was a mistake.
    pub(super) fn goodwill(&mut self, rider: u32, mistaken: bool) -> Checked {
        let Some(ride) = self.dear_ride(rider)? else {
            return Ok(());
        };
        let mut chances = self.chances_of("goodwill", rider);
        let edge = (self.now, &mut chances);
        // What is left of the fare, or what the agent may give in a day, may not be enough.
        let asked = finish(adjust::ask_for_ride(&self.office, ride, asker(2_000), edge));
        let Ok(asked) = asked else {
            return Ok(());
        };
        if mistaken {
            self.work()?;
            let edge = (self.now, &mut chances);
            let back = adjust::ask_to_take_back(&self.office, asked.id, asker(2_000), edge);
            let _ = finish(back);
        }
        Ok(())
    }

    /// An agent who may give nothing alone asks for the fare of a rider's last ride.
    pub(super) fn four_eyes(&mut self, rider: u32, verdict: Verdict) -> Checked {
        let Some(ride) = self.dear_ride(rider)? else {
            return Ok(());
        };
        let mut chances = self.chances_of("four eyes", rider);
        let edge = (self.now, &mut chances);
        match finish(adjust::ask_for_ride(&self.office, ride, asker(0), edge)) {
            Ok(asked) => self.look_over(&asked, verdict),
            // Of a fare that was given back nothing is left.
            Err(_) => Ok(()),
        }
    }

    /// An agent asks for goodwill for the day's rides at a validator.
    pub(super) fn correct(&mut self, site: u32, verdict: Verdict) -> Checked {
        let selection = Selection {
            operator: None,
            validator: Some(self.reader_at(site).id),
            line: None,
            from: self.now.plus_s(-86_400),
            until: self.now,
            amount_minor: Some(50),
        };
        let mut chances = self.chances_of("correct", site);
        let edge = (self.now, &mut chances);
        let asked = adjust::ask_for_many(&self.office, &selection, asker(2_000), edge);
        match finish(asked) {
            Ok(asked) => self.look_over(&asked, verdict),
            // Nobody rode there.
            Err(_) => Ok(()),
        }
    }

    /// Whoever asked may not decide, and another may, once.
    fn look_over(&mut self, asked: &Adjustment, verdict: Verdict) -> Checked {
        if asked.state != AdjustmentState::Waiting {
            let detail = format!("{} needs nobody: {:?}", asked.id, asked.state);
            return Err(self.failure("four_eyes", detail));
        }
        let alone = self.decide((asked.id, true), &asked.asked_by)?;
        self.expect_decided(asked.id, (alone, Decided::SamePerson))?;
        let approve = match verdict {
            Verdict::Granted => true,
            Verdict::Refused => false,
            Verdict::Alone => {
                self.model.never_given.insert(asked.id);
                return Ok(());
            }
        };
        if !approve {
            self.model.never_given.insert(asked.id);
        }
        let first = self.decide((asked.id, approve), "head")?;
        self.expect_decided(asked.id, (first, Decided::Saved))?;
        let second = self.decide((asked.id, !approve), "another head")?;
        self.expect_decided(asked.id, (second, Decided::NotWaiting))
    }

    fn decide(&self, (id, approve): (AdjustmentId, bool), by: &str) -> Result<Decided, Failure> {
        let decision = Decision {
            adjustment: id,
            approve,
            by: by.to_owned(),
            at: self.now,
        };
        let decided = finish(adjust::decide(&self.office, decision));
        decided.map_err(|fault| self.failure("four_eyes", fault.to_string()))
    }

    fn expect_decided(&self, id: AdjustmentId, (is, expected): (Decided, Decided)) -> Checked {
        if is == expected {
            return Ok(());
        }
        let detail = format!("a decision about {id} is {is:?}, and not {expected:?}");
        Err(self.failure("four_eyes", detail))
    }

    /// An agent has every refund tried again that was refused.
    pub(crate) fn retry_refunds(&mut self) -> Checked {
        let store = &self.office.store;
        let refused = finish(store.unfinished_refunds(usize::MAX / 2));
        let refused = refused.map_err(|fault| self.failure("store", fault.to_string()))?;
        for one in refused {
            if matches!(one.state, RefundState::Refused { .. }) {
                // One whose ride is no longer in credit stays refused.
                let again = finish(refund::again(&self.office, one.id, self.now));
                again.map_err(|fault| self.failure("store", fault.to_string()))?;
            }
        }
        Ok(())
    }

    /// The first of a rider's rides that cost something, with what it cost.
    fn dear_ride(&self, rider: u32) -> Result<Option<(JourneyId, i64)>, Failure> {
        let Some(id) = self.rider(rider).map(|held| held.id) else {
            return Ok(None);
        };
        let told = finish(rides::of(&self.office, id, self.now));
        let told = told.map_err(|fault| self.failure("rides", fault.to_string()))?;
        Ok(told.iter().find_map(|ride| {
            let minor = ride.fare.as_ref()?.amount.minor;
            (minor > 0).then_some((ride.journey, minor))
        }))
    }
}

/// An agent who may give so much alone in a day.
fn asker(limit_minor: i64) -> Asker {
    Asker {
        name: "agent".into(),
        limit_minor,
        why: "the gate was slow".into(),
    }
}
