//! Ctrl-C and SIGTERM.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::log::Log;

/// Cancels `stop` at the first signal and ends the process at the second one.
///
/// The signals are waited for on a thread of their own, so that a second Ctrl-C works
/// even if every worker of the lesson's runtime is blocked.
///
/// # Errors
///
/// If the handlers cannot be installed or the thread cannot be started.
pub(crate) fn stop_on_signal(stop: CancellationToken, grace: Duration, log: Log) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = Signals::listen(&runtime)?;
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(stop_then_exit(signals, stop, grace, log)))?;
    Ok(())
}

async fn stop_then_exit(mut signals: Signals, stop: CancellationToken, grace: Duration, log: Log) {
    let first = signals.next().await;
    tracing::info!("{first}: stopping; what still runs has {grace:?}, a second Ctrl-C ends it now");
    stop.cancel();
    let second = signals.next().await;
    tracing::warn!("{second} again: ending now");
    log.finish();
    std::process::exit(second.exit_code());
}

/// A request to stop, from the outside.
#[derive(Clone, Copy)]
enum Signal {
    Interrupt,
    #[cfg(unix)]
    Terminate,
}

impl Signal {
    /// The exit code that a shell reports for a process ended by this signal.
    fn exit_code(self) -> i32 {
        match self {
            Self::Interrupt => 130,
            #[cfg(unix)]
            Self::Terminate => 143,
        }
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "Ctrl-C",
            #[cfg(unix)]
            Self::Terminate => "SIGTERM",
        })
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen(runtime: &Runtime) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let _guard = runtime.enter();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

#[cfg(windows)]
struct Signals {
    ctrl_c: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn listen(runtime: &Runtime) -> io::Result<Self> {
        let _guard = runtime.enter();
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) -> Signal {
        self.ctrl_c.recv().await;
        Signal::Interrupt
    }
}
