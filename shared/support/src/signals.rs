//! Ctrl-C and SIGTERM.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Cancels `shutdown` at the first signal, and ends the process at the second one, or once
/// `patience` has passed since the first.
///
/// The second signal ends the process in the handler that the system calls, with the exit
/// code that a shell reports for it: 130 or 143. No thread and no lock can hold it up.
/// The first one is waited for on a thread of its own, because in a lesson about blocking
/// all the others may be blocked. For the same reason it does not log.
///
/// # Errors
///
/// If a handler cannot be installed or the thread cannot be started.
// ANCHOR: signals
#[cfg(unix)]
pub(crate) fn stop_on_signal(shutdown: CancellationToken, patience: Duration) -> io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::{flag, iterator::Signals};

    // A file that may not grow (`ulimit -f`) ends a process that does not handle this signal.
    // For one that does, the write fails, as on a full disk.
    flag::register(SIGXFSZ, Arc::default())?;
    let is_second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the one that sets the flag is not stopped by it.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&is_second))?;
        flag::register(signal, Arc::clone(&is_second))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        signals.forever().next();
        shutdown.cancel();
        std::thread::sleep(patience);
        // Something doesn't end: a thread that blocks, a log that nobody reads, a clean-up.
        std::process::exit(1);
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(wait)?;
    Ok(())
}
// ANCHOR_END: signals

/// On other systems only Ctrl-C is handled, and nothing ends a thread that blocks.
#[cfg(not(unix))]
pub(crate) fn stop_on_signal(shutdown: CancellationToken, _: Duration) -> io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if shutdown.is_cancelled() {
                std::process::exit(130);
            }
            shutdown.cancel();
        }
    });
    Ok(())
}
