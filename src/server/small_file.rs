//! Files that are configuration: regular and small.

use std::io::{self, Read as _};
use std::path::Path;

/// Larger than any bundle of certificates: a Secret holds at most 1 MiB.
const MAX_BYTES: u64 = 4 << 20;

/// The content of a regular file. Opening a FIFO would wait for a writer, and a
/// device may have no end.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?;
    if !kind.is_file() {
        let what = if kind.is_dir() {
            "a directory"
        } else {
            "not a regular file"
        };
        return Err(io::Error::other(format!("it is {what}")));
    }
    let mut content = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it has more than 4 MiB"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_sensible_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("good"), "content").unwrap();
        std::os::unix::fs::symlink("good", path("link")).unwrap();
        std::fs::File::create(path("large"))
            .unwrap()
            .set_len(MAX_BYTES + 1)
            .unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(path("fifo"))
            .status();
        assert!(made.unwrap().success());
        for (name, expected) in [
            (path("good"), Ok("content")),
            (path("link"), Ok("content")),
            (path("large"), Err("it has more than 4 MiB")),
            (path("fifo"), Err("it is not a regular file")),
            (path(""), Err("it is a directory")),
            ("/dev/zero".into(), Err("it is not a regular file")),
            (path("none"), Err("No such file or directory (os error 2)")),
        ] {
            let content = read(&name).map_err(|error| error.to_string());
            let expected = expected.map(|text| text.as_bytes().to_vec());
            assert_eq!(content, expected.map_err(str::to_owned), "{name:?}");
        }
    }
}
