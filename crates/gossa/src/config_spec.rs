//! `--config SPEC`: one of several builds that a run analyses.
//!
//! A specification names what differs from the other options of the command line:
//! `windows/amd64,cgo=off,tags=netgo+integration`.

use camino::Utf8PathBuf;
use gossa_load::BuildConfig;
use std::str::FromStr;

/// What one `--config` says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ConfigSpec {
    /// As it was written: how findings are labelled.
    pub(crate) name: String,
    goos: Option<String>,
    goarch: Option<String>,
    cgo: Option<bool>,
    tags: Vec<String>,
    go_version: Option<String>,
}

/// What `--config` of `gossa check` names: a build, or a configuration file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ConfigArg {
    /// A build.
    Spec(ConfigSpec),
    /// A file.
    File(Utf8PathBuf),
}

impl FromStr for ConfigArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // No platform and no tag is called so.
        if text.ends_with(".toml") {
            Ok(Self::File(text.into()))
        } else {
            text.parse().map(Self::Spec)
        }
    }
}

impl FromStr for ConfigSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut spec = Self { name: text.to_owned(), ..Self::default() };
        for part in text.split(',') {
            match part.split_once('=') {
                None => spec.platform(part)?,
                Some(("cgo", "on" | "1")) => set(&mut spec.cgo, true, "cgo")?,
                Some(("cgo", "off" | "0")) => set(&mut spec.cgo, false, "cgo")?,
                Some(("cgo", other)) => return Err(format!("cgo is on or off, not `{other}`")),
                Some(("tags", "")) => return Err("tags= names no tags".to_owned()),
                Some(("tags", tags)) => spec.tags.extend(tags.split('+').map(str::to_owned)),
                Some(("go", version)) => set(&mut spec.go_version, version.to_owned(), "go")?,
                Some((key, _)) => {
                    return Err(format!(
                        "`{key}` is none of the keys cgo, tags and go: an example is \
                         `windows/amd64,cgo=off,tags=netgo+integration`"
                    ));
                }
            }
        }
        if spec.tags.iter().any(String::is_empty) {
            return Err("one of the tags is empty".to_owned());
        }
        Ok(spec)
    }
}

fn set<T>(slot: &mut Option<T>, value: T, key: &str) -> Result<(), String> {
    if slot.replace(value).is_some() {
        return Err(format!("`{key}` is given twice"));
    }
    Ok(())
}

impl ConfigSpec {
    fn platform(&mut self, part: &str) -> Result<(), String> {
        match part.split_once('/') {
            Some((os, arch)) if !os.is_empty() && !arch.is_empty() && !arch.contains('/') => {
                set(&mut self.goos, os.to_owned(), "GOOS/GOARCH")?;
                set(&mut self.goarch, arch.to_owned(), "GOOS/GOARCH")
            }
            _ => Err(format!("`{part}` is neither GOOS/GOARCH nor key=value")),
        }
    }

    /// The configuration: what the specification says, and `base` for the rest. Tags add up.
    pub(crate) fn applied_to(&self, base: &BuildConfig) -> BuildConfig {
        let mut config = base.clone();
        if self.goos.is_some() {
            config.goos.clone_from(&self.goos);
            config.goarch.clone_from(&self.goarch);
        }
        config.cgo = self.cgo.or(config.cgo);
        config.tags.extend(self.tags.iter().cloned());
        if self.go_version.is_some() {
            config.go_version.clone_from(&self.go_version);
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_changes_what_it_names_and_keeps_the_rest() {
        let base = BuildConfig {
            goos: Some("linux".into()),
            goarch: Some("amd64".into()),
            tags: vec!["base".into()],
            cgo: Some(true),
            ..BuildConfig::default()
        };
        let spec: ConfigSpec = "windows/arm64,cgo=off,tags=a+b,go=1.22".parse().unwrap();
        let config = spec.applied_to(&base);
        assert_eq!(config.goos.as_deref(), Some("windows"));
        assert_eq!(config.goarch.as_deref(), Some("arm64"));
        assert_eq!(config.cgo, Some(false));
        assert_eq!(config.tags, ["base", "a", "b"]);
        assert_eq!(config.go_version.as_deref(), Some("1.22"));

        let tags_only: ConfigSpec = "tags=x".parse().unwrap();
        let config = tags_only.applied_to(&base);
        assert_eq!((config.goos, config.cgo), (base.goos, base.cgo));
    }

    #[test]
    fn what_is_wrong_with_a_specification_is_said() {
        let wrong = |text: &str| ConfigSpec::from_str(text).unwrap_err();
        assert_eq!(wrong("linux"), "`linux` is neither GOOS/GOARCH nor key=value");
        assert_eq!(wrong("linux/"), "`linux/` is neither GOOS/GOARCH nor key=value");
        assert_eq!(wrong("linux/amd64,linux/arm64"), "`GOOS/GOARCH` is given twice");
        assert_eq!(wrong("linux/amd64,cgo=maybe"), "cgo is on or off, not `maybe`");
        assert!(wrong("goos=linux").starts_with("`goos` is none of the keys"));
        assert_eq!(wrong("tags=a+"), "one of the tags is empty");
    }
}
