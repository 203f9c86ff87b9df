//! Atomic replacement of a file: it has the old text or the new at any time.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;

use crate::manifest::decode::{Encoding, encode};

/// Replaces `before` with `after`: a temporary file beside it, the same
/// permissions and where possible the same owner, then a rename. A link stays
/// a link: its target is replaced.
///
/// A file that holds `after` already, since a link to it was written, is left
/// as it is. One that holds neither is left alone, which is an error, and so is
/// one with bytes that are not a text's.
pub fn write(path: &Path, before: &str, after: &str, encoding: Encoding) -> io::Result<()> {
    let bytes = |text: &str| {
        let message = "the file is not UTF-8 throughout: convert it first";
        encode(text, encoding).ok_or_else(|| io::Error::other(message))
    };
    let (before, after) = (bytes(before)?, bytes(after)?);
    let path = fs::canonicalize(path)?;
    if fs::read(&path)? == after {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let metadata = fs::metadata(&path)?;
    let mut new = tempfile::Builder::new()
        .prefix(".stickler-")
        .tempfile_in(folder)?;
    new.write_all(&after)?;
    new.as_file().set_permissions(metadata.permissions())?;
    // Only root may give a file away; for everybody else it is theirs already.
    let _ = chown(new.path(), Some(metadata.uid()), Some(metadata.gid()));
    new.as_file().sync_all()?;
    if fs::read(&path)? != before {
        return Err(io::Error::other("the file changed in the meantime"));
    }
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
