//! Where the binaries are.

use std::env;
use std::path::PathBuf;

/// The binary of `function`.
pub(crate) fn binary(function: &str) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "it says which build is tested, and is no setting of Tenon's"
    )]
    let folder = env::var("TENON_FUNCTIONS").ok().map(PathBuf::from);
    let folder = folder.expect(
        "build the functions (cargo build --workspace --bins), and set TENON_FUNCTIONS to their folder",
    );
    // Tests run in their package's folder, people say it from the workspace's.
    let folder = [folder.clone(), PathBuf::from("..").join(&folder)]
        .into_iter()
        .find(|folder| folder.join(function).exists());
    folder
        .unwrap_or_else(|| panic!("there is no binary `{function}` in TENON_FUNCTIONS"))
        .join(function)
}
