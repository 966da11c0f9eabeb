//! The parts of a `multipart/form-data` body, while they arrive.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Poll, ready};

use axum::RequestExt;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use futures_util::{StreamExt, stream};
use multer::Multipart;

use crate::body::{not_received, too_large};
use crate::form::Field;
use crate::limits::FormLimits;
use crate::options::{Options, decoded};
use crate::params::Sent;
use crate::rejection::Rejection;
use crate::upload::{Arriving, Spool, UploadFile};

/// How long a boundary may be; RFC 2046 says 70, and python-multipart takes this.
const LONGEST_BOUNDARY: usize = 256;

/// How much may arrive between two parts, which is more than the headers of a part ever have.
/// multer would keep all of it, and search it again with every piece that arrives.
const MOST_HEADERS: usize = 32 * 1024;

/// What a header costs besides its text.
const HEADER: usize = 64;

/// Receives all parts in their order; `keep` tells where the files under a name go.
pub(crate) async fn receive(
    request: Request,
    limits: FormLimits,
    keep: fn(&str) -> Arriving,
) -> Result<Vec<Field>, Rejection> {
    let boundary = boundary(&Options::of(request.headers().get(CONTENT_TYPE)))?;
    let mut incoming = Incoming::new(boundary, request.with_limited_body().into_body());
    let mut receiver = Receiver::new(limits, keep);
    let mut parts = Vec::new();
    while let Some(field) = incoming.next_part().await? {
        parts.push(receiver.part(&mut Part { field, arrived: &incoming.arrived }).await?);
    }
    receiver.spool.finish().await?;
    Ok(parts)
}

fn bad_request(detail: &str) -> Rejection {
    Rejection::raised(StatusCode::BAD_REQUEST, detail)
}

fn invalid() -> Rejection {
    bad_request("Invalid multipart data.")
}

fn boundary(content_type: &Options) -> Result<String, Rejection> {
    let boundary = content_type.get("boundary");
    let boundary = boundary.ok_or_else(|| bad_request("Missing boundary in multipart."))?;
    let boundary = str::from_utf8(boundary).ok().filter(|text| text.len() <= LONGEST_BOUNDARY);
    boundary.map(str::to_owned).ok_or_else(invalid)
}

/// A body on its way, and multer, which cuts it into parts.
struct Incoming {
    multipart: Multipart<'static>,
    arrived: Arc<Arrived>,
}

/// What of a body has arrived.
#[derive(Default)]
struct Arrived {
    total: AtomicU64,
    /// Since multer has found something in it.
    unread: AtomicUsize,
}

impl Arrived {
    /// Counts a piece; an error if multer asks for more and more and finds nothing.
    fn add(&self, piece: &Bytes) -> Result<(), TooMuch> {
        self.total.fetch_add(piece.len() as u64, Ordering::Relaxed);
        let before = self.unread.fetch_add(piece.len(), Ordering::Relaxed);
        if before > MOST_HEADERS { Err(TooMuch) } else { Ok(()) }
    }

    fn is_nothing(&self) -> bool {
        self.total.load(Ordering::Relaxed) == 0
    }

    fn is_read(&self) {
        self.unread.store(0, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the headers of a part do not end")
    }
}

impl std::error::Error for TooMuch {}

impl Incoming {
    fn new(boundary: String, body: Body) -> Self {
        let arrived = Arc::new(Arrived::default());
        let counted = Arc::clone(&arrived);
        let mut body = body.into_data_stream();
        let mut has_given = false;
        // One piece at a time: multer takes all that there is before it looks at any of it.
        let pieces = stream::poll_fn(move |cx| {
            if mem::take(&mut has_given) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let piece = ready!(body.poll_next_unpin(cx));
            has_given = true;
            Poll::Ready(piece.map(|piece| {
                let piece = piece.map_err(Cause::from)?;
                counted.add(&piece)?;
                Ok::<_, Cause>(piece)
            }))
        });
        Self { multipart: Multipart::new(pieces, boundary), arrived }
    }

