//! The processes that a run starts, so that none is left when it's interrupted.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A child in a group of its own, which is killed with everything that it started.
pub struct Group(Child);

impl Group {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the program can't be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // Held meanwhile: nothing starts unseen while all are ended.
        let mut running = running();
        let child = command.stdin(Stdio::null()).spawn()?;
        running.insert(child.id());
        Ok(Self(child))
    }

    /// The process itself.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        running().remove(&self.0.id());
        end(self.0.id());
        // Both fail if it has ended already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command to its end.
///
/// # Errors
///
/// If it can't be started.
pub fn output(mut command: Command) -> io::Result<Output> {
    let mut group = Group::start({
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    })?;
    let (stdout, stderr) = (group.child().stdout.take(), group.child().stderr.take());
    std::thread::scope(|scope| {
        let stderr = scope.spawn(|| read(stderr));
        let stdout = read(stdout)?;
        let stderr = stderr.join().map_err(|_| io::Error::other("a reader panicked"))??;
        Ok(Output { status: group.child().wait()?, stdout, stderr })
    })
}

fn read(pipe: Option<impl io::Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes))?;
    Ok(bytes)
}

/// Kills every group. No other can be started while the caller has the guard.
pub fn end_all() -> impl Drop {
    let running = running();
    running.iter().copied().for_each(end);
    running
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn end(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // There may be nothing left of it.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// There, Ctrl-C reaches every process of the console by itself.
#[cfg(not(unix))]
fn end(_id: u32) {}
