//! The charts of the example `timeline`.

use lesson_tests::binary::run_example;
use lesson_tests::process::Ended;
use lesson_tests::readme::Page;
use lesson_tests::{pages, rust_only};

use super::start;

/// A row of a chart: a request's number or `ping`, its bar, and when it was answered.
#[derive(Debug)]
struct Row {
    name: String,
    bar: String,
    ticks: f64,
}

/// The titles of all charts, and their rows.
fn charts(text: &str) -> (Vec<&str>, Vec<Row>) {
    let titles = text.lines().filter(|line| line.starts_with('/'));
    (titles.collect(), text.lines().filter_map(row).collect())
}

fn row(line: &str) -> Option<Row> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, bar, ticks) = (*words.first()?, *words.get(1)?, words.last()?);
    let is_row = (name == "ping" || name.parse::<u32>().is_ok()) && bar.starts_with(['█', '▒']);
    let ticks = ticks.parse().ok().filter(|_| is_row)?;
    Some(Row { name: name.to_owned(), bar: bar.to_owned(), ticks })
}

fn timeline(arguments: &[&str]) -> Ended {
    run_example("timeline", arguments)
}

/// It compares loosely, since a busy machine may be late, but never early.
#[test]
fn as_24_the_timeline_draws_what_the_readme_shows() {
    rust_only!("starts the example");
    let ended = timeline(&["--tick-ms", "20"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let pages = pages::of_lesson("async");
    let mut texts = pages.iter().map(Page::text);
    let command = "$ cargo run -p lesson-async --example timeline\n";
    let (_, shown) = texts.find_map(|text| text.split_once(command)).expect("a chart");
    let shown = shown.split("```").next().expect("the end of the block");

    let (drawn_titles, drawn) = charts(&ended.stdout);
    let (shown_titles, shown) = charts(shown);
    assert_eq!(drawn_titles, shown_titles);
    assert_eq!((drawn.len(), shown.len()), (33, 33), "{}", ended.stdout);
    for (drawn, shown) in drawn.iter().zip(&shown) {
        assert_eq!(drawn.name, shown.name);
        let late = drawn.ticks - shown.ticks;
        // A ping among requests that block may be served after any of them.
        let as_shown = drawn.name == "ping" || (-1.5 < late && late < 25.0);
        assert!(as_shown, "drawn {drawn:?}, shown {shown:?}");
        // A character is two ticks, and both are rounded.
        let length = drawn.bar.chars().count() as f64;
        assert!((length - drawn.ticks / 2.0).abs() <= 1.0, "{drawn:?}");
    }
    let pings: Vec<&Row> = drawn.iter().filter(|row| row.name == "ping").collect();
    assert!(pings[0].ticks < 7.0 && pings[1].ticks < 7.0, "the ping waited: {pings:?}");
    assert!(pings[2].ticks > 7.0, "the ping was served meanwhile: {pings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_24_the_timeline_can_be_pointed_at_any_server() {
    let server = start().await;
    let tick = server.tick().as_millis().to_string();
    let url = server.base_url();
    let options = ["--url", url, "--tick-ms", &tick, "--requests", "3", "/both/sync"];
    let ended = timeline(&options);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.starts_with(&format!("the server at {url}\n")), "{}", ended.stdout);
    let (titles, rows) = charts(&ended.stdout);
    assert_eq!(titles, ["/both/sync"]);
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["1", "2", "3", "ping"]);
    assert!(rows[..3].iter().all(|row| row.ticks > 9.0), "{rows:?}");
}

#[test]
fn as_24_the_timeline_explains_a_bad_option() {
    rust_only!("starts the example");
    for (options, sentence) in [
        (
            &["--requests", "0"][..],
            "error: invalid value '0' for '--requests <N>': 0 is not in 1..=200",
        ),
        (
            &["--url", "localhost"],
            "error: invalid value 'localhost' for '--url <URL>': a URL begins with http://",
        ),
        (
            &["--url", "http://127.0.0.1:1", "--workers", "2"],
            "error: the argument '--url <URL>' cannot be used with '--workers <N>'",
        ),
        (
            &["--tick-ms", "1s"],
            "error: invalid value '1s' for '--tick-ms <MS>': invalid digit found in string",
        ),
        (
            &["both/async"],
            "error: invalid value 'both/async' for '[PATH]...': a route begins with /",
        ),
    ] {
        let ended = timeline(options);
        assert_eq!(ended.code, Some(2), "{options:?}");
        assert_eq!(ended.stderr.lines().next(), Some(sentence), "{options:?}");
    }
    // Nobody listens on port 1.
    let ended = timeline(&["--url", "http://127.0.0.1:1"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.starts_with("Error: error sending request"), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

#[test]
fn as_24_the_help_lists_the_options() {
    rust_only!("starts the example");
    let ended = timeline(&["--help"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for option in ["--requests <N>", "--workers <N>", "--url <URL>", "--tick-ms <MS>"] {
        assert!(ended.stdout.contains(option), "no {option} in:\n{}", ended.stdout);
    }
}
