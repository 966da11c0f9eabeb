//! Clients that have an event stream open, on which nothing happens.

use std::io::Read;
use std::net::TcpStream;

use crate::Result;
use crate::figures::{Row, Table};
use crate::server::{Log, ONE_OF_EACH, Server};
use crate::usage::mib;

/// How many clients, as many as are open at the same time.
const CLIENTS: [(usize, &str); 2] = [(1_000, "1,000"), (10_000, "10,000")];

/// Memory a client.
pub fn memory() -> Result<Table> {
    let mut rows = Vec::new();
    for side in ONE_OF_EACH {
        let server = side.start("streaming", Log::On, &[])?;
        // The first requests fill caches that no later one does.
        let _first = open(&server, 10)?;
        let before = server.usage()?.resident_bytes;
        let mut clients = Vec::new();
        for (wanted, shown) in CLIENTS {
            let name = format!("{}, {shown} clients", side.name());
            println!("  event streams: {name}");
            clients.extend(open(&server, wanted - clients.len())?);
            let resident = server.usage()?.resident_bytes;
            let kib = resident.saturating_sub(before) as f64 / 1024.0 / wanted as f64;
            rows.push(Row { name, values: vec![Some(kib), Some(mib(resident))] });
        }
    }
    Ok(Table {
        title: "`GET /sse-quiet/`, an event stream on which nothing happens".to_owned(),
        columns: vec!["memory a client, KiB".to_owned(), "memory in all, MiB".to_owned()],
        rows,
    })
}

/// Opens so many streams; each one's head has come.
fn open(server: &Server, clients: usize) -> Result<Vec<TcpStream>> {
    (0..clients).map(|_| head(server.request("/sse-quiet/")?)).collect()
}

/// Reads the head of an answer.
fn head(mut stream: TcpStream) -> Result<TcpStream> {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Err("the server closed an event stream".into()),
            read => seen.extend_from_slice(&buffer[..read]),
        }
    }
    if !seen.starts_with(b"HTTP/1.1 200") {
        return Err(String::from_utf8_lossy(&seen).into());
    }
    Ok(stream)
}
