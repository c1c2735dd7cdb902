//! Planning of sessions: which scores make new ones, which extend stored ones. Source: `spec/sessions.md` 2 and 3.

use std::collections::VecDeque;

use tachi_core::session::{TWO_HOURS, attaches, group};

/// A stored session as planning sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<K> {
    /// Which session it is.
    pub key: K,
    /// Its first time.
    pub start: i64,
    /// Its last time.
    pub end: i64,
}

/// Scores that go into one session, in the order of their times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned<K> {
    /// The stored session that is extended; `None` makes a new one.
    pub extends: Option<K>,
    /// The session's first time.
    pub start: i64,
    /// The session's last time.
    pub end: i64,
    /// Positions of the scores in the input, in the order in which they join.
    pub scores: Vec<usize>,
}

/// Plans the sessions of one GPT: one entry for each session touched, in the order in which it is first touched.
///
/// `times` are the times of the scores in the order of the input, `stored` are the sessions that may be near. Groups
/// are attached one after another, so that a later group may extend what an earlier one made.
pub fn plan<K: Copy>(times: &[i64], stored: &[Span<K>]) -> Vec<Planned<K>> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|score| times[*score]);
    let sorted: Vec<i64> = order.iter().map(|score| times[*score]).collect();

    let mut near: Vec<Near<K>> = stored.iter().map(Near::stored).collect();
    near.sort_by_key(|near| near.span.start);
    let mut near = VecDeque::from(near);
    let mut planned: Vec<Planned<K>> = Vec::new();
    for range in group(&sorted) {
        let (start, end) = (sorted[range.start], sorted[range.end - 1]);
        let scores = &order[range];
        // Groups come in the order of time, so what ended long before this one is out of reach for good.
        while near.front().is_some_and(|near| near.span.end < start.saturating_sub(TWO_HOURS)) {
            near.pop_front();
        }
        let in_reach = near.iter_mut().take_while(|near| near.span.start < end.saturating_add(TWO_HOURS));
        let attached = in_reach.filter(|near| attaches(near.span.start, near.span.end, start, end));
        let Some(found) = attached.min_by_key(|near| near.span.start) else {
            let at = near.partition_point(|near| near.span.start <= start);
            near.insert(at, Near { span: Span { key: None, start, end }, planned: Some(planned.len()) });
            planned.push(Planned { extends: None, start, end, scores: scores.to_vec() });
            continue;
        };
        found.span.start = found.span.start.min(start);
        found.span.end = found.span.end.max(end);
        let index = *found.planned.get_or_insert(planned.len());
        if index == planned.len() {
            planned.push(Planned { extends: found.span.key, start, end, scores: Vec::new() });
        }
        let plan = &mut planned[index];
        (plan.start, plan.end) = (found.span.start, found.span.end);
        plan.scores.extend_from_slice(scores);
    }
    planned
}

/// A session in reach of the groups to come, and where in the plan it stands once it is touched.
struct Near<K> {
    span: Span<Option<K>>,
    planned: Option<usize>,
}

impl<K: Copy> Near<K> {
    fn stored(span: &Span<K>) -> Self {
        Self { span: Span { key: Some(span.key), start: span.start, end: span.end }, planned: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: i64 = 1_619_454_485_988;

    fn plan_none(times: &[i64]) -> Vec<Planned<u8>> {
        plan(times, &[])
    }

    #[test]
    fn a_pause_of_two_hours_splits() {
        let offsets = [0, 1000, 2000, 7_204_000, 7_205_000, 7_206_000];
        let planned = plan_none(&offsets.map(|offset| T0 + offset));
        assert_eq!(planned.len(), 2);
        assert_eq!(planned[0].scores, [0, 1, 2]);
        assert_eq!((planned[1].start, planned[1].end), (T0 + 7_204_000, T0 + 7_206_000));
    }

    #[test]
    fn unsorted_scores_join_in_the_order_of_their_times() {
        let planned = plan_none(&[T0, T0 - 4000, T0 + 2000, T0 - 3000, T0 + 1000]);
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0].scores, [1, 3, 0, 4, 2]);
    }

    #[test]
    fn the_bound_before_a_group_is_inclusive_and_the_one_after_is_not() {
        let session = |start, end| [Span { key: 7_u8, start, end }];
        let extends = |stored: &[Span<u8>], time| plan(&[time], stored)[0].extends;
        assert_eq!(extends(&session(T0, T0), T0 + TWO_HOURS), Some(7));
        assert_eq!(extends(&session(T0, T0), T0 + TWO_HOURS + 1), None);
        assert_eq!(extends(&session(T0, T0), T0 - TWO_HOURS + 1), Some(7));
        assert_eq!(extends(&session(T0, T0), T0 - TWO_HOURS), None);
    }

    #[test]
    fn a_group_inside_a_long_session_joins_it() {
        let stored = [Span { key: 1_u8, start: T0, end: T0 + 10 * TWO_HOURS }];
        let planned = plan(&[T0 + 5 * TWO_HOURS], &stored);
        assert_eq!(planned[0].extends, Some(1));
        assert_eq!((planned[0].start, planned[0].end), (T0, T0 + 10 * TWO_HOURS));
    }

    #[test]
    fn of_several_sessions_the_one_that_began_first_is_extended() {
        let stored = [
            Span { key: 2_u8, start: T0 + TWO_HOURS, end: T0 + TWO_HOURS },
            Span { key: 1, start: T0 - TWO_HOURS, end: T0 - TWO_HOURS },
        ];
        assert_eq!(plan(&[T0], &stored)[0].extends, Some(1));
    }

    #[test]
    fn a_later_group_may_extend_what_an_earlier_one_touched() {
        // Two groups exactly two hours apart are two groups, but the second attaches to the session of the first.
        let planned = plan_none(&[T0, T0 + TWO_HOURS]);
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0].scores, [0, 1]);
    }

    #[test]
    fn new_scores_join_behind_the_stored_ones() {
        let stored = [Span { key: 9_u8, start: T0, end: T0 }];
        let planned = plan(&[T0 - 1000, T0 - 2000], &stored);
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0].extends, Some(9));
        assert_eq!(planned[0].scores, [1, 0]);
        assert_eq!((planned[0].start, planned[0].end), (T0 - 2000, T0));
    }
}
