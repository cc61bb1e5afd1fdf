//! What the environment and the file `.env` tell the development stack. The functions themselves
//! never read a file.

use std::collections::BTreeMap;
use std::io;

use shared::config::settings;

/// The file, in the working directory.
pub const FILE: &str = ".env";
/// Where the development stack is, whatever it is told.
const ENVIRONMENT: &str = "TENON_ENV";

/// What is told, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Settings.
    pub settings: BTreeMap<String, String>,
    /// Names like a setting's that are none's.
    pub unknown: Vec<String>,
}

/// The environment or the file cannot be used. No value is shown: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// The file cannot be read.
    #[error("cannot read {FILE}")]
    Unreadable(#[source] io::Error),
    /// A line of the file is no setting.
    #[error(
        "{FILE}, line {line}, is not NAME=value; a value with blanks, quotes or $ stands between \
         single quotes"
    )]
    Malformed {
        /// Its number, from 1.
        line: usize,
    },
    /// The stack is told to be something else than local.
    #[error(
        "{ENVIRONMENT} says `{0}`, but `cargo dev` is for `local` only: unset it, or take it out of \
         {FILE}"
    )]
    NotLocal(String),
}

/// Settings of the environment, and of the `file` those that the environment does not have.
pub fn told(
    environment: impl IntoIterator<Item = (String, String)>,
    file: Option<&str>,
) -> Result<Told, EnvironmentError> {
    let mut all = file.map(read).transpose()?.unwrap_or_default();
    all.extend(environment);
    let mut told = Told::default();
    for (name, value) in all {
        let mut known = settings::ALL.iter().flat_map(|group| group.settings);
        if known.any(|setting| setting.name == name) {
            told.settings.insert(name, value);
        } else if name.starts_with("TENON_") {
            told.unknown.push(name);
        }
    }
    // The stack says it itself: nothing at all would mean production.
    let environment = told.settings.remove(ENVIRONMENT).unwrap_or_default();
    match environment.trim() {
        "" => Ok(told),
        text if text.eq_ignore_ascii_case("local") => Ok(told),
        other => Err(EnvironmentError::NotLocal(other.to_owned())),
    }
}

/// The variables of an environment file; of two with one name the first counts.
fn read(text: &str) -> Result<BTreeMap<String, String>, EnvironmentError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut variables = BTreeMap::new();
    for entry in dotenvy::from_read_iter(text.as_bytes()) {
        match entry {
            Ok((name, value)) => {
                variables.entry(name).or_insert(value);
            }
            Err(dotenvy::Error::LineParse(wrong, _at)) => {
                return Err(EnvironmentError::Malformed { line: line_of(&wrong, text) });
            }
            Err(other) => return Err(EnvironmentError::Unreadable(io::Error::other(other))),
        }
    }
    Ok(variables)
}

/// The number of the line at which `wrong` begins: the reader tells its text only.
fn line_of(wrong: &str, text: &str) -> usize {
    let begins = wrong.lines().next().unwrap_or_default().trim();
    text.lines().position(|line| line.trim() == begins).map_or(1, |before| before + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    fn settings(environment: &[(&str, &str)], file: &str) -> Vec<(String, String)> {
        told(pairs(environment), Some(file)).unwrap().settings.into_iter().collect()
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_fills_what_it_leaves() {
        let file = "TENON_GITHUB_ORG=file\nTENON_DEBUG_PERF=1\n";
        let expected = pairs(&[("TENON_DEBUG_PERF", "1"), ("TENON_GITHUB_ORG", "environment")]);
        assert_eq!(settings(&[("TENON_GITHUB_ORG", "environment")], file), expected);
        // A variable that is set to nothing is set.
        let expected = pairs(&[("TENON_DEBUG_PERF", "1"), ("TENON_GITHUB_ORG", "")]);
        assert_eq!(settings(&[("TENON_GITHUB_ORG", "")], file), expected);
    }

    #[test]
    fn names_without_the_prefix_are_settings_too_and_other_names_are_not() {
        let file = "\u{feff}# mail\nexport SMTP_HOST=mail.example.com\nSMTP_PASSWORD='a b$c\"'\n\
            SENDGRID_API_KEY=x # a comment\nDEV_AUTH_BYPASS=1\nAWS_PROFILE=mine\nPATH=/evil\n";
        let expected = [
            ("DEV_AUTH_BYPASS", "1"),
            ("SENDGRID_API_KEY", "x"),
            ("SMTP_HOST", "mail.example.com"),
            ("SMTP_PASSWORD", "a b$c\""),
        ];
        assert_eq!(settings(&[("HOME", "/root")], file), pairs(&expected));
    }

    #[test]
    fn a_name_that_is_like_a_setting_and_is_none_is_told() {
        let told = told(pairs(&[("TENON_TYPO", "1")]), Some("TENON_OTHER=2")).unwrap();
        assert_eq!(
            (told.unknown, told.settings.len()),
            (vec!["TENON_OTHER".into(), "TENON_TYPO".into()], 0)
        );
    }

    #[test]
    fn a_line_that_is_no_setting_is_told_by_its_number_and_without_its_text() {
        for (file, line) in [
            ("TENON_GITHUB_ORG=a\n\n# ok\nthis is a s3cret\n", 4),
            ("TENON_EMAIL_FROM=Tenon <s3cret@example.com>\n", 1),
            ("A=1\nTENON_GITHUB_TOKEN=\"s3cret\nB=2\n", 2),
        ] {
            let refused = told([], Some(file)).unwrap_err().to_string();
            assert!(refused.starts_with(&format!(".env, line {line}, is not")), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn the_stack_is_local_and_nothing_else() {
        for local in ["local", " LOCAL ", ""] {
            let told = told(pairs(&[("TENON_ENV", local)]), None).unwrap();
            assert_eq!(told, Told::default(), "{local}");
        }
        for other in ["prod", "test", "staging"] {
            let refused = told([], Some(&format!("TENON_ENV={other}"))).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("TENON_ENV says `{other}`, but")), "{refused}");
        }
    }
}
