//! The archive of an artifact, which a candidate may have written: nothing in it is believed, and
//! nothing is read without a limit.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::domain::results::{ArtifactProblem, TestReport};
use crate::github::{junit, report_file};

/// The most entries.
const ENTRIES_MAX: usize = 500;
/// The largest entry, inflated, in bytes.
const ENTRY_BYTES_MAX: u64 = 5 * 1024 * 1024;
/// The most that is inflated of all entries together, in bytes.
const INFLATED_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// How much larger than itself an entry may become.
const RATIO_MAX: u64 = 100;
/// Short files compress well without being bombs: up to here, in bytes, the ratio does not count.
const RATIO_FREE_BYTES: u64 = 64 * 1024;
/// The file our templates write.
const REPORT_FILE: &str = "tenon-test-results.json";
/// What starts an entry of the central directory.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// The report in the archive: the named file first, then any JSON file that has the three counts,
/// then all `JUnit` files together. Paths are only looked at for how they end.
///
/// The only problem is [`ArtifactProblem::Corrupt`].
pub fn read_report(archive: &[u8], artifact_name: String) -> Result<TestReport, ArtifactProblem> {
    let mut archive = Archive::open(archive).ok_or(ArtifactProblem::Corrupt)?;
    let report = archive.report().map_err(|Corrupt| ArtifactProblem::Corrupt)?;
    report.map(|report| TestReport { artifact_name, ..report }).ok_or(ArtifactProblem::Corrupt)
}

/// The text of the first file whose name ends in that of the file our templates write.
pub fn named_file(archive: &[u8]) -> Option<String> {
    let mut archive = Archive::open(archive)?;
    let named = archive.entries(|name| name.ends_with(REPORT_FILE)).into_iter().next()?;
    let file = archive.inflate(named)?;
    Some(text_of(&file).into_owned())
}

/// A file that should have been read and could not be, so that a report without it would lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt;

struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    inflatable_bytes: u64,
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        // Counted before the directory is parsed, which costs memory for every entry it claims.
        let claimed = bytes.windows(DIRECTORY_ENTRY.len()).filter(|four| *four == DIRECTORY_ENTRY);
        if claimed.take(ENTRIES_MAX + 1).count() > ENTRIES_MAX {
            return None;
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
        // Two files of one name, or in one place, are read differently by different programs.
        let is_plain = !zip.has_duplicate_names() && !zip.has_overlapping_entries().ok()?;
        let fits = zip.len() <= ENTRIES_MAX;
        (is_plain && fits).then_some(Self { zip, inflatable_bytes: INFLATED_BYTES_MAX })
    }

    fn report(&mut self) -> Result<Option<TestReport>, Corrupt> {
        // As written: our templates do not vary the case.
        for index in self.entries(|name| name.ends_with(REPORT_FILE)) {
            let file = self.inflate(index).ok_or(Corrupt)?;
            if let Some(report) = report_file::named(&text_of(&file))? {
                return Ok(Some(report));
            }
        }
        for index in self.entries(|name| !name.ends_with(REPORT_FILE) && ends(name, ".json")) {
            let Some(file) = self.inflate(index) else { continue };
            if let Some(report) = report_file::with_all_counts(&text_of(&file))? {
                return Ok(Some(report));
            }
        }
        let mut tally = None;
        for index in self.entries(|name| ends(name, ".xml")) {
            let file = self.inflate(index).ok_or(Corrupt)?;
            if let Some(more) = junit::tally(&text_of(&file))? {
                tally = Some(more.plus(tally.unwrap_or_default())?);
            }
        }
        Ok(tally.map(junit::Tally::report))
    }

    /// The entries whose names are `wanted`. A name is looked at and not kept: it is no place that
    /// anything is written to.
    fn entries(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let is_wanted = |index: &usize| {
            self.zip.name_for_index(*index).is_some_and(|name| name.is_ok_and(|name| wanted(&name)))
        };
        (0..self.zip.len()).filter(is_wanted).collect()
    }

    /// The entry's content; none if it breaks a limit, its checksum or a rule of the format, or is no
    /// file: a link leads elsewhere.
    fn inflate(&mut self, index: usize) -> Option<Vec<u8>> {
        let file = self.zip.by_index(index).ok()?;
        if !file.is_file() {
            return None;
        }
        let ratio_limit = file.compressed_size().saturating_mul(RATIO_MAX).max(RATIO_FREE_BYTES);
        let limit = ENTRY_BYTES_MAX.min(self.inflatable_bytes).min(ratio_limit);
        let mut content = Vec::new();
        // One byte more than allowed, to know a longer entry from one that just fits.
        let outcome = file.take(limit + 1).read_to_end(&mut content);
        let length = u64::try_from(content.len()).ok()?;
        self.inflatable_bytes = self.inflatable_bytes.saturating_sub(length);
        (outcome.is_ok() && length <= limit).then_some(content)
    }
}

/// Whether a name ends so, in any case.
fn ends(name: &str, ending: &str) -> bool {
    let start = name.len().saturating_sub(ending.len());
    name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// The text of a file in UTF-8 or UTF-16; what is neither becomes replacement characters.
fn text_of(file: &[u8]) -> Cow<'_, str> {
    match file {
        [0xEF, 0xBB, 0xBF, text @ ..] => String::from_utf8_lossy(text),
        [0xFF, 0xFE, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] => utf16(text, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => utf16(file, u16::from_le_bytes),
        [0, first, ..] if *first != 0 => utf16(file, u16::from_be_bytes),
        _ => String::from_utf8_lossy(file),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, str> {
    let (pairs, _odd_byte) = bytes.as_chunks::<2>();
    let chars = char::decode_utf16(pairs.iter().copied().map(unit));
    Cow::Owned(chars.map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests;
