//! Paths as bytes with `/` between names, on every system: the one form in which the repository, rules and reports have them.

use std::path::Path;
#[cfg(not(unix))]
use std::path::PathBuf;

/// A path's bytes, with `/` between names.
#[cfg(unix)]
pub(crate) fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// A path's bytes, with `/` between names.
#[cfg(not(unix))]
pub(crate) fn bytes_of(path: &Path) -> Vec<u8> {
    slashed(&path.to_string_lossy())
}

/// The path of these bytes.
#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> &Path {
    use std::os::unix::ffi::OsStrExt;
    Path::new(std::ffi::OsStr::from_bytes(bytes))
}

/// The path of these bytes.
#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The path with `/` where Windows has `\`.
#[cfg(any(not(unix), test))]
fn slashed(path: &str) -> Vec<u8> {
    path.replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{bytes_of, path_of, slashed};
    use std::path::Path;

    #[test]
    fn paths_of_windows_have_slashes() {
        for (path, wanted) in [
            (r"app\client.py", "app/client.py"),
            (r"C:\work\app", "C:/work/app"),
            (r"\\server\share\x", "//server/share/x"),
            (r"\\?\C:\work", "//?/C:/work"),
            (r"mixed/of\both", "mixed/of/both"),
        ] {
            assert_eq!(slashed(path), wanted.as_bytes());
        }
    }

    #[test]
    fn a_path_survives_its_bytes() {
        let path = Path::new("app").join("sub folder").join("ü.py");
        assert_eq!(bytes_of(&path), "app/sub folder/ü.py".as_bytes());
        assert_eq!(path_of(&bytes_of(&path)), path);
    }
}
