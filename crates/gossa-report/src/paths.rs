//! Display paths: how files are named in output.
//!
//! A file inside the base directory (`-C DIR`) is named relative to it, one of the standard library
//! reads `$GOROOT/src/...`, one of the module cache `$GOMODCACHE/...`, any other is absolute; always
//! with `/`. So output is the same on every machine, and a fingerprint database or a baseline can
//! travel. The most specific root wins: with the base `/home/u`, the cache `/home/u/go/pkg/mod` is
//! still the cache; with the base inside the cache, its files are relative.
//!
//! All of it is done on the text of paths, not on the disk, so Windows paths are handled (and
//! tested) anywhere.

use std::borrow::Cow;

const GOROOT: &str = "$GOROOT";
const GOMODCACHE: &str = "$GOMODCACHE";

/// Whose rules paths follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathStyle {
    /// `/` separates, case counts.
    Unix,
    /// `\` and `/` separate, drives and UNC prefixes exist, ASCII case does not count.
    Windows,
}

impl PathStyle {
    /// The style of the machine that gossa runs on.
    #[must_use]
    pub fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }
}

/// Turns absolute paths into display paths, and back.
#[derive(Clone, Debug)]
pub struct PathDisplay {
    style: PathStyle,
    base: String,
    goroot: Option<String>,
    gomodcache: Option<String>,
}

impl PathDisplay {
    /// A mapping for this machine's paths. The roots are absolute directories.
    #[must_use]
    pub fn new(base: &str, goroot: Option<&str>, gomodcache: Option<&str>) -> Self {
        Self::with_style(PathStyle::native(), base, goroot, gomodcache)
    }

    /// A mapping for paths of a given style.
    #[must_use]
    pub fn with_style(
        style: PathStyle,
        base: &str,
        goroot: Option<&str>,
        gomodcache: Option<&str>,
    ) -> Self {
        let root = |path: &str| clean(style, path);
        let optional = |path: Option<&str>| path.filter(|path| !path.is_empty()).map(root);
        Self { style, base: root(base), goroot: optional(goroot), gomodcache: optional(gomodcache) }
    }

    /// The display path of a file. A relative path is taken as relative to the base.
    #[must_use]
    pub fn display(&self, path: &str) -> String {
        let path = clean(self.style, path);
        let roots = [
            (Some(&self.base), None),
            (self.gomodcache.as_ref(), Some(GOMODCACHE)),
            (self.goroot.as_ref(), Some(GOROOT)),
        ];
        let mut best: Option<(usize, Option<&str>, &str)> = None;
        for (root, name) in roots {
            let Some(root) = root else { continue };
            let Some(rest) = self.inside(root, &path) else {
                continue;
            };
            if best.is_none_or(|(length, ..)| root.len() > length) {
                best = Some((root.len(), name, rest));
            }
        }
        match best {
            Some((_, Some(name), "")) => name.to_owned(),
            Some((_, Some(name), rest)) => format!("{name}/{rest}"),
            Some((_, None, "")) => ".".to_owned(),
            Some((_, None, rest)) => guard_dollar(rest).into_owned(),
            None => guard_dollar(&path).into_owned(),
        }
    }

    /// The file behind a display path, with `/` as separator: the inverse of
    /// [`display`](Self::display).
    #[must_use]
    pub fn resolve(&self, display: &str) -> String {
        let named = [(GOROOT, &self.goroot), (GOMODCACHE, &self.gomodcache)];
        for (name, root) in named {
            if let (Some(rest), Some(root)) = (display.strip_prefix(name), root) {
                if rest.is_empty() {
                    return root.clone();
                }
                if let Some(rest) = rest.strip_prefix('/') {
                    return join(root, rest);
                }
            }
        }
        if is_absolute(self.style, display) {
            display.to_owned()
        } else {
            clean(self.style, &join(&self.base, display))
        }
    }

