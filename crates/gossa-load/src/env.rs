//! Go's settings: environment variables, and behind them the file that
//! `go env -w` writes.

use camino::Utf8PathBuf;
use rustc_hash::FxHashMap;

use crate::config::ModMode;
use crate::system::System;

/// Looks Go's settings up as the go command does.
#[derive(Debug)]
pub(crate) struct GoEnv<'s> {
    system: &'s dyn System,
    /// What `go env -w` has written.
    file: FxHashMap<String, String>,
}

impl<'s> GoEnv<'s> {
    pub(crate) fn new(system: &'s dyn System) -> Self {
        let mut env = GoEnv { system, file: FxHashMap::default() };
        if let Some(path) = env.file_path()
            && let Ok(bytes) = system.read(&path)
        {
            for line in String::from_utf8_lossy(&bytes).lines() {
                if let Some((name, value)) = line.split_once('=')
                    && !name.starts_with('#')
                    && !value.is_empty()
                {
                    env.file.insert(name.trim().to_owned(), value.to_owned());
                }
            }
        }
        env
    }

    fn file_path(&self) -> Option<Utf8PathBuf> {
        match self.system.env_var("GOENV") {
            Some(off) if off == "off" => return None,
            Some(path) => return Some(path.into()),
            None => {}
        }
        let config = if cfg!(windows) {
            Utf8PathBuf::from(self.system.env_var("AppData")?)
        } else if cfg!(target_os = "macos") {
            self.system.home_dir()?.join("Library/Application Support")
        } else {
            match self.system.env_var("XDG_CONFIG_HOME") {
                Some(dir) => dir.into(),
                None => self.system.home_dir()?.join(".config"),
            }
        };
        Some(config.join("go").join("env"))
    }

    /// A setting, from the environment or else from the file.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.system.env_var(name).or_else(|| self.file.get(name).cloned())
    }

    /// The value of a flag in GOFLAGS, written `-name=value` or `--name=value`.
    pub(crate) fn go_flag(&self, name: &str) -> Option<String> {
        let flags = self.get("GOFLAGS")?;
        // As the go command has it: fields may be quoted as a whole.
        let mut value = None;
        for field in split_fields(&flags) {
            let field =
                field.strip_prefix("--").or_else(|| field.strip_prefix('-')).unwrap_or(&field);
            if let Some((key, v)) = field.split_once('=')
                && key == name
            {
                value = Some(v.to_owned());
            }
        }
        value
    }

    /// `-mod` in GOFLAGS.
    pub(crate) fn mod_mode(&self) -> Option<ModMode> {
        match self.go_flag("mod")?.as_str() {
            "mod" => Some(ModMode::Mod),
            "readonly" => Some(ModMode::Readonly),
            "vendor" => Some(ModMode::Vendor),
            _ => None,
        }
    }

    /// The first directory of GOPATH, or its default.
    pub(crate) fn go_path(&self) -> Option<Utf8PathBuf> {
        if let Some(list) = self.get("GOPATH") {
            let first =
                list.split(if cfg!(windows) { ';' } else { ':' }).find(|p| !p.is_empty())?;
            return Some(first.into());
        }
        Some(self.system.home_dir()?.join("go"))
    }

    /// Where downloaded modules are kept.
    pub(crate) fn module_cache(&self) -> Option<Utf8PathBuf> {
        match self.get("GOMODCACHE") {
            Some(dir) => Some(dir.into()),
            None => Some(self.go_path()?.join("pkg").join("mod")),
        }
    }
}

/// Splits at spaces, keeping together what stands in single or double quotes.
fn split_fields(text: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (field, after) = match first {
            '\'' | '"' => match rest[1..].find(first) {
                Some(end) => (&rest[1..=end], &rest[end + 2..]),
                None => (&rest[1..], ""),
            },
            _ => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        fields.push(field.to_owned());
        rest = after.trim_start();
    }
    fields
}

/// Splits the value of a `-tags` flag: commas, or spaces in old usage.
pub(crate) fn split_tags(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split([',', ' ']).filter(|t| !t.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    #[test]
    fn the_environment_wins_over_the_file() {
        let mut system = MemorySystem::new();
        system
            .add_file("/cfg/env", "# c\nGOOS=plan9\nGOARCH=386\nGOFLAGS=-mod=mod\n")
            .set_env("GOENV", "/cfg/env")
            .set_env("GOOS", "linux")
            .set_env("HOME", "/home/me");
        let env = GoEnv::new(&system);
        assert_eq!(env.get("GOOS").as_deref(), Some("linux"));
        assert_eq!(env.get("GOARCH").as_deref(), Some("386"));
        assert_eq!(env.mod_mode(), Some(ModMode::Mod));
        assert_eq!(env.module_cache().unwrap(), "/home/me/go/pkg/mod");
    }

    #[test]
    fn go_flags_are_split() {
        let mut system = MemorySystem::new();
        system.set_env("GOENV", "off").set_env("GOFLAGS", "-v '-tags=a b' --mod=vendor");
        let env = GoEnv::new(&system);
        assert_eq!(env.go_flag("tags").as_deref(), Some("a b"));
        assert_eq!(split_tags("a b,c").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(env.mod_mode(), Some(ModMode::Vendor));
    }
}
