//! What every implementation of [`Store`](crate::Store) must do, as tests that an implementation's own tests run:
//!
//! ```ignore
//! mobilecall_store::conformance_suite!(async || Box::new(SqliteStore::in_memory().await.expect("a store")));
//! ```
//!
//! Each check gets an empty store.

pub mod call_legs;
pub mod calls;
pub mod changes;
pub mod companies;
pub mod fixtures;
pub mod lists;
pub mod nodes;
pub mod recordings;
pub mod server_keys;
pub mod sessions;
pub mod twilio_accounts;
pub mod twilio_looks;

/// Makes a `#[tokio::test]` of every check; the argument is an async closure that makes something that
/// derefs to an empty store.
#[macro_export]
macro_rules! conformance_suite {
    ($make:expr) => {
        $crate::conformance_suite! { @with $make,
            server_keys: identity_is_made_once writes_can_be_tried closed_stores_refuse,
            companies: companies_are_found companies_are_found_by_typed_names users_are_found names_are_unique
                extensions_are_unique_in_a_company people_are_told_to_everybody the_order_of_lines_is_kept_and_told
                settings_are_changed_one_by_one_and_told,
            sessions: principal_is_found_until_revoked refresh_tokens_rotate lost_answers_are_forgiven
                answers_lost_long_ago_are_forgiven reuse_revokes tokens_used_long_ago_are_forgotten idle_sessions_end
                other_companies_do_not_see_sessions old_sessions_are_pruned,
            calls: a_call_is_kept_whole reports_move_forward_only saving_twice_changes_nothing
                ids_are_not_shared scopes_hold_for_writes sequences_are_per_company concurrent_writers_share_the_sequence
                many_are_written_as_one opened_calls_are_joined_or_get_fresh_ids,
            call_legs: a_call_is_opened_with_its_first_leg a_softphones_own_record_is_joined_with_its_leg
                what_a_leg_does_not_say_stays_as_it_was_told
                taken_ids_are_not_used_again legs_make_the_record legs_find_their_call legs_of_other_companies_are_not_found
                a_softphones_word_does_not_count_beside_legs who_takes_a_call_has_it dials_are_counted
                a_request_is_one_call,
            recordings: a_recording_is_kept_and_told recordings_are_told_in_any_order recordings_keep_to_their_scope,
            twilio_accounts: an_account_is_kept_until_it_is_removed accounts_are_found_by_their_sid,
            twilio_looks: one_node_looks_at_a_time another_account_begins_anew known_legs_are_found
                what_is_not_over_is_found,
            changes: the_log_is_complete what_is_nobodys_is_for_managers the_log_pages
                the_log_starts_over_after_a_restore observers_are_told skipped_numbers_are_never_given,
            nodes: an_earlier_run_is_recognized_at_once living_nodes_keep_their_calls
                calls_that_no_node_carries_are_over_if_nobody_else_lives dead_nodes_are_forgotten,
            lists: pages_are_stable filters_narrow search_finds_numbers_and_names
                search_takes_the_article_as_no_part_of_a_word search_finds_people_by_their_user_names
                short_patterns_are_found search_keeps_to_its_scope
                changes_are_complete changes_page changes_start_over_after_a_restore
                bad_cursors_are_refused written_pages_are_the_same_pages counts_add_up
                counts_are_exact_at_any_moment,
        }
    };
    (@with $make:expr, $($module:ident: $($check:ident)+,)+) => {$(
        mod $module {
            #[allow(unused_imports, reason = "the closure names what its file imports")]
            use super::*;
            $(
                #[tokio::test]
                async fn $check() {
                    let store = ($make)().await;
                    $crate::conformance::$module::$check(&*store).await;
                }
            )+
        }
    )+};
}
