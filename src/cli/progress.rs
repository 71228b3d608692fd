//! A sign of life on standard error for work that takes longer than a second. Only on a terminal: logs stay clean.

use std::{sync::mpsc, thread, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// Does `work`; after a second the `message` and the time it takes are shown until it is done.
pub(super) fn shown<T>(message: String, work: impl FnOnce() -> T) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(Duration::from_secs(1)) == Err(mpsc::RecvTimeoutError::Timeout) {
                let style =
                    ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a template that is right");
                let bar = ProgressBar::new_spinner().with_style(style).with_message(message);
                bar.enable_steady_tick(Duration::from_millis(100));
                // Ends when the other side is dropped, whichever way the work ended.
                let _ = is_done.recv();
                bar.finish_and_clear();
            }
        });
        let result = work();
        drop(done);
        result
    })
}
