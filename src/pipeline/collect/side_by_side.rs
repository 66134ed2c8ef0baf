//! Several visits at once, what they found stored one after the other.
//!
//! Both go on together. A visit that nobody polls while another is stored would keep its connection to the base, and
//! storing would wait for that connection until it gave up.

use std::convert::Infallible;
use std::future::{Future, pending};

use futures::StreamExt;
use tokio::sync::{Semaphore, mpsc};

/// Visits 0 to `count`, at most `at_once` of them begun and not yet stored: what waits in memory is bounded.
///
/// When `halted` ends, what is stored is stored, and the visits under way are given up.
pub(super) async fn side_by_side<V>(
    count: usize,
    at_once: usize,
    visit: impl AsyncFn(usize) -> V,
    mut store: impl AsyncFnMut(usize, V),
    halted: impl Future<Output = ()>,
) {
    let turns = Semaphore::new(at_once);
    let (tell, mut told) = mpsc::unbounded_channel();
    let visiting = async {
        let tell = tell;
        let one = async |n| {
            let Ok(turn) = turns.acquire().await else { return };
            // Nobody listens any more when the round is given up.
            let _ = tell.send((n, visit(n).await, turn));
        };
        futures::stream::iter(0..count).for_each_concurrent(None, &one).await;
    };
    let storing = async {
        while let Some((n, visited, _turn)) = told.recv().await {
            store(n, visited).await;
        }
    };
    // The visits never answer; when they are over, `told` ends.
    let visiting = async {
        visiting.await;
        pending::<Infallible>().await
    };
    tokio::select! {
        () = storing => {}
        () = halted => {}
        never = visiting => match never {},
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::time::Duration;

    use super::*;

    const LONG: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn visits_and_storing_share_one_connection_without_starving() {
        let connections = Semaphore::new(1);
        let stored = RefCell::new(Vec::new());
        let visit = async |n: usize| {
            let _connection = connections.acquire().await;
            tokio::task::yield_now().await;
            n * 10
        };
        let store = async |n: usize, found: usize| {
            let _connection = connections.acquire().await;
            tokio::task::yield_now().await;
            stored.borrow_mut().push((n, found));
        };
        let round = side_by_side(40, 4, visit, store, pending());
        tokio::time::timeout(LONG, round).await.expect("it ends");
        let mut stored = stored.into_inner();
        stored.sort_unstable();
        assert_eq!(stored, (0..40).map(|n| (n, n * 10)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn no_more_wait_in_memory_than_was_said() {
        let (held, most) = (Cell::new(0_usize), Cell::new(0_usize));
        let visit = async |_: usize| {
            held.set(held.get() + 1);
            most.set(most.get().max(held.get()));
        };
        let store = async |_: usize, ()| {
            tokio::task::yield_now().await;
            held.set(held.get() - 1);
        };
        side_by_side(50, 3, visit, store, pending()).await;
        assert_eq!((held.get(), most.get()), (0, 3));
    }

    #[tokio::test]
    async fn a_halt_ends_it() {
        let endless = async |_: usize| pending::<()>().await;
        let halted = side_by_side(9, 2, endless, async |_, ()| (), async {});
        tokio::time::timeout(LONG, halted).await.expect("it ends");
    }
}
