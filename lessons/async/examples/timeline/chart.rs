//! Draws the chart.

use crate::measure::Timeline;
use crate::options::Options;

/// The characters of the longest bar: all requests, one after the other.
const WIDTH: f64 = 50.0;

/// The ticks that a request takes.
const DELAY: f64 = 10.0;

/// The lines above the charts.
pub fn head(options: &Options) -> String {
    let server = match &options.url {
        Some(url) => format!("the server at {url}"),
        None => match options.workers {
            1 => "the lesson with one worker thread".to_owned(),
            workers => format!("the lesson with {workers} worker threads"),
        },
    };
    let scale = scale(options.requests.into());
    let tick = options.tick_ms;
    format!("{server}\none █ is {scale} ticks, one tick is {tick} ms; a ping (▒) is sent at tick 2")
}

/// A bar for each request, from the moment they were all sent to its answer, and one for the ping.
pub fn draw(path: &str, timeline: &Timeline, requests: usize) -> String {
    let scale = scale(requests);
    let column = |ticks: f64| (ticks / scale).round() as usize;
    let mut lines = vec![path.to_owned()];
    for (number, answered) in (1..).zip(&timeline.answered) {
        let bar = "█".repeat(column(*answered));
        lines.push(format!("{number:>4} {bar:<50} {answered:>4.0}"));
    }
    let before = column(timeline.ping_sent);
    let length = column(timeline.ping_answered).saturating_sub(before).max(1);
    let bar = " ".repeat(before) + &"▒".repeat(length);
    let took = timeline.ping_answered - timeline.ping_sent;
    lines.push(format!("ping {bar:<50} took {took:.0}"));
    lines.join("\n")
}

/// How many ticks a character stands for.
fn scale(requests: usize) -> f64 {
    requests as f64 * DELAY / WIDTH
}
