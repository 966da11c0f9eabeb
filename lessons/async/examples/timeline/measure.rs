//! The requests of the example, and when they are answered.

use std::time::Duration;

use futures_util::future::try_join_all;
use lesson_support::Tick;
use reqwest::Client;
use tokio::time::{Instant, sleep};
use tokio::try_join;

/// When requests that were sent at once were answered.
pub struct Timeline {
    /// The answers, the first one first, in ticks since the start.
    pub answered: Vec<f64>,
    /// When the ping was sent, in ticks since the start.
    pub ping_sent: f64,
    /// When the ping was answered.
    pub ping_answered: f64,
}

// ANCHOR: at-once
/// Sends some requests at once, and two ticks later a ping.
pub async fn at_once(
    url: &str,
    path: &str,
    requests: usize,
    tick: Tick,
) -> Result<Timeline, reqwest::Error> {
    // No proxy, and a connection for each request.
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
    let started = Instant::now();
    let ticks = |time: Duration| time.div_duration_f64(tick * 1);

    let answer = async |path: &str| {
        client.get(format!("{url}{path}")).send().await?.error_for_status()?.bytes().await?;
        Ok(ticks(started.elapsed()))
    };
    let ping = async {
        sleep(tick * 2).await;
        Ok((ticks(started.elapsed()), answer("/ping").await?))
    };
    let answers = try_join_all((0..requests).map(|_| answer(path)));
    let (mut answered, (ping_sent, ping_answered)) = try_join!(answers, ping)?;

    answered.sort_by(f64::total_cmp);
    Ok(Timeline { answered, ping_sent, ping_answered })
}
// ANCHOR_END: at-once
