//! Reads a file without blocking async code.

use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Content, Disk, UploadFile, locked};

/// How much is read from a disk at a time.
const PIECE: u64 = 256 * 1024;

/// Reads an [`UploadFile`] piece by piece, see [`UploadFile::reader`].
#[derive(Debug)]
pub struct UploadReader {
    file: UploadFile,
    /// How much of the file is read: what comes next is after `piece`.
    position: u64,
    piece: Bytes,
    /// The thread that reads the next piece.
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl UploadReader {
    pub(super) fn new(file: UploadFile) -> Self {
        Self { file, position: 0, piece: Bytes::new(), reading: None }
    }

    /// The next piece; empty at the end of the file.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let rest = self.file.size() - self.position;
        let (disk, start) = match &self.file.0.content {
            _ if rest == 0 => return Poll::Ready(Ok(Bytes::new())),
            Content::Memory(bytes) => return Poll::Ready(Ok(bytes.clone())),
            Content::Disk(disk, start) => (disk, start + self.position),
        };
        let reading = self.reading.get_or_insert_with(|| {
            let disk = Disk::clone(disk);
            spawn_blocking(move || read_at(&disk, start, rest.min(PIECE)))
        });
        let piece = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        Poll::Ready(piece?.map(Bytes::from))
    }
}

fn read_at(disk: &Disk, position: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut disk = locked(disk);
    disk.seek(SeekFrom::Start(position))?;
    let mut piece = Vec::new();
    Read::by_ref(&mut *disk).take(most).read_to_end(&mut piece)?;
    if piece.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece)
}

impl AsyncRead for UploadReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.piece.is_empty() {
            self.piece = ready!(self.poll_piece(cx))?;
            self.position += self.piece.len() as u64;
        }
        let len = buffer.remaining().min(self.piece.len());
        buffer.put_slice(&self.piece.split_to(len));
        Poll::Ready(Ok(()))
    }
}
