//! The difference of two texts, line by line, as unified hunks with three lines of context.

use std::fmt::Write;

/// Lines around a change that a hunk repeats.
const CONTEXT_LINES: usize = 3;
/// Above this many pairs of lines in the part that differs, the part counts as replaced as a whole.
const PAIRS_MAX: usize = 4_000_000;
/// Where git cuts the heading of a hunk.
const HEADING_CHARACTERS_MAX: usize = 80;

/// How a text changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// Lines that were added.
    pub additions: usize,
    /// Lines that were taken away.
    pub deletions: usize,
    /// The hunks, without the two header lines and without a newline at the end.
    pub patch: String,
}

/// What became of one line; a line keeps its newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step<'text> {
    Keep(&'text str),
    Remove(&'text str),
    Add(&'text str),
}

/// A run of steps that is printed together; the starts count from 0.
#[derive(Debug)]
struct Hunk<'steps, 'text> {
    old_start: usize,
    new_start: usize,
    steps: &'steps [Step<'text>],
}

impl Difference {
    /// What turns `old` into `new`.
    pub(super) fn between(old: &str, new: &str) -> Self {
        let steps = steps(old, new);
        let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
        let patch: String = hunks(&steps).iter().map(|hunk| hunk.text(&old_lines)).collect();
        Self {
            additions: steps.iter().filter(|step| matches!(step, Step::Add(_))).count(),
            deletions: steps.iter().filter(|step| matches!(step, Step::Remove(_))).count(),
            patch: patch.trim_end_matches('\n').to_owned(),
        }
    }
}

fn steps<'text>(old: &'text str, new: &'text str) -> Vec<Step<'text>> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let pairs = || old.iter().zip(&new);
    let before = pairs().take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - before;
    let backwards = old.iter().rev().zip(new.iter().rev()).take(rest);
    let after = backwards.take_while(|(a, b)| a == b).count();

    let middle = |lines: &[&'text str]| -> Vec<&'text str> {
        lines.iter().take(lines.len() - after).skip(before).copied().collect()
    };
    let mut steps: Vec<Step<'text>> =
        old.iter().take(before).map(|line| Step::Keep(line)).collect();
    steps.extend(middle_steps(&middle(&old), &middle(&new)));
    steps.extend(old.iter().skip(old.len() - after).map(|line| Step::Keep(line)));
    steps
}

// The longest common subsequence, from a table of its lengths for every pair of suffixes.
fn middle_steps<'text>(old: &[&'text str], new: &[&'text str]) -> Vec<Step<'text>> {
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        let removed = old.iter().map(|line| Step::Remove(line));
        return removed.chain(new.iter().map(|line| Step::Add(line))).collect();
    }
    let table = suffix_lengths(old, new);
    let length = |i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                steps.push(Step::Keep(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), Some(_)) if length(i + 1, j) >= length(i, j + 1) => {
                steps.push(Step::Remove(a));
                i += 1;
            }
            (Some(a), None) => {
                steps.push(Step::Remove(a));
                i += 1;
            }
            (_, Some(b)) => {
                steps.push(Step::Add(b));
                j += 1;
            }
            (None, None) => return steps,
        }
    }
}

// Row i, column j: the length of the longest common subsequence of old[i..] and new[j..].
fn suffix_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]];
    for a in old.iter().rev() {
        let below = table.last().cloned().unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        let mut right = 0;
        let cells = row.iter_mut().rev().skip(1);
        let downs = below.iter().rev().skip(1).zip(below.iter().rev());
        for ((cell, (down, diagonal)), b) in cells.zip(downs).zip(new.iter().rev()) {
            right = if a == b { diagonal + 1 } else { right.max(*down) };
            *cell = right;
        }
        table.push(row);
    }
    table.reverse();
    table
}

