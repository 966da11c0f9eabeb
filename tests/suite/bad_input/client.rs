//! An HTTP client that sends what no decent client would: the request's bytes as they are.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No exchange takes longer than this, or it counts as a hang.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// More of a body is not read.
const LONGEST: u64 = 1024 * 1024;

/// A request whose parts need not be valid.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: Vec<u8>,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same with this header instead of the one that it has.
    pub fn instead(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.header(name, value)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target].concat();
        bytes.extend_from_slice(b" HTTP/1.1\r\nhost: localhost\r\n");
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if !self.body.is_empty() {
            bytes.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// In one line, and not longer than helps.
impl Debug for Request {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = self.bytes().escape_ascii().to_string();
        let shown: String = text.chars().take(600).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        write!(f, "{shown}{more}")
    }
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub end: End,
}

impl Reply {
    /// A header's value, or nothing. Our servers write the names in small letters.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.split("\r\n");
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Complete,
    Broken,
    /// There was more than was read: it is long, or goes on for ever.
    Open,
}

/// One client, which keeps its connection as long as the server does.
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Sends a request, and waits for its answer; a body is read for `body_time` at most.
    pub async fn send(&mut self, request: &Request, body_time: Duration) -> Result<Reply, String> {
        let exchange = timeout(PATIENCE, self.exchange(request, body_time)).await;
        let reply = exchange.map_err(|_| "no answer in time".to_owned())?;
        reply.map_err(|error| format!("no answer: {error}"))
    }

    async fn exchange(&mut self, request: &Request, body_time: Duration) -> io::Result<Reply> {
        if let Some(kept) = self.connection.take()
            && let Ok(reply) = self.exchange_on(kept, request, body_time).await
        {
            return Ok(reply);
        }
        // A kept connection may have been closed before the request was there.
        let fresh = BufReader::new(TcpStream::connect(self.address).await?);
        self.exchange_on(fresh, request, body_time).await
    }

    async fn exchange_on(
        &mut self,
        mut connection: BufReader<TcpStream>,
        request: &Request,
        body_time: Duration,
    ) -> io::Result<Reply> {
        connection.write_all(&request.bytes()).await?;
        let mut reply = read_head(&mut connection).await?;
        let mut body = Vec::new();
        let framing = Framing::of(&reply, &request.method);
        let reading = timeout(body_time, framing.read(&mut connection, &mut body)).await;
        reply.end = match reading {
            Ok(Ok(())) if framing.is_long() => End::Open,
            Ok(Ok(())) => End::Complete,
            Ok(Err(_)) => End::Broken,
            Err(_) => End::Open,
        };
        reply.body = body;
        let closes = framing == Framing::Close || reply.header("connection") == "close";
        if reply.end == End::Complete && !closes {
            self.connection = Some(connection);
        }
        Ok(reply)
    }
}

/// The head of the final answer; what comes before, such as `100 Continue`, is passed over.
async fn read_head(connection: &mut BufReader<TcpStream>) -> io::Result<Reply> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if connection.read_until(b'\n', &mut head).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status in {head:?}")))?;
        if status >= 200 {
            return Ok(Reply { status, head, body: Vec::new(), end: End::Complete });
        }
    }
}

/// How the end of a body is known.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Length(u64),
    Chunked,
    Close,
}

impl Framing {
    fn of(reply: &Reply, method: &str) -> Self {
        if method == "HEAD" || matches!(reply.status, 204 | 304) {
            return Self::Length(0);
        }
        if reply.header("transfer-encoding") == "chunked" {
            return Self::Chunked;
        }
        reply.header("content-length").parse().map_or(Self::Close, Self::Length)
    }

    fn is_long(self) -> bool {
        matches!(self, Self::Length(length) if length > LONGEST)
    }

    /// Reads a body to its end, unless it is long.
    async fn read(
        self,
        connection: &mut BufReader<TcpStream>,
        body: &mut Vec<u8>,
    ) -> io::Result<()> {
        match self {
            Self::Length(length) => read_exactly(connection, length.min(LONGEST), body).await,
            Self::Chunked => read_chunks(connection, body).await,
            Self::Close => connection.read_to_end(body).await.map(drop),
        }
    }
}

async fn read_exactly(
    connection: &mut BufReader<TcpStream>,
    length: u64,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    let read = connection.take(length).read_to_end(body).await?;
    if u64::try_from(read) == Ok(length) {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

async fn read_chunks(connection: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut size = String::new();
        connection.read_line(&mut size).await?;
        let size = u64::from_str_radix(size.trim_end(), 16).map_err(io::Error::other)?;
        read_exactly(connection, size, body).await?;
        // Our servers send no trailers, so an empty line ends the last chunk, too.
        read_exactly(connection, 2, &mut Vec::new()).await?;
        if size == 0 {
            return Ok(());
        }
    }
}