    async fn next_part(&mut self) -> Result<Option<multer::Field<'static>>, Rejection> {
        let field = self.multipart.next_field().await;
        self.arrived.is_read();
        match field {
            // No body at all: none of the fields is there.
            Err(multer::Error::IncompleteStream) if self.arrived.is_nothing() => Ok(None),
            field => field.map_err(broken),
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there are no more parts.
fn broken(error: multer::Error) -> Rejection {
    match error {
        multer::Error::StreamReadFailed(cause) if cause.is::<TooMuch>() => invalid(),
        multer::Error::StreamReadFailed(cause) => not_received(cause.as_ref()),
        _ => invalid(),
    }
}

/// A part on its way.
struct Part<'p> {
    field: multer::Field<'static>,
    arrived: &'p Arrived,
}

impl Part<'_> {
    async fn piece(&mut self) -> Result<Option<Bytes>, Rejection> {
        let piece = self.field.chunk().await.map_err(broken);
        self.arrived.is_read();
        piece
    }
}

/// Internet Explorer sent the whole path of a file.
fn last_of(path: String) -> String {
    let is_path = path.starts_with(r"\\") || path.get(1..3) == Some(r":\");
    match path.rsplit_once('\\') {
        Some((_, name)) if is_path => name.to_owned(),
        _ => path,
    }
}

/// Takes parts in, and counts what they cost.
struct Receiver {
    limits: FormLimits,
    keep: fn(&str) -> Arriving,
    files: usize,
    fields: usize,
    /// How many bytes stay in memory, without those of the `UploadFile`s.
    memory: usize,
    spool: Spool,
}

impl Receiver {
    fn new(limits: FormLimits, keep: fn(&str) -> Arriving) -> Self {
        let spool = Spool::new(limits.spooled, limits.temp_dir.clone());
        Self { limits, keep, files: 0, fields: 0, memory: 0, spool }
    }

    async fn part(&mut self, part: &mut Part<'_>) -> Result<Field, Rejection> {
        let headers = part.field.headers();
        let cost =
            |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + HEADER;
        self.charge(headers.iter().map(cost).sum())?;
        let options = Options::of(headers.get(CONTENT_DISPOSITION));
        let text = |name| options.get(name).map(|value| decoded(value.to_vec()));
        let name = text("name").ok_or_else(|| {
            bad_request("The Content-Disposition header field \"name\" must be provided.")
        })?;
        let sent = match text("filename") {
            Some(path) => Sent::File(self.file(&name, last_of(path), part).await?),
            None => Sent::Text(self.text(part).await?.into()),
        };
        Ok((name, sent))
    }

    async fn text(&mut self, part: &mut Part<'_>) -> Result<String, Rejection> {
        self.fields += 1;
        self.limits.check_fields(self.fields)?;
        let mut text = Vec::new();
        while let Some(piece) = part.piece().await? {
            if text.len() + piece.len() > self.limits.part_size {
                return Err(bad_request(&format!(
                    "Part exceeded maximum size of {}KB.",
                    self.limits.part_size / 1024
                )));
            }
            self.charge(piece.len())?;
            text.extend_from_slice(&piece);
        }
        Ok(decoded(text))
    }

    async fn file(
        &mut self,
        name: &str,
        file_name: String,
        part: &mut Part<'_>,
    ) -> Result<UploadFile, Rejection> {
        self.files += 1;
        if self.files > self.limits.files {
            return Err(bad_request(&format!(
                "Too many files. Maximum number of files is {}.",
                self.limits.files
            )));
        }
        let headers = part.field.headers().clone();
        let mut file = (self.keep)(name);
        let mut size = 0;
        while let Some(piece) = part.piece().await? {
            size += piece.len() as u64;
            if size > self.limits.file_size {
                return Err(too_large());
            }
            if let Arriving::InMemory(_) = file {
                self.charge(piece.len())?;
            }
            self.spool.add(&mut file, &piece).await?;
        }
        Ok(UploadFile::new(file_name, headers, size, file.into()))
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Rejection> {
        self.memory += bytes;
        if self.memory > self.limits.memory { Err(too_large()) } else { Ok(()) }
    }
}
