//! The server that server B asks, and what can go wrong there.

use std::error::Error;
use std::time::Duration;

use async_stream::try_stream;
use axum::BoxError;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use futures_util::Stream;
use lesson_support::ApiError;
use lesson_support::error::with_causes;
use reqwest::{Client, Url, redirect, retry};
use tokio::time::timeout;

/// How long the upstream may send nothing while a client waits for it.
const SILENCE: Duration = Duration::from_secs(30);

// ANCHOR: idle
/// How long a connection without a request is kept. Keep it for less time than the upstream
/// does, or it's closed there just as it's used here. uvicorn closes it after five seconds.
const IDLE: Duration = Duration::from_secs(4);
// ANCHOR_END: idle

// ANCHOR: upstream
/// The server to ask, and the one client that all requests share.
///
/// A client holds a pool of connections, so make it once, at start-up.
#[derive(Clone, Debug)]
pub struct Upstream {
    client: Client,
    base: String,
}

impl Upstream {
    /// A client for the server at `base`, for example `http://127.0.0.1:8000`.
    ///
    /// # Errors
    ///
    /// If `base` isn't an address that begins with `http://`.
    pub fn new(base: &str) -> lesson_support::Result<Self> {
        if !base.starts_with("http://") {
            return Err(format!("{base} does not begin with http://").into());
        }
        let host = Url::parse(base)?.host_str().unwrap_or_default().to_owned();
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            // Neither `timeout`, which would cut long streams, nor `read_timeout`, which also
            // runs while our own client pauses.
            .pool_idle_timeout(IDLE)
            .retry(retries(host))
            .build()?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { client, base })
    }
    // ANCHOR_END: upstream

    /// Another address for the same client.
    pub(crate) fn at(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    // ANCHOR: ask
    /// The upstream's answer, once its head is here and says that there's something to pass on.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
    ) -> Result<reqwest::Response, ApiError> {
        let url = format!("{}{path}", self.base);
        let head = timeout(SILENCE, self.client.request(method, url).headers(headers).send());
        let answer = head.await.map_err(|_| too_late())?.map_err(gateway_error)?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            // Answers to `if-none-match` and `range`.
            StatusCode::NOT_MODIFIED | StatusCode::RANGE_NOT_SATISFIABLE => Ok(answer),
            status => {
                tracing::warn!(%status, path, "the upstream refused");
                Err(ApiError::from_status(StatusCode::BAD_GATEWAY))
            }
        }
    }
    // ANCHOR_END: ask
}

// ANCHOR: pieces
/// The body, piece by piece as it arrives.
///
/// The limit starts anew whenever our client wants a piece. While the client pauses, nobody
/// polls this stream, and no limit runs.
pub(crate) fn pieces(mut answer: reqwest::Response) -> impl Stream<Item = Result<Bytes, BoxError>> {
    try_stream! {
        loop {
            let next = timeout(SILENCE, answer.chunk()).await;
            match next.map_err(|_| format!("nothing from the upstream for {SILENCE:?}"))?? {
                Some(piece) => yield piece,
                None => break,
            }
        }
    }
}
// ANCHOR_END: pieces

/// The client learns that the upstream is at fault, and the log says why.
fn gateway_error(error: reqwest::Error) -> ApiError {
    if error.is_timeout() {
        return too_late();
    }
    tracing::warn!(error = with_causes(&error), "no answer from the upstream");
    ApiError::from_status(StatusCode::BAD_GATEWAY)
}

fn too_late() -> ApiError {
    tracing::warn!("no answer from the upstream in time");
    ApiError::from_status(StatusCode::GATEWAY_TIMEOUT)
}

// ANCHOR: retries
/// Sends a GET again if its connection was closed before the answer began: at most twice.
fn retries(host: String) -> retry::Builder {
    retry::for_host(host).classify_fn(|attempt| {
        if attempt.method().is_safe() && attempt.error().is_some_and(is_closed_unanswered) {
            attempt.retryable()
        } else {
            attempt.success()
        }
    })
}

fn is_closed_unanswered(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<reqwest::Error>();
    error.is_some_and(|error| error.is_request() && !error.is_connect() && !error.is_timeout())
}
// ANCHOR_END: retries
