//! The processes that a run starts, so that none is left when it's interrupted.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Starts a child in a group of its own, with which [`end`] kills everything that it starts.
///
/// # Errors
///
/// If the program can't be started.
pub fn start(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    // Held meanwhile: nothing starts unseen while all are ended.
    let mut running = running();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    running.insert(child.id());
    Ok(child)
}

/// Kills a child, and what it started.
pub fn end(mut child: Child) {
    running().remove(&child.id());
    kill_group(child.id());
    // Both fail if it has ended already, which is as good.
    let _ = child.kill();
    let _ = child.wait();
}

/// Runs a command to its end. After `limit`, it's killed, with everything that it started.
///
/// # Errors
///
/// If it can't be started, or was killed.
pub fn output(mut command: Command, limit: Duration) -> io::Result<Output> {
    let child = start(command.stderr(Stdio::piped()))?;
    let id = child.id();
    let (done, is_done) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let is_late = is_done.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if is_late {
            kill_group(id);
        }
        is_late
    });
    let output = child.wait_with_output();
    running().remove(&id);
    drop(done);
    match watchdog.join() {
        Ok(true) => Err(io::Error::other(format!("they didn't end within {limit:?}"))),
        _ => output,
    }
}

/// Kills every child. No other can be started while the caller has the guard.
pub fn end_all() -> impl Drop {
    let running = running();
    running.iter().copied().for_each(kill_group);
    running
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn kill_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // There may be nothing left of it.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// There, Ctrl-C reaches every process of the console by itself.
#[cfg(not(unix))]
fn kill_group(_id: u32) {}