// Changes whose contexts touch share a hunk.
fn hunks<'steps, 'text>(steps: &'steps [Step<'text>]) -> Vec<Hunk<'steps, 'text>> {
    let changed = |(at, step): (usize, &Step<'_>)| (!matches!(step, Step::Keep(_))).then_some(at);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in steps.iter().enumerate().filter_map(changed) {
        let start = at.saturating_sub(CONTEXT_LINES);
        let end = (at + 1 + CONTEXT_LINES).min(steps.len());
        match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = end,
            Some(_) | None => ranges.push((start, end)),
        }
    }
    let hunk = |(start, end)| {
        let before = steps.get(..start).unwrap_or_default();
        Hunk {
            old_start: lines(before, Side::Old),
            new_start: lines(before, Side::New),
            steps: steps.get(start..end).unwrap_or_default(),
        }
    };
    ranges.into_iter().map(hunk).collect()
}

#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

fn lines(steps: &[Step<'_>], side: Side) -> usize {
    let counts = |step: &&Step<'_>| match (side, step) {
        (Side::Old, Step::Add(_)) | (Side::New, Step::Remove(_)) => false,
        (Side::Old | Side::New, Step::Keep(_) | Step::Remove(_) | Step::Add(_)) => true,
    };
    steps.iter().filter(counts).count()
}

impl Hunk<'_, '_> {
    fn text(&self, old_lines: &[&str]) -> String {
        let old = range(self.old_start, lines(self.steps, Side::Old));
        let new = range(self.new_start, lines(self.steps, Side::New));
        let mut text = format!("@@ -{old} +{new} @@");
        let before = old_lines.get(..self.old_start).unwrap_or_default();
        if let Some(heading) = before.iter().rev().find(|line| is_heading(line)) {
            let heading: String = heading.chars().take(HEADING_CHARACTERS_MAX).collect();
            let _ = write!(text, " {}", heading.trim_end());
        }
        text.push('\n');
        for step in self.steps {
            let (sign, line) = match step {
                Step::Keep(line) => (' ', line),
                Step::Remove(line) => ('-', line),
                Step::Add(line) => ('+', line),
            };
            text.push(sign);
            text.push_str(line);
            if !line.ends_with('\n') {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
        text
    }
}

// Lines count from 1 in a header; an empty side names the line before it; a count of 1 is left out.
fn range(start: usize, count: usize) -> String {
    match count {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{count}", start + 1),
    }
}

// Git's own rule for the line that tells where a hunk is.
fn is_heading(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(additions: usize, deletions: usize, patch: &str) -> Difference {
        Difference { additions, deletions, patch: patch.to_owned() }
    }

    // The hunks are those of `git diff`, git 2.39.
    #[test]
    fn a_change_is_told_in_the_hunks_git_would_print() {
        let line = |number: usize| format!("line {number}\n");
        let old: String = (1..=30).map(line).collect();
        let new = old
            .replace("line 5\n", "changed\n")
            .replace("line 20\n", "line 20\nnew\n")
            .replace("line 27\n", "");
        let new = new.trim_end();

        let expected = "@@ -2,7 +2,7 @@ line 1\n line 2\n line 3\n line 4\n-line 5\n+changed\n \
            line 6\n line 7\n line 8\n@@ -18,13 +18,13 @@ line 17\n line 18\n line 19\n line 20\n\
            +new\n line 21\n line 22\n line 23\n line 24\n line 25\n line 26\n-line 27\n line 28\n \
            line 29\n-line 30\n+line 30\n\\ No newline at end of file";
        assert_eq!(Difference::between(&old, new), difference(3, 3, expected));
    }

    #[test]
    fn a_new_text_is_all_additions_and_an_emptied_one_all_deletions() {
        assert_eq!(Difference::between("", "a\nb\n"), difference(2, 0, "@@ -0,0 +1,2 @@\n+a\n+b"));
        assert_eq!(Difference::between("a\n", ""), difference(0, 1, "@@ -1 +0,0 @@\n-a"));
    }

    #[test]
    fn equal_texts_have_no_hunks() {
        assert_eq!(Difference::between("a\nb", "a\nb"), difference(0, 0, ""));
    }

    #[test]
    fn the_smallest_change_is_found() {
        let found = Difference::between("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n");

        assert_eq!((found.additions, found.deletions), (2, 3));
    }

    #[test]
    fn texts_too_large_to_compare_count_as_replaced() {
        let old = "old\n".repeat(2_001);
        let new = "new\n".repeat(2_001);

        let found = Difference::between(&old, &new);

        assert_eq!((found.additions, found.deletions), (2_001, 2_001));
    }
}
