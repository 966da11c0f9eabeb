//! The server: bound before the start-up code, serving between start-up and shutdown.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::connection::{self, Ends};
use crate::error::ApiError;
use crate::events::EventLog;
use crate::in_flight::{self, InFlight};
use crate::settings::Settings;
use crate::tick::Tick;

/// How long the 503s of the requests that ran out of time have to reach their clients.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long cut connections have to notice it; a handler that blocks its thread never does.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How many connections may wait for being accepted; uvicorn's `--backlog`.
///
/// A connection more is dropped, and its client tries again after a second. The default of
/// `TcpListener::bind` is 128, which a burst fills in no time.
const BACKLOG: u32 = 2048;

/// How many bytes of a request's body the extractors read; axum's own default.
///
/// More is 413. A route that takes larger bodies sets its own
/// [`DefaultBodyLimit`].
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A lesson's server, bound to its address but not serving yet.
///
/// It is handed to the lesson's entry point, which prepares what it needs, calls
/// [`serve`](Server::serve), and cleans up after it. That is the whole of FastAPI's
/// [lifespan]: code before `yield`, `yield`, code after.
///
/// [lifespan]: https://fastapi.tiangolo.com/advanced/events/
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
    events: EventLog,
    shutdown: CancellationToken,
    on_ready: Box<dyn FnOnce() + Send>,
}

impl Server {
    /// Binds the address of the settings.
    ///
    /// # Errors
    ///
    /// If it cannot be had; a port that is taken is said in a sentence for the user.
    pub async fn bind(settings: Settings) -> Result<Self, BindError> {
        let wanted = (settings.host.as_str(), settings.port);
        let bound = async {
            let listener = listen(wanted).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        match bound.await {
            Ok((listener, address)) => Ok(Self {
                listener,
                address,
                settings,
                events: EventLog::default(),
                shutdown: CancellationToken::new(),
                on_ready: Box::new(|| ()),
            }),
            Err(source) => Err(BindError { host: settings.host, port: settings.port, source }),
        }
    }

    /// Calls `ready` when the start-up code is done and requests are answered.
    #[must_use]
    pub fn on_ready(mut self, ready: impl FnOnce() + Send + 'static) -> Self {
        self.on_ready = Box::new(ready);
        self
    }

    /// Where the server can be reached from this machine: `http://127.0.0.1:8000`.
    ///
    /// The port is the real one, also if 0 was asked for.
    pub fn base_url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }

    /// The length of one tick.
    pub fn tick(&self) -> Tick {
        self.settings.tick
    }

    /// The log behind `GET /_events`.
    pub fn events(&self) -> EventLog {
        self.events.clone()
    }

    /// A variable of the environment, such as `LESSON_JSON_FILE`.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.settings.variables.get(name).map(String::as_str)
    }

    /// The token that is cancelled when the server is told to stop.
    ///
    /// A stream that would never end by itself must end when it is, or it holds the
    /// shutdown until the grace period is over: `stream.take_until(token.cancelled_owned())`.
    /// Cancelling it stops the server.
    pub fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Ends when the grace period of the shutdown is over.
    ///
    /// For what is waited for after [`serve`](Server::serve), so that it has the rest of
    /// one grace period and not a second one: spawn it before.
    pub fn grace_over(&self) -> impl Future<Output = ()> + Send + use<> {
        grace_over(self.shutdown.clone(), self.settings.grace)
    }

    /// Answers requests until the server is told to stop and the last one is answered.
    ///
    /// This is the `yield` of a FastAPI lifespan. Once told to stop, it accepts no new
    /// connection, lets requests and finite bodies finish for the grace period, and then
    /// cuts what is left, names it in the log, and returns all the same: the clean-up
    /// after it always runs.
    ///
    /// # Errors
    ///
    /// None so far; the signature is `axum::serve`'s.
    pub async fn serve(self, app: Router) -> io::Result<()> {
        let in_flight = InFlight::default();
        let ends = Ends {
            stop: self.shutdown.clone(),
            cut: CancellationToken::new(),
            read_timeout: self.settings.read_timeout,
        };
        let app = with_shared_routes(app, self.events);
        let list = in_flight.clone();
        let answer = move |request| in_flight::answer(list.clone(), app.clone(), request);
        let mut serving = pin!(async {
            let connections = connection::serve(self.listener, answer, ends.clone());
            tokio::join!(connections, tell_what_is_waited_for(&ends.stop, &in_flight));
            in_flight.ended().await;
        });
        (self.on_ready)();

        tokio::select! {
            () = &mut serving => return Ok(()),
            () = grace_over(self.shutdown, self.settings.grace) => {}
        }
        for name in in_flight.names() {
            tracing::warn!("cut after the grace period: {name}");
        }
        in_flight.end_grace();
        if timeout(LAST_WORDS, &mut serving).await.is_err() {
            ends.cut.cancel();
            if timeout(LAST_CALL, &mut serving).await.is_err() {
                tracing::warn!("a handler blocks its thread and is left behind");
            }
        }
        Ok(())
    }
}

