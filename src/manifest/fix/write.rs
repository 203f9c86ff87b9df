//! A file replaced at once: whoever reads it sees the old text or the new.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;

/// Puts `after` where `before` stands: a temporary file beside it, the same
/// permissions and where possible the same owner, then a rename. A link stays
/// a link: what it leads to is replaced.
///
/// A file that is no longer `before` is left alone, which is an error.
pub fn write(path: &Path, before: &str, after: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let metadata = fs::metadata(&path)?;
    let mut new = tempfile::Builder::new()
        .prefix(".stickler-")
        .tempfile_in(folder)?;
    new.write_all(after.as_bytes())?;
    new.as_file().set_permissions(metadata.permissions())?;
    // Only root may give a file away; for everybody else it is theirs already.
    let _ = chown(new.path(), Some(metadata.uid()), Some(metadata.gid()));
    new.as_file().sync_all()?;
    if fs::read(&path)? != before.as_bytes() {
        return Err(io::Error::other("the file changed in the meantime"));
    }
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
