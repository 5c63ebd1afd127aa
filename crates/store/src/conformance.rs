//! The laws every engine keeps, one file per group of verbs, one function per law.
//!
//! A law is given an empty store of its own and panics where the store breaks it. An engine's
//! tests call [`each_law!`](crate::each_law), which makes one test of each, and hand lists of
//! random verbs to [`random::compare`], with the memory engine as the oracle.

pub mod rider;

pub mod credential;

pub mod segment;

pub mod repair;

pub mod fleet;

pub mod pulse;

pub mod bill;

pub mod charge;

pub mod day;

pub mod even;

pub mod refund;

pub mod adjustment;

pub mod notice;

pub mod statement;

pub mod ledger;

pub mod payout;

pub mod reconciled;

pub mod office;

pub mod random;
mod steps;
pub mod world;

/// Makes a test of each law. `$store` is a function that gives an empty store and whatever must
/// outlive it. Needs tokio's test macro.
#[macro_export]
macro_rules! each_law {
    ($store:path) => {
        $crate::each_law!(@each $store,
            rider::a_phone_number_has_one_account,
            rider::a_challenge_is_answered_right_once,
            rider::a_session_is_its_riders_until_it_expires,
            rider::sessions_are_listed_and_ended_by_their_rider,
            rider::a_mandate_keeps_its_last_state,
            rider::a_phone_and_its_key_are_one_riders,
            credential::owners_are_found_in_the_order_asked,
            credential::a_revocation_denies_what_lives_and_stays,
            credential::a_grant_is_all_or_none,
            credential::none_is_granted_behind_a_block,
            credential::a_closed_account_has_nothing_that_lives,
            credential::an_account_that_owes_is_not_closed,
            credential::a_ride_home_is_granted_once_and_ends_with_its_ride,
            credential::a_fixed_number_is_renewed_in_its_state,
            segment::a_repeat_changes_nothing,
            segment::segments_come_in_any_order,
            segment::segments_may_overlap,
            segment::other_content_is_refused_whole,
            segment::a_broken_chain_is_refused_at_either_neighbor,
            segment::a_segment_needs_its_validator_and_its_riders,
            segment::a_watermark_only_moves_forward,
            segment::a_void_meets_its_tap_in_either_order,
            segment::a_tap_near_the_end_of_a_month_marks_both,
            segment::disagreements_are_counted_once,
            segment::rivals_hold_each_entry_once,
            segment::a_tap_is_found_by_its_id,
            repair::a_repair_joins_the_taps_of_its_rider,
            repair::a_repair_makes_its_month_due,
            repair::repairs_are_numbered_without_a_hole,
            repair::a_repair_needs_its_tap,
            fleet::a_heartbeat_outweighs_an_older_one,
            fleet::a_validator_is_moved_and_retires_once,
            fleet::a_phone_is_blocked_once_with_its_deed,
            fleet::the_trail_is_read_newest_first,
            fleet::a_rider_is_found_by_phone,
            fleet::entries_are_found_as_evidence,
            pulse::decisions_are_counted_once,
            pulse::fares_add_to_their_line_and_hour,
            pulse::charges_are_totalled_as_they_move,
            bill::months_come_longest_due_first,
            bill::a_window_holds_the_month_and_its_margins,
            bill::a_month_is_saved_once,
            bill::a_month_is_billed_again_when_asked,
            bill::a_tap_or_a_rival_moves_the_month,
            bill::a_held_fare_is_left_out_and_another_is_refused,
            bill::versions_follow_on_each_other,
            bill::a_journey_is_billed_in_one_month,
            bill::a_fault_changes_no_month_of_the_call,
            bill::a_month_falls_due_again_by_waiting,
            day::a_day_is_charged_when_it_is_over,
            day::a_fare_keeps_what_it_is_charged_with,
            day::a_day_given_away_may_be_owed_again,
            bill::transfers_move_the_balance,
            bill::a_rider_pays_in_one_currency,
            charge::an_attempt_is_made_by_one_worker,
            charge::collected_is_final_and_paid_once,
            charge::a_decline_counts_once_an_attempt,
            charge::a_new_mandate_revives_what_was_given_up,
            charge::declined_charges_fall_due_when_the_rider_asks,
            charge::a_wish_to_pay_outlasts_the_try_that_is_on_its_way,
            charge::news_decided_too_early_is_refused,
            charge::a_block_denies_and_a_payment_restores,
            charge::charges_come_longest_due_first_with_the_newest_mandate,
            charge::a_debt_is_written_off_once_and_may_be_paid,
            charge::charges_are_summed_by_where_they_stand,
            even::a_fare_that_falls_supersedes_a_declined_charge,
            even::a_charge_on_its_way_is_left_until_it_is_known,
            even::another_amount_is_booked_as_it_came_in,
            refund::what_came_in_too_much_is_given_back_once,
            refund::a_refused_refund_waits_for_an_agent,
            refund::a_refused_refund_gives_way_to_what_is_left,
            refund::a_superseded_charge_is_asked_about_once_more,
            adjustment::four_eyes_see_what_one_person_may_not_give,
            adjustment::a_batch_is_posted_once_and_taken_back_once,
            notice::a_notice_is_told_once_and_sent_by_one_worker,
            statement::numbers_have_no_gap_and_legs_stand_once,
            statement::late_legs_stand_on_the_next_statement,
            statement::a_statement_that_missed_a_leg_is_refused,
            statement::a_statement_is_read_back_as_it_was,
            statement::a_statement_books_its_commission,
            payout::a_statement_stands_in_one_payout,
            payout::a_payment_is_booked_once,
            reconciled::collected_charges_are_found_by_their_day,
            reconciled::a_bill_is_kept_once,
            reconciled::a_difference_is_put_right_once,
            reconciled::a_bill_is_paid_once,
            ledger::what_is_taken_down_belongs_to_the_open_day,
            ledger::pages_show_every_transfer_once,
            ledger::heads_are_kept_once_and_in_order,
            office::pages_show_every_rider_once,
            office::balances_are_the_sums_of_transfers,
            office::what_was_taken_in_a_day_is_summed,
            office::counters_count,
            office::a_reply_is_kept_for_its_request,
        );
    };
    (@each $store:path, $($group:ident::$law:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $law() {
                let (store, _kept) = $store();
                $crate::conformance::$group::$law(&store).await;
            }
        )*
    };
}
