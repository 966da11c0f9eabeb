//! What each step of the start-up needs, and a switch that makes one of them fail.

use std::env;

use lesson_support::{EventLog, Result, Server, Tick};

/// The steps that `LESSON_FAIL` can name.
const STEPS: [&str; 3] = ["model", "connection", "close"];

/// What each step of the start-up is given.
pub struct Startup {
    /// The unit of all pauses.
    pub tick: Tick,
    /// The lines at `/_events`, which make order visible.
    pub events: EventLog,
    /// The step that fails, so that you can see what happens: `LESSON_FAIL`.
    pub fail_at: Option<String>,
    /// The file that the last step of the shutdown appends to: `LESSON_SHUTDOWN_LOG`.
    pub shutdown_log: Option<String>,
}

impl Startup {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If `LESSON_FAIL` names a step that doesn't exist.
    pub fn from_env(server: &Server) -> Result<Self> {
        let fail_at = env::var("LESSON_FAIL").ok();
        if let Some(step) = &fail_at
            && !STEPS.contains(&step.as_str())
        {
            let steps = STEPS.join(", ");
            return Err(format!("LESSON_FAIL must be one of {steps}, not \"{step}\"").into());
        }
        let shutdown_log = env::var("LESSON_SHUTDOWN_LOG").ok();
        Ok(Self { tick: server.tick(), events: server.events(), fail_at, shutdown_log })
    }

    /// Fails if `LESSON_FAIL` names this step.
    ///
    /// # Errors
    ///
    /// What the real step would say, in a few words.
    pub fn may_fail(&self, step: &str) -> Result<(), String> {
        match self.fail_at.as_deref() == Some(step) {
            true => Err(format!("LESSON_FAIL is {step}")),
            false => Ok(()),
        }
    }
}