/// Listens at the first address of a name that can be had.
async fn listen(wanted: (&str, u16)) -> io::Result<TcpListener> {
    let mut last_error = None;
    for address in lookup_host(wanted).await? {
        match listen_at(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last_error = Some(error),
        }
    }
    Err(last_error.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
}

/// `TcpListener::bind` with a longer queue.
fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait until the old connections are forgotten. On Windows the
    // option would let two servers share a port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn grace_over(shutdown: CancellationToken, grace: Duration) {
    shutdown.cancelled().await;
    sleep(grace).await;
}

/// Once the server is told to stop: logs what it waits for from then on.
async fn tell_what_is_waited_for(shutdown: &CancellationToken, in_flight: &InFlight) {
    shutdown.cancelled().await;
    let names = in_flight.names();
    if !names.is_empty() {
        tracing::info!("waiting for {}", first_few(&names));
    }
}

/// The oldest few of what may be thousands of streams.
fn first_few(names: &[impl AsRef<str>]) -> String {
    const FEW: usize = 5;
    let shown: Vec<&str> = names.iter().take(FEW).map(AsRef::as_ref).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The lesson's router with what every lesson has: `/ping`, `/_events`, JSON 404 and 405.
fn with_shared_routes(app: Router, events: EventLog) -> Router {
    app.route("/ping", get(ping))
        .merge(events.router())
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// The smallest endpoint there is: it shows whether anything else is served.
async fn ping() -> axum::Json<&'static str> {
    axum::Json("pong")
}

async fn not_found() -> ApiError {
    ApiError::from_status(StatusCode::NOT_FOUND)
}

async fn method_not_allowed() -> ApiError {
    ApiError::from_status(StatusCode::METHOD_NOT_ALLOWED)
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

/// An address that cannot be listened on.
#[derive(Debug)]
pub struct BindError {
    host: String,
    port: u16,
    source: io::Error,
}

impl std::fmt::Display for BindError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, source } = self;
        match source.kind() {
            io::ErrorKind::AddrInUse => write!(
                f,
                "port {port} is taken: choose another one with --port or LESSON_PORT, 0 takes any that is free"
            ),
            _ => write!(f, "cannot listen on {host} port {port}: {source}"),
        }
    }
}

/// The sentence above holds its cause already, so there is no `source` to repeat it.
impl std::error::Error for BindError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_of_connections_waits_for_being_accepted() {
        let listener = listen(("localhost", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        // The second attempt for one that was dropped comes after a second.
        let connect =
            |_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(900));
        let waiting: io::Result<Vec<_>> = (0..200).map(connect).collect();
        assert_eq!(waiting.unwrap().len(), 200);
    }

    #[test]
    fn what_is_waited_for_fits_on_a_line() {
        assert_eq!(first_few(&["GET /a"]), "GET /a");
        assert_eq!(first_few(&["a", "b", "c", "d", "e"]), "a, b, c, d, e");
        assert_eq!(first_few(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
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
