//! Package directories that have been read but not yet used.
//!
//! Expanding a pattern has to read each directory to know whether it is a
//! package in this build; loading then takes the result, so that no file is
//! read twice.

use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustc_hash::FxHashMap;

use crate::config::BuildContext;
use crate::listing::Listings;
use crate::package_dir::{PackageScan, ScanOptions, scan_dir, scan_files};

/// Reads package directories on demand; shared between threads.
#[derive(Debug)]
pub(crate) struct Scans<'a> {
    listings: &'a Listings<'a>,
    context: &'a BuildContext,
    /// Of packages of the Go distribution: the tags of its own toolchain.
    std_context: &'a BuildContext,
    goroot_src: Utf8PathBuf,
    keep_text: bool,
    waiting: Mutex<FxHashMap<Utf8PathBuf, PackageScan>>,
}

impl<'a> Scans<'a> {
    pub(crate) fn new(
        listings: &'a Listings<'a>,
        context: &'a BuildContext,
        std_context: &'a BuildContext,
        goroot_src: Utf8PathBuf,
        keep_text: bool,
    ) -> Self {
        Scans { listings, context, std_context, goroot_src, keep_text, waiting: Mutex::default() }
    }

    pub(crate) fn context(&self) -> &BuildContext {
        self.context
    }

    fn waiting(&self) -> MutexGuard<'_, FxHashMap<Utf8PathBuf, PackageScan>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self, dir: &Utf8Path) -> ScanOptions<'a> {
        let context =
            if dir.starts_with(&self.goroot_src) { self.std_context } else { self.context };
        ScanOptions { context, keep_text: self.keep_text, use_all_files: false }
    }

    /// Reads a directory, unless it has been read, and looks at the result.
    fn look<R>(&self, dir: &Utf8Path, look: impl FnOnce(&PackageScan) -> R) -> R {
        if let Some(scan) = self.waiting().get(dir) {
            return look(scan);
        }
        let scan = scan_dir(self.listings, dir, self.options(dir));
        let result = look(&scan);
        self.waiting().insert(dir.to_owned(), scan);
        result
    }

    /// Whether a directory holds nothing for this build.
    pub(crate) fn is_empty(&self, dir: &Utf8Path) -> bool {
        self.look(dir, PackageScan::is_empty)
    }

    /// The name of the package in a directory.
    pub(crate) fn name_of(&self, dir: &Utf8Path) -> String {
        self.look(dir, |scan| scan.name.clone())
    }

    /// The contents of a directory, for good.
    pub(crate) fn take(&self, dir: &Utf8Path) -> PackageScan {
        let waiting = self.waiting().remove(dir);
        waiting.unwrap_or_else(|| scan_dir(self.listings, dir, self.options(dir)))
    }

    /// A package made of the named files of a directory, whatever their constraints.
    pub(crate) fn take_files(&self, dir: &Utf8Path, names: &[String]) -> PackageScan {
        let options = ScanOptions { use_all_files: true, ..self.options(dir) };
        scan_files(self.listings, dir, names, options)
    }
}
