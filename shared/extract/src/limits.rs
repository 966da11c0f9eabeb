//! What a form may cost.

#[cfg(feature = "multipart")]
use std::path::PathBuf;

use axum::http::{Extensions, StatusCode};

use crate::rejection::Rejection;

const MEBIBYTE: usize = 1024 * 1024;

/// How large a [`Form`](crate::Form) may be: FastAPI's `form_limits`, and what else costs memory
/// or disk.
///
/// Set it with a layer, around a route or around all of them. The first three limits and their
/// answers are Starlette's.
///
/// ```
/// use axum::extract::DefaultBodyLimit;
/// use axum::{Extension, Router};
/// use fastapi_extract::FormLimits;
///
/// let app: Router = Router::new()
///     // The whole body, whatever it is: axum's limit is 2 MB unless you set another.
///     .layer(DefaultBodyLimit::max(100 * 1024 * 1024))
///     .layer(Extension(FormLimits::default().max_fields(50)));
/// ```
#[derive(Clone, Debug)]
pub struct FormLimits {
    pub(crate) fields: usize,
    pub(crate) part_size: usize,
    pub(crate) memory: usize,
    #[cfg(feature = "multipart")]
    pub(crate) files: usize,
    #[cfg(feature = "multipart")]
    pub(crate) file_size: u64,
    #[cfg(feature = "multipart")]
    pub(crate) spooled: usize,
    #[cfg(feature = "multipart")]
    pub(crate) temp_dir: Option<PathBuf>,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self {
            fields: 1_000,
            part_size: MEBIBYTE,
            memory: 2 * MEBIBYTE,
            #[cfg(feature = "multipart")]
            files: 1_000,
            #[cfg(feature = "multipart")]
            file_size: u64::MAX,
            #[cfg(feature = "multipart")]
            spooled: MEBIBYTE,
            #[cfg(feature = "multipart")]
            temp_dir: None,
        }
    }
}

impl FormLimits {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    pub(crate) fn check_fields(&self, fields: usize) -> Result<(), Rejection> {
        if fields <= self.fields {
            return Ok(());
        }
        let detail = format!("Too many fields. Maximum number of fields is {}.", self.fields);
        Err(Rejection::raised(StatusCode::BAD_REQUEST, &detail))
    }

    /// How many fields with text there may be; 1,000 unless you set another number. One more is a
    /// 400.
    #[must_use]
    pub fn max_fields(mut self, fields: usize) -> Self {
        self.fields = fields;
        self
    }

    /// How many bytes a field with text may have; 1 MiB unless you set another number. One more is
    /// a 400.
    #[must_use]
    pub fn max_part_size(mut self, bytes: usize) -> Self {
        self.part_size = bytes;
        self
    }

    /// How many bytes of one request stay in memory until it is answered: its text, its names and
    /// headers, its `FileBytes`; 2 MiB unless you set another number. One more is a 413.
    ///
    /// An `UploadFile` does not count, because what is large goes to disk.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }
}

#[cfg(feature = "multipart")]
impl FormLimits {
    /// How many files there may be; 1,000 unless you set another number. One more is a 400.
    #[must_use]
    pub fn max_files(mut self, files: usize) -> Self {
        self.files = files;
        self
    }

    /// How many bytes a file may have. One more is a 413. Unless you set it, only axum's
    /// [`DefaultBodyLimit`](axum::extract::DefaultBodyLimit) counts.
    #[must_use]
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.file_size = bytes;
        self
    }

    /// How many bytes the [`UploadFile`](crate::UploadFile)s of one request may have together
    /// before the next piece goes to a temporary file; 1 MiB unless you set another number.
    #[must_use]
    pub fn max_spooled(mut self, bytes: usize) -> Self {
        self.spooled = bytes;
        self
    }

    /// Where temporary files are made; in [`std::env::temp_dir`] unless you set another folder.
    ///
    /// On many machines that one is in memory. If yours is, set a folder on a disk.
    #[must_use]
    pub fn temp_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp_dir = Some(folder.into());
        self
    }
}
