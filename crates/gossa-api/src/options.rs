//! Options of checkers: what users can set in `gossa.toml`, and how a checker reads it.
//!
//! ```
//! use gossa_api::options::{AnyOption, CheckOption};
//!
//! static LIMIT: CheckOption<i64> =
//!     CheckOption::new("long-function", "limit", 100, "Functions of more lines are reported.");
//!
//! assert_eq!(LIMIT.describe().default, "100");
//! ```
//!
//! A checker lists its options in [`Checker::options`] and asks for their
//! values with [`Pass::option`](crate::Pass::option). Users write them in the table of the check:
//!
//! ```toml
//! [checkers.long-function]
//! limit = 60
//! ```

use crate::checker::{Checker, Registry, Selection};
use crate::pass::Pass;
use gossa_base::nearest;

/// An option of a check. `T` is `bool`, `i64`, `String` or `Vec<String>`.
#[derive(Debug)]
pub struct CheckOption<T: Setting> {
    check: &'static str,
    name: &'static str,
    default: T::Default,
    doc: &'static str,
}

impl<T: Setting> CheckOption<T> {
    /// An option of the check with this id: its name, the value that it has if the user says
    /// nothing, and what it is for, in a sentence.
    #[must_use]
    pub const fn new(
        check: &'static str,
        name: &'static str,
        default: T::Default,
        doc: &'static str,
    ) -> Self {
        Self { check, name, default, doc }
    }
}

/// A value that a user sets.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum OptionValue {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string.
    Text(String),
    /// Strings.
    List(Vec<String>),
}

impl OptionValue {
    /// The value's type, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => bool::KIND,
            Self::Int(_) => i64::KIND,
            Self::Text(_) => String::KIND,
            Self::List(_) => Vec::<String>::KIND,
        }
    }
}

/// The types that options have.
pub trait Setting: Sized + 'static {
    /// What a default is written as.
    type Default: Copy + Send + Sync + 'static;
    /// The type in words.
    const KIND: &'static str;
    /// The default as a value.
    fn of_default(default: Self::Default) -> Self;
    /// The value, if it is of this type.
    fn of_value(value: &OptionValue) -> Option<Self>;
    /// As it is written in `gossa.toml`.
    fn written(&self) -> String;
}

impl Setting for bool {
    type Default = Self;
    const KIND: &'static str = "true or false";
    fn of_default(default: Self) -> Self {
        default
    }
    fn of_value(value: &OptionValue) -> Option<Self> {
        if let OptionValue::Bool(value) = value { Some(*value) } else { None }
    }
    fn written(&self) -> String {
        self.to_string()
    }
}

impl Setting for i64 {
    type Default = Self;
    const KIND: &'static str = "a whole number";
    fn of_default(default: Self) -> Self {
        default
    }
    fn of_value(value: &OptionValue) -> Option<Self> {
        if let OptionValue::Int(value) = value { Some(*value) } else { None }
    }
    fn written(&self) -> String {
        self.to_string()
    }
}

impl Setting for String {
    type Default = &'static str;
    const KIND: &'static str = "a string";
    fn of_default(default: &'static str) -> Self {
        default.to_owned()
    }
    fn of_value(value: &OptionValue) -> Option<Self> {
        if let OptionValue::Text(value) = value { Some(value.clone()) } else { None }
    }
    fn written(&self) -> String {
        format!("{self:?}")
    }
}

impl Setting for Vec<String> {
    type Default = &'static [&'static str];
    const KIND: &'static str = "a list of strings";
    fn of_default(default: &'static [&'static str]) -> Self {
        default.iter().map(|&item| item.to_owned()).collect()
    }
    fn of_value(value: &OptionValue) -> Option<Self> {
        if let OptionValue::List(value) = value { Some(value.clone()) } else { None }
    }
    fn written(&self) -> String {
        format!("{self:?}")
    }
}

/// What is known of an option.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct OptionInfo {
    /// The check that it belongs to.
    pub check: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its type in words.
    pub kind: &'static str,
    /// Its default, as it is written in `gossa.toml`.
    pub default: String,
    /// What it is for.
    pub doc: &'static str,
}

/// An option, whatever its type.
pub trait AnyOption: Send + Sync {
    /// What is known of it.
    fn describe(&self) -> OptionInfo;
    /// Whether a value is of its type.
    fn accepts(&self, value: &OptionValue) -> bool;
}

impl<T: Setting> AnyOption for CheckOption<T> {
    fn describe(&self) -> OptionInfo {
        OptionInfo {
            check: self.check,
            name: self.name,
            kind: T::KIND,
            default: T::of_default(self.default).written(),
            doc: self.doc,
        }
    }

