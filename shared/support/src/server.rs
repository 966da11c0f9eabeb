//! The server: bound before the start-up code, serving between start-up and shutdown.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use tokio::net::{TcpSocket, lookup_host};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::after_response::AfterResponse;
use crate::events::EventLog;
use crate::exit::Result;
use crate::lesson::Lesson;
use crate::options::Options;
use crate::tick::Tick;
use crate::write_timeout::WriteTimeout;
use crate::{log, signals};

/// How much longer than the grace period teardowns have, and then the clean-up in `main`.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How many connections may wait for being accepted; uvicorn's `--backlog`.
///
/// A connection more is dropped, and its client tries again after a second. The default of
/// `TcpListener::bind` is 128, which a burst fills in no time.
const BACKLOG: u32 = 2048;

/// A lesson's server, bound to its address but not serving yet.
///
/// `main` prepares what it needs, calls [`serve`](Server::serve), and cleans up after it. That
/// is the whole of FastAPI's [lifespan]: code before `yield`, `yield`, code after.
///
/// It is [`axum_server`] instead of [`axum::serve()`], because that one has no limit for a
/// shutdown, and none for a client that sends or reads too slowly.
///
/// [lifespan]: https://fastapi.tiangolo.com/advanced/events/
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
    events: EventLog,
    shutdown: CancellationToken,
    after: AfterResponse,
    banner: Option<String>,
}

impl Server {
    /// Reads the options, starts the log, binds the address, and waits for signals.
    ///
    /// A wrong option ends the process with exit code 2.
    ///
    /// # Errors
    ///
    /// If it can't bind the address, or can't wait for signals.
    // ANCHOR: from-args
    pub async fn from_args(lesson: Lesson) -> Result<Self> {
        let options = Options::from_args(&lesson);
        log::start(options.log.clone());
        let server = Self::bind(options).await?;
        signals::stop_on_signal(server.shutdown.clone(), server.grace() + 2 * LAST_CALL)?;
        // Before the start-up: a client that comes now waits until it is done.
        tracing::debug!(url = server.base_url(), "bound");
        let banner = Some(lesson.banner(&server.base_url()));
        Ok(Self { banner, ..server })
    }
    // ANCHOR_END: from-args

    /// Binds the address of the options; for a test that brings routes of its own.
    ///
    /// # Errors
    ///
    /// If it can't bind the address.
    pub async fn bind(options: Options) -> Result<Self> {
        let listener = listen(&options.host, options.port).await?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            options,
            events: EventLog::default(),
            shutdown: CancellationToken::new(),
            after: AfterResponse::default(),
            banner: None,
        })
    }

    /// Where the server can be reached from this machine: `http://127.0.0.1:8000`.
    ///
    /// The port is the real one, even if you asked for 0.
    pub fn base_url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }

    /// The length of one tick.
    pub fn tick(&self) -> Tick {
        Tick::from_ms(self.options.tick_ms)
    }

    /// The log behind `GET /_events`.
    pub fn events(&self) -> EventLog {
        self.events.clone()
    }

    /// The token that is cancelled when the server is told to stop.
    ///
    /// A stream that would never end by itself must end when it is, or it holds the
    /// shutdown until the grace period is over: `stream.take_until(token.cancelled_owned())`.
    /// Cancelling it stops the server.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Where work runs that the shutdown waits for.
    pub fn after_response(&self) -> AfterResponse {
        self.after.clone()
    }

    /// How long a client may be silent within a request's body.
    pub fn read_timeout(&self) -> Duration {
        Duration::from_millis(self.options.read_timeout_ms)
    }

    fn grace(&self) -> Duration {
        Duration::from_millis(self.options.grace_ms)
    }

    /// Answers requests until the server is told to stop and the last one is answered.
    ///
    /// This is the `yield` of a FastAPI lifespan. Once told to stop, it accepts no new
    /// connection, lets requests, finite bodies and the work after them finish for the grace
    /// period, cuts what is left, and returns, so that `main` can clean up. A second Ctrl-C ends
    /// the process at once; so does a clean-up that isn't done a second after the cut.
    ///
    /// A second `yield` does not compile:
    ///
    /// ```compile_fail,E0382
    /// # use axum::Router;
    /// # use lesson_support::{Result, Server};
    /// async fn lifespan(server: Server) -> Result<()> {
    ///     server.serve(Router::new()).await?;
    ///     server.serve(Router::new()).await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the listener fails.
    // ANCHOR: serve
    pub async fn serve(self, app: Router) -> Result<()> {
        let (grace, read_timeout) = (self.grace(), self.read_timeout());
        let handle = Handle::new();
        let mut server = axum_server::from_tcp(self.listener)?
            // The limits below do not see into the streams of HTTP/2. The price: axum-server
            // does not switch to another protocol then, so there are no WebSockets.
            .http1_only()
            .handle(handle.clone())
            .accept_error_handler(|_, error| tracing::warn!(%error, "cannot accept"))
            .acceptor(WriteTimeout(Duration::from_millis(self.options.write_timeout_ms)));
        server.http_builder().http1().header_read_timeout(read_timeout);
        let mut serving =
            pin!(server.serve(app.into_make_service_with_connect_info::<SocketAddr>()));
        print(self.banner.as_deref().unwrap_or_default());

        tokio::select! {
            served = &mut serving => return Ok(served?),
            () = self.shutdown.cancelled() => handle.graceful_shutdown(None),
        }
        let ended = async {
            serving.await?;
            self.after.tracker.close();
            self.after.tracker.wait().await;
            Ok(())
        };
        end_within(grace, ended, &handle, &self.after).await
    }
    // ANCHOR_END: serve
}

