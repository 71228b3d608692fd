//! Whatever the history of pushes: each problem is raised once for ever, each fixed one is resolved, nothing is said twice.

use proptest::{collection::vec, prelude::*};
use seam::domain::finding::Finding;

use super::table::{PullRequest, finding, inline_comments};

const CODES: usize = 5;
const FILES: [&str; 3] = ["a.py", "b.py", "lib/c.py"];

/// Where a problem stands in one push.
type Place = (usize, u32);

/// For each code, the places it stands at; up to `copies` of them.
fn push(copies: usize) -> impl Strategy<Value = Vec<Vec<Place>>> {
    vec(vec((0..FILES.len(), 1..40u32), 0..=copies), CODES)
}

fn findings(push: &[Vec<Place>]) -> Vec<Finding> {
    let found = |(code, places): (usize, &Vec<Place>)| {
        places.iter().map(|&(file, line)| finding(FILES[file], line, &format!("eval({code})"))).collect::<Vec<_>>()
    };
    push.iter().enumerate().flat_map(found).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Copies of the same code, in any file and order, are told apart by nothing but their number.
    #[test]
    fn comments_follow_the_number_of_problems(pushes in vec(push(3), 1..12)) {
        let mut pull = PullRequest::default();
        let mut before = [0; CODES];
        let mut most = [0; CODES];
        for push in &pushes {
            let plan = pull.push(findings(push));
            let (mut new, mut fixed) = (0, 0);
            for (before, now) in before.iter_mut().zip(push.iter().map(Vec::len)) {
                new += now.saturating_sub(*before);
                fixed += before.saturating_sub(now);
                *before = now;
            }
            let threads = pull.threads.len() - inline_comments(&plan).len();
            prop_assert_eq!(threads, most.iter().sum::<usize>());
            for (most, now) in most.iter_mut().zip(&before) {
                *most = *now.max(most);
            }
            prop_assert_eq!((plan.round.new, plan.round.fixed), (new, fixed));
            prop_assert_eq!(plan.round.open + new, push.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(pull.threads.len(), most.iter().sum::<usize>());
            prop_assert_eq!(pull.unresolved(), push.iter().map(Vec::len).sum::<usize>());
        }
    }

    /// People resolve threads, and the store is lost now and then: GitHub's threads are enough.
    #[test]
    fn what_people_resolved_stays_silent_even_when_the_store_is_lost(
        rounds in vec((push(1), proptest::option::of(0..CODES), any::<bool>()), 1..12),
    ) {
        let mut pull = PullRequest::default();
        let mut open = [false; CODES];
        let mut dismissed = [false; CODES];
        let mut raised = [false; CODES];
        for (push, resolved_by_person, store_is_lost) in &rounds {
            if *store_is_lost {
                pull.stored.clear();
            }
            pull.push(findings(push));
            for code in 0..CODES {
                let found = !push[code].is_empty();
                raised[code] |= found;
                open[code] = found && !dismissed[code];
            }
            prop_assert_eq!(pull.threads.len(), raised.iter().filter(|raised| **raised).count());
            prop_assert_eq!(pull.unresolved(), open.iter().filter(|open| **open).count());
            if let Some(code) = *resolved_by_person && open[code] {
                pull.resolve(&format!("eval({code})"));
                dismissed[code] = true;
                open[code] = false;
            }
        }
    }
}
