//! A body that passes through a second server.

use std::fs::File;

use lesson_tests::figures::{Row, Table};

use crate::Result;
use crate::plain::median;
use crate::server::{Log, ONE_OF_EACH, Server, Side, curl};
use crate::usage::mib;

/// How often each way is taken; the figures are the medians.
const ROUNDS: usize = 5;

/// What passes in a round.
const GIB: u64 = 1 << 30;

/// A body that is sent one character at a time.
const SMALL: u64 = 100;

/// What passes through the relay to see whether its memory grows: 10 GB.
const LARGE: u64 = 10_000_000_000;

/// What passes through FastAPI's relay, which takes longer.
const LESS: u64 = 1_000_000_000;

/// Throughput, the first byte, and memory, each with a server and a relay of one kind.
pub fn tables() -> Result<Vec<Table>> {
    let [mut throughput, mut first_byte, mut memory] = [Vec::new(), Vec::new(), Vec::new()];
    for side in ONE_OF_EACH {
        let pair = Pair::start(side)?;
        let name = side.name();
        for (way, server) in [("direct", &pair.upstream), ("relay", &pair.relay)] {
            let path = if way == "direct" { "/server-a/file" } else { "/server-b/file" };
            pair.of_size(GIB / if side == Side::Axum { 1 } else { 4 })?;
            let (rate, cpu) = rate(server, path)?;
            throughput.push(row(format!("{name}, {way}"), &[rate, cpu]));
            // A body of small pieces: what comes first is there long before the end.
            pair.of_size(SMALL)?;
            let wait_ms = wait_for_first_byte_ms(server, &path.replace("file", "stream"))?;
            first_byte.push(row(format!("{name}, {way}"), &[wait_ms]));
        }
        let bytes = if side == Side::Axum { LARGE } else { LESS };
        pair.of_size(bytes)?;
        let before = pair.relay.usage()?.peak_bytes;
        fetch(&pair.relay, "/server-b/file")?;
        let after = pair.relay.usage()?.peak_bytes;
        memory
            .push(row(format!("{name}, {} GB", bytes / 1_000_000_000), &[mib(after), mib(before)]));
    }
    Ok(vec![
        table(
            "A file of 1 GiB (FastAPI: 256 MiB), direct and through the relay",
            &["MiB a second", "CPU of the server that is asked, ms a GiB"],
            throughput,
        ),
        table("The first byte of a body", &["median, ms"], first_byte),
        table("Memory of the relay", &["peak after it, MiB", "peak before, MiB"], memory),
    ])
}

fn table(title: &str, columns: &[&str], rows: Vec<Row>) -> Table {
    let columns = columns.iter().map(|&column| column.to_owned()).collect();
    Table { title: title.to_owned(), columns, rows }
}

fn row(name: String, values: &[f64]) -> Row {
    Row { name, values: values.iter().copied().map(Some).collect() }
}

/// A server, and another one of its kind that relays what it sends.
struct Pair {
    file: tempfile::NamedTempFile,
    upstream: Server,
    relay: Server,
}

impl Pair {
    fn start(side: Side) -> Result<Self> {
        let file = tempfile::NamedTempFile::new()?;
        let path = file.path().display().to_string();
        let upstream = side.start("streaming", Log::On, &[("LESSON_JSON_FILE", path)])?;
        let relay =
            side.start("streaming", Log::On, &[("LESSON_UPSTREAM_URL", upstream.url(""))])?;
        Ok(Self { file, upstream, relay })
    }

    /// Makes the file so large, without a byte on the disk.
    fn of_size(&self, bytes: u64) -> Result<()> {
        Ok(File::create(self.file.path())?.set_len(bytes)?)
    }
}

/// How many MiB a second come, and the CPU time of the server a GiB, in milliseconds.
fn rate(server: &Server, path: &str) -> Result<(f64, f64)> {
    let (mut rates, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = server.usage()?.cpu;
        let (bytes, seconds, _) = fetch(server, path)?;
        let used = server.usage()?.cpu.saturating_sub(before);
        rates.push(bytes / f64::from(1 << 20) / seconds);
        cpu.push(used.as_secs_f64() * 1000.0 * GIB as f64 / bytes);
    }
    Ok((median(rates.into_iter()), median(cpu.into_iter())))
}

fn wait_for_first_byte_ms(server: &Server, path: &str) -> Result<f64> {
    let mut waits = Vec::new();
    for _ in 0..4 * ROUNDS {
        waits.push(1000.0 * fetch(server, path)?.2);
    }
    Ok(median(waits.into_iter()))
}

/// Bytes, seconds until the last one, seconds until the first one, as curl saw it.
fn fetch(server: &Server, path: &str) -> Result<(f64, f64, f64)> {
    let format = "%{size_download} %{time_total} %{time_starttransfer}";
    let text = curl(&["-sS", "--fail", "-o", "/dev/null", "-w", format, &server.url(path)])?;
    let numbers: std::result::Result<Vec<f64>, _> = text.split(' ').map(str::parse).collect();
    match numbers?[..] {
        [bytes, total, first] => Ok((bytes, total, first)),
        _ => Err(format!("curl wrote {text}").into()),
    }
}