// ANCHOR: end-within
/// Waits until everything has ended by itself; after the grace period, cuts what is left.
async fn end_within(
    grace: Duration,
    ended: impl Future<Output = Result<()>>,
    handle: &Handle<SocketAddr>,
    after: &AfterResponse,
) -> Result<()> {
    let (connections, tasks) = (handle.connection_count(), after.tracker.len());
    tracing::info!(connections, tasks, ?grace, "stopping; a second Ctrl-C ends it now");
    let mut ended = pin!(ended);
    if let Ok(ended) = timeout(grace, &mut ended).await {
        return ended;
    }
    let (connections, tasks) = (handle.connection_count(), after.tracker.len());
    handle.shutdown();
    after.cut.cancel();
    tracing::warn!(connections, tasks, "cut after the grace period");
    timeout(LAST_CALL, ended).await.unwrap_or_else(|_| {
        tracing::warn!("what has not ended after the cut is left behind");
        Ok(())
    })
}
// ANCHOR_END: end-within

/// Listens at the first address of a name that can be had.
async fn listen(host: &str, port: u16) -> Result<TcpListener> {
    let cannot_listen = |error| cannot_listen(host, port, &error);
    let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in lookup_host((host, port)).await.map_err(cannot_listen)? {
        result = listen_at(address);
        if result.is_ok() {
            break;
        }
    }
    Ok(result.map_err(cannot_listen)?)
}

/// `TcpListener::bind` with a longer queue.
fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait until the old connections are forgotten. On Windows the
    // option would let two servers share a port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

fn cannot_listen(host: &str, port: u16, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port {port} is taken: choose another one with --port or LESSON_PORT, 0 takes any that is free"
        ),
        _ => format!("cannot listen on {host} port {port}: {error}"),
    }
}

/// An address that means "all of this machine's" cannot be connected to everywhere; loopback can.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, address.port())
}

/// Prints to a stdout that may be closed already, as `| head -1` closes it.
fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        tracing::debug!(%error, "cannot print");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_of_connections_waits_for_being_accepted() {
        let listener = listen("localhost", 0).await.unwrap();
        let address = listener.local_addr().unwrap();
        // The second attempt for one that was dropped comes after a second.
        let connect =
            |_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(900));
        let waiting: io::Result<Vec<_>> = (0..200).map(connect).collect();
        assert_eq!(waiting.unwrap().len(), 200);
    }

    #[test]
    fn an_address_for_everybody_is_reached_through_loopback() {
        for (bound, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(reachable(bound.parse().unwrap()).to_string(), reached);
        }
    }
}
