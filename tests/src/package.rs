//! What the README of `fastapi-extract` has its reader write, for its transcripts.

use std::io;
use std::net::SocketAddr;
use std::thread;

use tokio::net::TcpListener;

#[path = "../../shared/extract/examples/quickstart.rs"]
#[expect(dead_code, reason = "its `main` takes a port of its own")]
mod quickstart;
#[path = "../../shared/extract/examples/tour.rs"]
#[expect(dead_code, reason = "its `main` takes a port of its own")]
mod tour;

/// What the README shows of a program that starts: nothing, for it prints nothing.
pub const NO_BANNER: &str = "";

/// Serves the programs of the README on a free port, until the process ends.
///
/// # Errors
///
/// If there is no port.
pub fn serve() -> io::Result<SocketAddr> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let app = quickstart::app().merge(tour::app());
    thread::spawn(move || runtime.block_on(axum::serve(listener, app).into_future()));
    Ok(address)
}
