//! Files that a form brings.

mod reader;
mod spool;
mod through_serde;

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt;

use crate::params::header_text;

pub use reader::UploadReader;
pub(crate) use spool::{Arriving, Spool};
pub(crate) use through_serde::{Wanted, offer, placeholder};

/// A file in a [`Form`](crate::Form): FastAPI's [`UploadFile`].
///
/// Needs the feature `multipart`. What is small is in memory. What is large is in a temporary file,
/// one for all files of the request. It has no name, so it is gone with the last `UploadFile` that
/// is in it, even if the process is killed. Clones share both.
///
/// ```
/// use axum::{Router, routing::post};
/// use fastapi_extract::{Form, Json, Rejection, UploadFile};
/// use serde::Deserialize;
/// use serde_json::{Value, json};
///
/// #[derive(Deserialize)]
/// struct Upload {
///     file: UploadFile,          // must be there
///     preview: Option<UploadFile>, // may be left out
///     #[serde(default)]
///     more: Vec<UploadFile>, // several under one name
///     note: Option<String>,
/// }
///
/// async fn upload(Form(upload): Form<Upload>) -> Result<Json<Value>, Rejection> {
///     upload.file.save_to("uploads/1.bin").await?; // a name of your own
///     Ok(Json(json!({ "filename": upload.file.file_name(), "size": upload.file.size() })))
/// }
///
/// let app: Router = Router::new().route("/uploadfile/", post(upload));
/// ```
///
/// A part without a file name is text, and text in the field of a file is a 422, as in FastAPI.
/// What a browser sends for a file that nobody chose (no name, no content) counts as left out.
/// A file that `T` does not ask for is received and not kept.
///
/// [`UploadFile`]: https://fastapi.tiangolo.com/tutorial/request-files/
#[derive(Clone)]
pub struct UploadFile(Arc<Upload>);

struct Upload {
    file_name: String,
    headers: HeaderMap,
    size: u64,
    content: Content,
    shown: OnceLock<Value>,
}

/// Where the bytes of a file are.
pub(crate) enum Content {
    Memory(Bytes),
    /// From here on in a temporary file.
    Disk(Disk, u64),
}

/// The temporary file of a request, in which there can be several of its files. Behind a lock,
/// because there is one position in it for all readers.
pub(crate) type Disk = Arc<Mutex<std::fs::File>>;

impl UploadFile {
    pub(crate) fn new(file_name: String, headers: HeaderMap, size: u64, content: Content) -> Self {
        let shown = OnceLock::new();
        Self(Arc::new(Upload { file_name, headers, size, content, shown }))
    }

    /// What the client calls the file. Show it; never save under it.
    pub fn file_name(&self) -> FileName<'_> {
        FileName(&self.0.file_name)
    }

    /// What the client says the file is, such as `image/png`. Nobody has checked it.
    pub fn content_type(&self) -> Option<&str> {
        self.0.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
    }

    /// The headers of the part. `Content-Transfer-Encoding` is among them and was not obeyed:
    /// forms do without it.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The number of bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// All of the file, in memory. Look at its [`size`](Self::size) first, or use a
    /// [`reader`](Self::reader).
    ///
    /// # Errors
    ///
    /// Those of the disk.
    pub async fn read(&self) -> io::Result<Bytes> {
        if let Content::Memory(bytes) = &self.0.content {
            return Ok(bytes.clone());
        }
        let mut bytes = Vec::new();
        self.reader().read_to_end(&mut bytes).await?;
        Ok(bytes.into())
    }

    /// Reads the file piece by piece, from its start.
    ///
    /// As a body: `Body::from_stream(tokio_util::io::ReaderStream::new(file.reader()))`.
    pub fn reader(&self) -> UploadReader {
        UploadReader::new(self.clone())
    }

    /// Saves the file. What is at `path` is replaced, and at no time is there half a file.
    ///
    /// The path is yours to choose: an id, a hash. One with the client's
    /// [`file_name`](Self::file_name) in it lets the client choose.
    ///
    /// # Errors
    ///
    /// Those of the disk. The folder must exist.
    pub async fn save_to(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let (file, path) = (self.clone(), path.as_ref().to_owned());
        tokio::task::spawn_blocking(move || file.save(&path)).await?
    }

    fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // In the same folder, because a file cannot be renamed to another disk.
        let mut new = new_file(folder.unwrap_or(Path::new(".")))?;
        match &self.0.content {
            Content::Memory(bytes) => io::copy(&mut bytes.as_ref(), new.as_file_mut())?,
            Content::Disk(disk, start) => {
                let mut disk = locked(disk);
                disk.seek(SeekFrom::Start(*start))?;
                io::copy(&mut Read::by_ref(&mut *disk).take(self.0.size), new.as_file_mut())?
            }
        };
        new.persist(path)?;
        Ok(())
    }

    /// What is sent for a file that nobody chose.
    pub(crate) fn is_left_empty(&self) -> bool {
        self.0.file_name.is_empty() && self.0.size == 0
    }

    /// What a report shows.
    pub(crate) fn shown(&self) -> &Value {
        self.0.shown.get_or_init(|| {
            let headers = self.0.headers.iter();
            let headers = headers.map(|(name, value)| (name.as_str(), header_text(value)));
            json!({
                "filename": self.0.file_name,
                "size": self.0.size,
                "headers": headers.collect::<Value>(),
            })
        })
    }
}

/// With the rights that any new file gets; those of a temporary one are its owner's only.
#[cfg(unix)]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder)
}

/// A file is no worse for a panic of somebody who was reading it.
fn locked(file: &Mutex<std::fs::File>) -> MutexGuard<'_, std::fs::File> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for UploadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile")
            .field("file_name", &self.0.file_name)
            .field("content_type", &self.content_type())
            .field("size", &self.0.size)
            .finish_non_exhaustive()
    }
}

/// What a client calls a file: to show it, as in an answer or in a log.
///
/// Any text can be in it. `../../etc/passwd`, `C:\boot.ini`, 4,000 letters or none. So it is no
/// path, and this does not compile:
///
/// ```compile_fail
/// # fn f(file: fastapi_extract::UploadFile) -> std::path::PathBuf {
/// std::path::Path::new("uploads").join(file.file_name())
/// # }
/// ```
///
/// Save under a name of your own, and keep the client's in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileName<'f>(&'f str);

impl<'f> FileName<'f> {
    /// The text as it was sent.
    pub fn as_str(self) -> &'f str {
        self.0
    }
}

impl fmt::Display for FileName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for FileName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// All bytes of a file in a [`Form`](crate::Form), in memory: FastAPI's `bytes` with `File()`.
///
/// Needs the feature `multipart`. For what is small: more than
/// [`FormLimits::max_memory`](crate::FormLimits::max_memory) is a 413. As in FastAPI the field may
/// be text as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileBytes(Bytes);

impl FileBytes {
    /// The bytes, owned.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl Deref for FileBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