    /// What follows `root` in `path`, if `path` is `root` or lies below it. Both are clean.
    fn inside<'p>(&self, root: &str, path: &'p str) -> Option<&'p str> {
        if root == "." {
            return (!is_absolute(self.style, path)).then_some(path);
        }
        let head = path.get(..root.len())?;
        let same = match self.style {
            PathStyle::Unix => head == root,
            PathStyle::Windows => head.eq_ignore_ascii_case(root),
        };
        let rest = &path[head.len()..];
        if !same {
            None
        } else if root.ends_with('/') || rest.is_empty() {
            Some(rest)
        } else {
            rest.strip_prefix('/')
        }
    }
}

/// A relative path that begins with a root's name would be taken for that root.
fn guard_dollar(path: &str) -> Cow<'_, str> {
    let taken = [GOROOT, GOMODCACHE].into_iter().any(|name| {
        path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if taken { Cow::Owned(format!("./{path}")) } else { Cow::Borrowed(path) }
}

fn join(root: &str, rest: &str) -> String {
    if root.ends_with('/') { format!("{root}{rest}") } else { format!("{root}/{rest}") }
}

fn is_absolute(style: PathStyle, path: &str) -> bool {
    path.starts_with('/') || (style == PathStyle::Windows && drive(path).is_some())
}

/// The drive of `c:/x`, if the path has one.
fn drive(path: &str) -> Option<&str> {
    let drive = path.get(..2)?;
    let bytes = drive.as_bytes();
    (bytes[0].is_ascii_alphabetic() && bytes[1] == b':').then_some(drive)
}

/// The path with `/` as separator, and without empty, `.` and removable `..` elements.
fn clean(style: PathStyle, path: &str) -> String {
    let path = match style {
        PathStyle::Unix => Cow::Borrowed(path),
        PathStyle::Windows => Cow::Owned(path.replace('\\', "/")),
    };
    // Verbatim paths name the same files: `//?/C:/x` is `C:/x`, `//?/UNC/host/x` is `//host/x`.
    let path = match (style, path.strip_prefix("//?/")) {
        (PathStyle::Windows, Some(rest)) => match rest.strip_prefix("UNC/") {
            Some(share) => Cow::Owned(format!("//{share}")),
            None => Cow::Owned(rest.to_owned()),
        },
        _ => path,
    };
    let (prefix, rest) = match style {
        PathStyle::Windows if path.starts_with("//") => path.split_at(2),
        PathStyle::Windows if drive(&path).is_some() => {
            path.split_at(if path[2..].starts_with('/') { 3 } else { 2 })
        }
        _ => path.split_at(usize::from(path.starts_with('/'))),
    };
    let rooted = prefix.ends_with('/');
    let mut elements: Vec<&str> = Vec::new();
    for element in rest.split('/') {
        match element {
            "" | "." => {}
            ".." if elements.last().is_some_and(|&last| last != "..") => {
                elements.pop();
            }
            ".." if rooted => {}
            _ => elements.push(element),
        }
    }
    let cleaned = format!("{prefix}{}", elements.join("/"));
    if cleaned.is_empty() { ".".to_owned() } else { cleaned }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix() -> PathDisplay {
        PathDisplay::with_style(
            PathStyle::Unix,
            "/home/u/m/",
            Some("/usr/lib/go"),
            Some("/home/u/go/pkg/mod"),
        )
    }

    #[test]
    fn files_of_the_base_are_relative() {
        let paths = unix();
        assert_eq!(paths.display("/home/u/m/pkg/a.go"), "pkg/a.go");
        assert_eq!(paths.display("/home/u/m/./pkg//b/../a.go"), "pkg/a.go");
        assert_eq!(paths.display("pkg/a.go"), "pkg/a.go");
        assert_eq!(paths.display("/home/u/m"), ".");
        assert_eq!(paths.display("/home/u/m/back\\slash.go"), "back\\slash.go");
    }

    #[test]
    fn go_roots_have_names_and_others_are_absolute() {
        let paths = unix();
        assert_eq!(paths.display("/usr/lib/go/src/fmt/print.go"), "$GOROOT/src/fmt/print.go");
        assert_eq!(paths.display("/usr/lib/gopher/a.go"), "/usr/lib/gopher/a.go");
        assert_eq!(
            paths.display("/home/u/go/pkg/mod/golang.org/x/sys@v0.30.0/a.go"),
            "$GOMODCACHE/golang.org/x/sys@v0.30.0/a.go"
        );
        assert_eq!(paths.display("/home/u/m2/a.go"), "/home/u/m2/a.go");
        assert_eq!(paths.display("/home/U/m/a.go"), "/home/U/m/a.go");
    }

    #[test]
    fn the_most_specific_root_wins() {
        let display = |base, path| {
            let paths =
                PathDisplay::with_style(PathStyle::Unix, base, Some("/h/go"), Some("/h/mod"));
            paths.display(path)
        };
        assert_eq!(display("/h", "/h/mod/x@v1/a.go"), "$GOMODCACHE/x@v1/a.go");
        assert_eq!(display("/", "/h/go/src/a.go"), "$GOROOT/src/a.go");
        assert_eq!(display("/", "/etc/a.go"), "etc/a.go");
        assert_eq!(display("/h/mod/x@v1", "/h/mod/x@v1/a.go"), "a.go");
        assert_eq!(display("/h/go/src", "/h/go/src/fmt/a.go"), "fmt/a.go");
        assert_eq!(display("/h/go", "/h/go/src/fmt/a.go"), "src/fmt/a.go");
    }

    #[test]
    fn windows_separators_drives_case_and_prefixes() {
        let paths = PathDisplay::with_style(
            PathStyle::Windows,
            r"C:\Users\u\m",
            Some(r"c:\Program Files\Go"),
            Some(r"C:\Users\u\go\pkg\mod"),
        );
        assert_eq!(paths.display(r"C:\Users\u\m\pkg\a.go"), "pkg/a.go");
        assert_eq!(paths.display(r"c:\users\U\m\pkg\..\A.go"), "A.go");
        assert_eq!(paths.display(r"\\?\C:\Users\u\m\a.go"), "a.go");
        assert_eq!(paths.display(r"C:/Program Files/Go/src/fmt/a.go"), "$GOROOT/src/fmt/a.go");
        assert_eq!(paths.display(r"C:\Users\u\go\pkg\mod\x@v1\a.go"), "$GOMODCACHE/x@v1/a.go");
        assert_eq!(paths.display(r"D:\Users\u\m\a.go"), "D:/Users/u/m/a.go");
        assert_eq!(paths.display(r"\\?\UNC\host\share\a.go"), "//host/share/a.go");
        assert_eq!(paths.display(r"\\host\share\a.go"), "//host/share/a.go");
        assert_eq!(paths.resolve("pkg/a.go"), "C:/Users/u/m/pkg/a.go");
        assert_eq!(paths.resolve("D:/x/a.go"), "D:/x/a.go");
    }

    #[test]
    fn display_paths_lead_back_to_their_files() {
        let paths = unix();
        for file in [
            "/home/u/m/pkg/a.go",
            "/usr/lib/go/src/fmt/print.go",
            "/home/u/go/pkg/mod/x@v1/a.go",
            "/elsewhere/a.go",
            "/home/u/m/$GOROOT/a.go",
            "/home/u/m/$GOROOTS/a.go",
            "/home/u/m",
        ] {
            assert_eq!(paths.resolve(&paths.display(file)), file);
        }
        assert_eq!(paths.display("/home/u/m/$GOROOT/a.go"), "./$GOROOT/a.go");
    }

    #[test]
    fn odd_input_does_not_panic() {
        for style in [PathStyle::Unix, PathStyle::Windows] {
            for base in ["", "/", ".", "é", "C:", "//", r"\\?\"] {
                let paths = PathDisplay::with_style(style, base, Some(base), None);
                for path in ["", "/", "..", "../..", "ü", "C:", "c:é", "//?/", "$GOROOT", "a\\b"]
                {
                    let _ = paths.resolve(&paths.display(path));
                }
            }
        }
    }
}
