//! Sends the requests, and notes when they're answered.

use std::time::Duration;

use futures_util::future::try_join_all;
use lesson_support::Tick;
use reqwest::Client;
use tokio::time::{Instant, sleep};
use tokio::try_join;

/// When requests that were sent at once were answered, in ticks since then.
pub struct Timeline {
    /// The answers, the first one first.
    pub answered: Vec<f64>,
    pub ping_sent: f64,
    pub ping_answered: f64,
}

// ANCHOR: at-once
/// Sends some requests at once, and a ping two ticks later.
pub async fn at_once(
    url: &str,
    path: &str,
    requests: usize,
    tick: Tick,
) -> Result<Timeline, reqwest::Error> {
    // Each request gets a connection of its own, past any proxy.
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
