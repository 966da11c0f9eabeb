//! A body that passes through a second server.

use std::fs::{File, rename};
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::Result;
use crate::figures::{Row, Table};
use crate::plain::median;
use crate::server::{Log, ONE_OF_EACH, Server, Side, curl};
use crate::usage::mib;

/// How often each way is taken; the figures are the medians.
const ROUNDS: usize = 3;

/// What passes in a round.
const GIB: u64 = 1 << 30;

/// A body that is sent one character at a time.
const SMALL: u64 = 100;

/// How often it is sent in a round.
const SMALL_BODIES: usize = 5;

/// What passes through the relay to see whether its memory grows: 10 GB.
const LARGE: u64 = 10_000_000_000;

/// What passes through FastAPI's relay, which takes longer.
const LESS: u64 = 1_000_000_000;

/// Throughput, the first byte, and memory, each with a server and a relay of one kind.
pub fn tables() -> Result<Vec<Table>> {
    let mut ways = Vec::new();
    let mut pairs = Vec::new();
    for side in ONE_OF_EACH {
        pairs.push(Pair::start(side)?);
        ways.extend([Way::new(side, "direct"), Way::new(side, "relay")]);
    }
    println!("  a body, direct and through the relay");
    for _ in 0..ROUNDS {
        for (index, way) in ways.iter_mut().enumerate() {
            way.take(&pairs[index / 2])?;
        }
    }
    let mut memory = Vec::new();
    for (pair, bytes) in pairs.iter().zip([LARGE, LESS]) {
        let name = format!("{}, {} GB", pair.side.name(), bytes / 1_000_000_000);
        println!("  memory of the relay: {name}");
        pair.without_end()?;
        let before = pair.relay.usage()?.peak_bytes;
        read(&pair.relay, "/server-b/file", bytes)?;
        let after = pair.relay.usage()?.peak_bytes;
        memory.push(row(name, &[mib(after), mib(before)]));
    }
    Ok(vec![
        table(
            "A file of 1 GiB (FastAPI: 256 MiB), direct and through the relay",
            &["MiB a second", "CPU of the server that is asked, ms a GiB"],
            ways.iter().map(Way::throughput).collect(),
        ),
        table(
            "The first byte of a body",
            &["median, ms"],
            ways.iter().map(Way::first_byte).collect(),
        ),
        table("Memory of the relay", &["peak after it, MiB", "peak before, MiB"], memory),
    ])
}

/// A way for a body to come, and what was measured of it.
struct Way {
    name: String,
    is_relayed: bool,
    mib_per_second: Vec<f64>,
    cpu_ms_per_gib: Vec<f64>,
    first_byte_ms: Vec<f64>,
}

impl Way {
    fn new(side: Side, way: &str) -> Self {
        Self {
            name: format!("{}, {way}", side.name()),
            is_relayed: way == "relay",
            mib_per_second: Vec::new(),
            cpu_ms_per_gib: Vec::new(),
            first_byte_ms: Vec::new(),
        }
    }

    /// One round: the large body, and some small ones.
    fn take(&mut self, pair: &Pair) -> Result<()> {
        let (server, letter) = match self.is_relayed {
            true => (&pair.relay, "b"),
            false => (&pair.upstream, "a"),
        };
        pair.of_size(if pair.side == Side::Axum { GIB } else { GIB / 4 })?;
        let before = server.usage()?.cpu;
        let (bytes, seconds, _) = fetch(server, &format!("/server-{letter}/file"))?;
        let cpu = server.usage()?.cpu.saturating_sub(before);
        self.mib_per_second.push(bytes / f64::from(1 << 20) / seconds);
        self.cpu_ms_per_gib.push(cpu.as_secs_f64() * 1000.0 * GIB as f64 / bytes);
        // A body of small pieces: what comes first is there long before the end.
        pair.of_size(SMALL)?;
        for _ in 0..SMALL_BODIES {
            let (_, _, wait) = fetch(server, &format!("/server-{letter}/stream"))?;
            self.first_byte_ms.push(1000.0 * wait);
        }
        Ok(())
    }

    fn throughput(&self) -> Row {
        let [rate, cpu] = [&self.mib_per_second, &self.cpu_ms_per_gib]
            .map(|values| median(values.iter().copied()));
        row(self.name.clone(), &[rate, cpu])
    }

    fn first_byte(&self) -> Row {
        row(self.name.clone(), &[median(self.first_byte_ms.iter().copied())])
    }
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
    side: Side,
    folder: TempDir,
    upstream: Server,
    relay: Server,
}

impl Pair {
    fn start(side: Side) -> Result<Self> {
        let folder = TempDir::new()?;
        let path = file_in(&folder).display().to_string();
        let upstream = side.start("streaming", Log::On, &[("LESSON_JSON_FILE", path)])?;
        let relay =
            side.start("streaming", Log::On, &[("LESSON_UPSTREAM_URL", upstream.url(""))])?;
        Ok(Self { side, folder, upstream, relay })
    }

    /// Makes the file so large, without a byte on the disk.
    ///
    /// It is another file then, so that the system keeps what it has read of the first one:
    /// how fast it prepares pages for a new file is not what is measured.
    fn of_size(&self, bytes: u64) -> Result<()> {
        let sized = self.folder.path().join(bytes.to_string());
        File::options().create(true).append(true).open(&sized)?.set_len(bytes)?;
        self.send(&sized)
    }

    /// Sends zeros for as long as somebody reads.
    fn without_end(&self) -> Result<()> {
        self.send(Path::new("/dev/zero"))
    }

    fn send(&self, file: &Path) -> Result<()> {
        let link = self.folder.path().join("link");
        symlink(file, &link)?;
        Ok(rename(link, file_in(&self.folder))?)
    }
}

/// The file that the server sends.
fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("file")
}

/// Reads so many bytes of an answer, and leaves.
fn read(server: &Server, path: &str, bytes: u64) -> Result<()> {
    let came = io::copy(&mut server.request(path)?.take(bytes), &mut io::sink())?;
    if came < bytes { Err(format!("only {came} bytes of {path}").into()) } else { Ok(()) }
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
