//! What the terminal can do, and single keys from it.

use std::env;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Whether standard output understands colours and may be cleared.
pub fn is_rich() -> bool {
    let is_dumb = env::var("TERM").is_ok_and(|term| term == "dumb");
    io::stdout().is_terminal() && !is_dumb && env::var_os("NO_COLOR").is_none()
}

/// Makes room on the screen; nothing where output goes to a file.
pub fn clear() {
    if is_rich() {
        print!("\x1b[2J\x1b[H");
        // It must not wipe away what others write meanwhile. If it fails, nobody reads.
        let _ = io::stdout().flush();
    }
}

/// The keys, each at once where that's possible. [`restore`] undoes it.
pub fn keys() -> Receiver<u8> {
    one_by_one::begin();
    let (sender, keys) = mpsc::channel();
    thread::spawn(move || {
        for key in io::stdin().lock().bytes().map_while(Result::ok) {
            if sender.send(key).is_err() {
                break;
            }
        }
    });
    keys
}

/// Gives the terminal back as it was.
pub fn restore() {
    one_by_one::end();
}

#[cfg(unix)]
mod one_by_one {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{
        LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
    };

    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    pub fn begin() {
        // It isn't a terminal: then there is nothing to change.
        let Ok(before) = tcgetattr(io::stdin()) else {
            return;
        };
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        now.special_codes[SpecialCodeIndex::VMIN] = 1;
        now.special_codes[SpecialCodeIndex::VTIME] = 0;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        // Without it, a key needs Enter.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &now);
    }

    pub fn end() {
        if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // If the terminal is gone, so is its mode.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
    }
}

/// There, a key needs Enter.
#[cfg(not(unix))]
mod one_by_one {
    pub fn begin() {}
    pub fn end() {}
}
