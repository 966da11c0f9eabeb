//! Keeps the files of a request while they arrive.

use std::io;
use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::task::spawn_blocking;

use super::{Content, Disk};

/// How much is written to a disk at a time. What arrives comes in pieces of some kilobytes, and
/// each write costs a switch to another thread.
const PIECE: usize = 256 * 1024;

/// Memory for what is small, and a temporary file for the rest: Starlette's
/// `SpooledTemporaryFile`, but nobody waits for the disk in async code, and all files of a request
/// share one, or a client could use up the open files of the process with small ones.
///
/// The temporary file has no name, so it is gone when it is closed, and dropping this closes it.
pub(crate) struct Spool {
    /// How many bytes may still stay in memory.
    room: usize,
    temp_dir: Option<PathBuf>,
    temporary: Option<Temporary>,
}

struct Temporary {
    writer: BufWriter<File>,
    /// The same file, for those who read it later.
    disk: Disk,
    written: u64,
}

/// A file on its way.
pub(crate) enum Arriving {
    /// Nobody asks for it.
    Nowhere,
    /// To a `FileBytes`.
    InMemory(Vec<u8>),
    /// To an `UploadFile`, in memory as long as there is room.
    Small(Vec<u8>),
    /// To an `UploadFile`, in the temporary file from here on.
    Large(Disk, u64),
}

impl Spool {
    pub(crate) fn new(room: usize, temp_dir: Option<PathBuf>) -> Self {
        Self { room, temp_dir, temporary: None }
    }

    /// Adds a piece to a file. All of a file must come before the next one.
    pub(crate) async fn add(&mut self, file: &mut Arriving, piece: &[u8]) -> io::Result<()> {
        match file {
            Arriving::Nowhere => {}
            Arriving::InMemory(bytes) => bytes.extend_from_slice(piece),
            Arriving::Small(bytes) if piece.len() <= self.room => {
                self.room -= piece.len();
                bytes.extend_from_slice(piece);
            }
            Arriving::Small(bytes) => {
                let bytes = mem::take(bytes);
                self.room += bytes.len();
                let temporary = self.temporary().await?;
                *file = Arriving::Large(Arc::clone(&temporary.disk), temporary.written);
                temporary.write(&bytes).await?;
                temporary.write(piece).await?;
            }
            Arriving::Large(..) => self.temporary().await?.write(piece).await?,
        }
        Ok(())
    }

    async fn temporary(&mut self) -> io::Result<&mut Temporary> {
        match &mut self.temporary {
            Some(temporary) => Ok(temporary),
            none => Ok(none.insert(Temporary::create(self.temp_dir.clone()).await?)),
        }
    }

    /// Writes what is left to write: only now are the files there to be read.
    pub(crate) async fn finish(self) -> io::Result<()> {
        match self.temporary {
            Some(mut temporary) => temporary.writer.flush().await,
            None => Ok(()),
        }
    }
}

impl Temporary {
    async fn create(folder: Option<PathBuf>) -> io::Result<Self> {
        let create = move || {
            let file = match folder {
                Some(folder) => tempfile::tempfile_in(folder)?,
                None => tempfile::tempfile()?,
            };
            Ok((file.try_clone()?, file))
        };
        let (writer, file) = spawn_blocking(create).await.map_err(io::Error::from).flatten()?;
        let writer = BufWriter::with_capacity(PIECE, File::from_std(writer));
        Ok(Self { writer, disk: Arc::new(Mutex::new(file)), written: 0 })
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.writer.write_all(bytes).await
    }
}

impl From<Arriving> for Content {
    fn from(file: Arriving) -> Self {
        match file {
            Arriving::Nowhere => Self::Memory(Vec::new().into()),
            Arriving::InMemory(bytes) | Arriving::Small(bytes) => Self::Memory(bytes.into()),
            Arriving::Large(disk, start) => Self::Disk(disk, start),
        }
    }
}