    fn accepts(&self, value: &OptionValue) -> bool {
        T::of_value(value).is_some()
    }
}

/// Why an option cannot be set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// The check has no option of this name.
    #[error("`{check}` has no option `{name}`{}", hint(*.nearest))]
    Unknown {
        /// The check.
        check: String,
        /// What was asked for.
        name: String,
        /// The most similar option.
        nearest: Option<&'static str>,
    },
    /// The value is of another type.
    #[error("`{name}` is {expected}, not {found}")]
    Type {
        /// The option.
        name: String,
        /// Its type in words.
        expected: &'static str,
        /// The type of the value.
        found: &'static str,
    },
}

fn hint(nearest: Option<&'static str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

impl Registry {
    /// The options of all checkers, sorted by check and name.
    #[must_use]
    pub fn options(&self) -> Vec<&'static dyn AnyOption> {
        let mut options: Vec<_> = self.checkers().flat_map(Checker::options).collect();
        options.sort_by_key(|option| {
            let info = option.describe();
            (info.check, info.name)
        });
        options
    }
}

impl Selection {
    /// Sets an option of a check.
    ///
    /// # Errors
    /// When the check has no such option, or the value is not of its type.
    pub fn set_option(
        &mut self,
        registry: &Registry,
        check: &str,
        name: &str,
        value: OptionValue,
    ) -> Result<(), OptionError> {
        let options = registry.options();
        let of_check = options.iter().filter(|option| option.describe().check == check);
        let found = of_check.clone().find(|option| option.describe().name == name);
        let Some(option) = found else {
            let nearest = nearest(name, of_check.map(|option| option.describe().name));
            return Err(OptionError::Unknown {
                check: check.to_owned(),
                name: name.to_owned(),
                nearest,
            });
        };
        let info = option.describe();
        if !option.accepts(&value) {
            let (expected, found) = (info.kind, value.kind());
            return Err(OptionError::Type { name: name.to_owned(), expected, found });
        }
        self.options.insert((info.check, info.name), value);
        Ok(())
    }

    /// The value of an option: what the user has set, or its default.
    #[must_use]
    pub fn option<T: Setting>(&self, option: &CheckOption<T>) -> T {
        let set = self.options.get(&(option.check, option.name));
        set.and_then(T::of_value).unwrap_or_else(|| T::of_default(option.default))
    }
}

impl Pass<'_> {
    /// The value of an option: what the user has set, or its default.
    #[must_use]
    pub fn option<T: Setting>(&self, option: &CheckOption<T>) -> T {
        self.selection.option(option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, declare_check};

    declare_check! {
        /// ## What it does
        /// Nothing.
        static CHECK = "some-check": "test", Note, "is a test";
    }
    static DEPTH: CheckOption<i64> = CheckOption::new("some-check", "depth", 3, "How deep.");
    static NAMES: CheckOption<Vec<String>> =
        CheckOption::<Vec<String>>::new("some-check", "names", &["a"], "Which.");

    struct Optional;
    impl Checker for Optional {
        fn checks(&self) -> Vec<&'static Check> {
            vec![&CHECK]
        }
        fn options(&self) -> Vec<&'static dyn AnyOption> {
            vec![&NAMES, &DEPTH]
        }
    }

    #[test]
    fn options_have_their_defaults_until_they_are_set() {
        let registry = Registry::new().with(Optional);
        let mut selection = Selection::default();
        assert_eq!(selection.option(&DEPTH), 3);
        assert_eq!(selection.option(&NAMES), ["a"]);
        selection.set_option(&registry, "some-check", "depth", OptionValue::Int(7)).expect("known");
        assert_eq!(selection.option(&DEPTH), 7);
        let infos: Vec<_> = registry.options().iter().map(|o| o.describe().name).collect();
        assert_eq!(infos, ["depth", "names"]);
    }

    #[test]
    fn what_cannot_be_set_is_an_error_that_helps() {
        let registry = Registry::new().with(Optional);
        let mut selection = Selection::default();
        let mut set = |name: &str, value| {
            let result = selection.set_option(&registry, "some-check", name, value);
            result.unwrap_err().to_string()
        };
        assert_eq!(
            set("dept", OptionValue::Int(1)),
            "`some-check` has no option `dept`; did you mean `depth`?"
        );
        assert_eq!(
            set("depth", OptionValue::Text("1".to_owned())),
            "`depth` is a whole number, not a string"
        );
    }
}
