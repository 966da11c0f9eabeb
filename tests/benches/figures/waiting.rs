//! Requests that wait, and clients that should not.

use std::time::{Duration, Instant};

use crate::Result;
use crate::figures::{Row, Table};
use crate::load::{Amount, Request, send};
use crate::plain::median;
use crate::server::{Log, ONE_OF_EACH, Side};
use crate::usage::mib;

/// How often each server has its turn; the figures are the medians.
const ROUNDS: usize = 3;

/// A thousand requests at once that sleep, and twice as many as the pool has threads that block.
pub fn sleepers() -> Result<Vec<Table>> {
    let sleeping = Request::get("/both/async");
    let blocking = Request::get("/both/sync");
    Ok(vec![
        at_once("1,000 requests at once, each sleeps for half a second", &sleeping, 1000)?,
        at_once("80 requests at once, each blocks a thread for half a second", &blocking, 80)?,
    ])
}

fn at_once(title: &str, request: &Request, requests: u32) -> Result<Table> {
    println!("  {title}");
    let mut servers = Vec::new();
    for side in ONE_OF_EACH {
        // The handlers sleep for ten ticks.
        let server = side.start("async", Log::On, &[("LESSON_TICK_MS", "50".to_owned())])?;
        let idle_bytes = server.usage()?.resident_bytes;
        servers.push((side, server, idle_bytes, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, server, _, turns) in &mut servers {
            let (before, started) = (server.usage()?, Instant::now());
            send(&server.url(request.path), request, Amount::AtOnce(requests))?;
            let seconds = started.elapsed().as_secs_f64();
            let cpu = server.usage()?.cpu.saturating_sub(before.cpu);
            turns.push([seconds, 1000.0 * cpu.as_secs_f64()]);
        }
    }
    let mut rows = Vec::new();
    for (side, server, idle_bytes, turns) in servers {
        let [seconds, cpu_ms] = [0, 1].map(|column| median(turns.iter().map(|turn| turn[column])));
        let values = [seconds, cpu_ms, mib(idle_bytes), mib(server.usage()?.peak_bytes)];
        rows.push(Row { name: side.name(), values: values.map(Some).to_vec() });
    }
    let columns = ["until the last answer, s", "CPU, ms", "memory before, MiB", "peak memory, MiB"];
    Ok(Table {
        title: format!("`GET {}`: {title}", request.path),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    })
}

/// How long a client waits for an answer that leaves a task behind.
pub fn background_tasks() -> Result<Vec<Table>> {
    const A_SECOND: u32 = 200;
    let request = Request::get("/async-awaited/");
    println!("  {A_SECOND} requests a second");
    let mut servers = Vec::new();
    for side in Side::all()? {
        // The task sleeps for ten ticks.
        servers.push((
            side,
            side.start("background-tasks", Log::On, &[("LESSON_TICK_MS", "100".to_owned())])?,
        ));
    }
    let mut turns: Vec<Vec<[f64; 3]>> = servers.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, server), turns) in servers.iter().zip(&mut turns) {
            let before = server.usage()?;
            let time = Duration::from_secs(1);
            let seen =
                send(&server.url(request.path), &request, Amount::PerSecond(A_SECOND, time))?;
            let cpu = server.usage()?.cpu.saturating_sub(before.cpu);
            turns.push([seen.median_ms, seen.p99_ms, cpu.as_secs_f64() * 1e6 / seen.requests]);
        }
    }
    let mut rows = Vec::new();
    for ((side, server), turns) in servers.iter().zip(&turns) {
        let [median_ms, p99_ms, cpu_us] =
            [0, 1, 2].map(|column| median(turns.iter().map(|turn| turn[column])));
        let values = [median_ms, p99_ms, cpu_us, mib(server.usage()?.peak_bytes)];
        rows.push(Row { name: side.name(), values: values.map(Some).to_vec() });
    }
    let columns = ["median, ms", "99 %, ms", "CPU a request, µs", "peak memory, MiB"];
    Ok(vec![Table {
        title: format!(
            "`GET {}` leaves a task of a second behind, {A_SECOND} requests a second",
            request.path
        ),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    }])
}
