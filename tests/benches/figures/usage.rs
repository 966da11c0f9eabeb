//! What a program has used so far, from the operating system.

use std::time::Duration;

use procfs::process::Process;

use crate::Result;

/// The CPU time and the memory of a process and all its children, uvicorn's workers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// In user and kernel mode, of all threads that have not ended.
    pub cpu: Duration,
    /// The memory held now. What processes share is counted for each of them.
    pub resident_bytes: u64,
    /// The most that was ever held.
    pub peak_bytes: u64,
}

impl Usage {
    /// What the process with this id, and its children, have used.
    pub fn of(pid: u32) -> Result<Self> {
        let mut sum = Self::default();
        let mut pids = vec![pid];
        while let Some(pid) = pids.pop() {
            let process = Process::new(pid.try_into()?)?;
            let status = process.status()?;
            sum.resident_bytes += 1024 * status.vmrss.unwrap_or(0);
            sum.peak_bytes += 1024 * status.vmhwm.unwrap_or(0);
            for task in process.tasks()?.flatten() {
                // In nanoseconds, where the process's own sum is in hundredths of a second.
                sum.cpu += Duration::from_nanos(task.schedstat()?.sum_exec_runtime);
                pids.extend(task.children()?);
            }
        }
        Ok(sum)
    }
}

/// A number of bytes in MiB.
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
