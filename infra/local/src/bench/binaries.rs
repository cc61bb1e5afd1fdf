//! The binaries: which there are, where they are, and how large.

use std::fmt;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;
use tokio::process::Command;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A binary that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Name {
    Auth,
    Simulations,
    Candidates,
    Tasks,
    Submissions,
    Admin,
    Webhooks,
    Jobs,
    Sweep,
    /// The one that does nothing, which all others are held against.
    #[value(skip)]
    Bare,
}

impl Name {
    const FUNCTIONS: [Self; 9] = [
        Self::Auth,
        Self::Simulations,
        Self::Candidates,
        Self::Tasks,
        Self::Submissions,
        Self::Admin,
        Self::Webhooks,
        Self::Jobs,
        Self::Sweep,
    ];

    /// What is measured when `functions` are asked for: those, or all nine, and the bare one.
    pub fn asked(functions: &[Self]) -> Vec<Self> {
        let asked = if functions.is_empty() { Self::FUNCTIONS.as_slice() } else { functions };
        let mut asked = asked.to_vec();
        asked.sort_unstable();
        asked.dedup();
        asked.insert(0, Self::Bare);
        asked
    }

    /// The name of its package and its binary.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Simulations => "simulations",
            Self::Candidates => "candidates",
            Self::Tasks => "tasks",
            Self::Submissions => "submissions",
            Self::Admin => "admin",
            Self::Webhooks => "webhooks",
            Self::Jobs => "jobs",
            Self::Sweep => "sweep",
            Self::Bare => "bare",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How large a binary is, in KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Weight {
    /// As it is run.
    pub binary_kib: u64,
    /// As it is uploaded: a zip with the one file.
    pub zip_kib: u64,
}

/// A binary cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// It is not there.
    #[error(
        "there is no {}: leave out --no-build, or run `cargo build --profile {profile} --bin {name}`",
        path.display()
    )]
    Missing {
        /// Which.
        name: Name,
        /// Where it would be.
        path: PathBuf,
        /// The profile it would be of.
        profile: String,
    },
    /// Cargo cannot be run.
    #[error("cannot run cargo")]
    Cargo(#[source] io::Error),
    /// Cargo says why.
    #[error("cargo could not build the functions")]
    Build,
    /// It cannot be read.
    #[error("cannot weigh {}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The binaries of one build.
#[derive(Debug, Clone)]
pub struct Binaries {
    target_dir: PathBuf,
    profile: String,
}

impl Binaries {
    /// Those that Cargo builds with `profile` in `target_dir`, or in `target` of the repository.
    pub fn new(target_dir: Option<PathBuf>, profile: &str) -> Self {
        let target_dir = target_dir.unwrap_or_else(|| root().join("target"));
        Self { target_dir, profile: profile.to_owned() }
    }

    /// Where the binary of `name` is, or would be.
    pub fn path(&self, name: Name) -> PathBuf {
        // Cargo's folder for its development profile is the one with another name.
        let folder = if self.profile == "dev" { "debug" } else { &self.profile };
        self.target_dir.join(folder).join(name.as_str())
    }

    /// Builds `names`; what Cargo has to say goes where ours goes.
    pub async fn build(&self, names: &[Name]) -> Result<(), BinaryError> {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(["build", "--locked", "--profile", &self.profile]);
        cargo.arg("--target-dir").arg(&self.target_dir);
        for name in names {
            cargo.args(["--package", name.as_str(), "--bin", name.as_str()]);
        }
        let ended = cargo.status().await.map_err(BinaryError::Cargo)?;
        if ended.success() { Ok(()) } else { Err(BinaryError::Build) }
    }

    /// How large each of `names` is, in their order.
    pub fn weigh(&self, names: &[Name]) -> Result<Vec<(Name, Weight)>, BinaryError> {
        let weigh = |name: &Name| {
            let path = self.path(*name);
            if !path.is_file() {
                let profile = self.profile.clone();
                return Err(BinaryError::Missing { name: *name, path, profile });
            }
            let weight = weight(&path);
            Ok((*name, weight.map_err(|source| BinaryError::Unreadable { path, source })?))
        };
        names.iter().map(weigh).collect()
    }
}

fn weight(path: &Path) -> io::Result<Weight> {
    let binary = fs::read(path)?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().compression_level(Some(9)))?;
    zip.write_all(&binary)?;
    let zip = zip.finish()?.into_inner();
    Ok(Weight { binary_kib: kib(binary.len()), zip_kib: kib(zip.len()) })
}

fn kib(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(1024)).unwrap_or(u64::MAX)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_nine_functions_are_measured_unless_some_are_asked_for_and_always_the_bare_one() {
        assert_eq!(Name::asked(&[]).len(), 10);
        let twice = [Name::Tasks, Name::Auth, Name::Tasks];
        assert_eq!(Name::asked(&twice), [Name::Bare, Name::Auth, Name::Tasks]);
    }

    #[test]
    fn every_function_is_measured() {
        let folder = fs::read_dir(root().join("functions")).unwrap();
        let mut there: Vec<_> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        there.sort_unstable();
        let mut measured = Name::FUNCTIONS.map(Name::as_str);
        measured.sort_unstable();
        assert_eq!(measured.as_slice(), there);
    }

    #[test]
    fn a_binary_that_is_missing_is_told_with_what_builds_it() {
        let folder = tempfile::tempdir().unwrap();
        let binaries = Binaries::new(Some(folder.path().to_owned()), "release");

        let refused = binaries.weigh(&[Name::Tasks]).unwrap_err().to_string();

        let path = folder.path().join("release/tasks");
        let build = "run `cargo build --profile release --bin tasks`";
        let told = format!("there is no {}: leave out --no-build, or {build}", path.display());
        assert_eq!(refused, told);
    }

    #[test]
    fn a_binary_is_weighed_as_it_is_and_as_it_is_uploaded() {
        let folder = tempfile::tempdir().unwrap();
        let binaries = Binaries::new(Some(folder.path().to_owned()), "dev");
        fs::create_dir(folder.path().join("debug")).unwrap();
        // A KiB and one byte more of what packs well.
        fs::write(binaries.path(Name::Sweep), vec![0; 1025]).unwrap();

        let weights = binaries.weigh(&[Name::Sweep]).unwrap();

        assert_eq!(weights, [(Name::Sweep, Weight { binary_kib: 2, zip_kib: 1 })]);
    }
}
