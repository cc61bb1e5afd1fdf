//! The settings, written for people: `docs/settings.md` and `.env.example`.

use std::fmt::Write;

use shared::config::settings::{ALL, RETIRED, Setting, Unset};

/// The name that `.env.example` leaves out: the development stack is always `local`.
const FIXED: &str = "TENON_ENV";

/// `docs/settings.md`: every setting with its default and its meaning.
pub fn reference() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Every function reads them from its environment when it starts, and does not start with a \
         wrong one: all mistakes are\ntold together, by name. Switches are `1`, `0`, `true` or \
         `false` in any case. In `prod`, addresses are `https`, but for those\nof the machine itself. \
         Written by `cargo dev docs`.\n\n\
         Those marked (secret) may be in a secret of AWS Secrets Manager instead, which \
         `TENON_SECRET_ARN` names: a JSON object\nof texts by these names, and by no others. It is read \
         when the first of them is needed, once for a process: after a change\nof the secret, replace the \
         processes (by deploying). What the environment\n\
         says wins. While the secret cannot be read or is wrong, what needs it is answered 503 with \
         `CONFIGURATION_UNAVAILABLE`, the\nlog says why, by name and never by value, and the alarm \
         `SecretUnreachable` is raised; it is read again at most once a\nsecond until it is right. What \
         needs no secret goes on working.\n",
    );
    for group in ALL {
        line(&mut page, format_args!("\n## {}\n", group.title));
        line(&mut page, format_args!("| setting | when it is not set | meaning |"));
        line(&mut page, format_args!("| --- | --- | --- |"));
        for Setting { name, unset, meaning, secret } in group.settings {
            let (unset, mark) = (when_unset(*unset), if *secret { " (secret)" } else { "" });
            line(&mut page, format_args!("| `{name}`{mark} | {unset} | {meaning} |"));
        }
    }
    line(&mut page, format_args!("\n## No longer read\n"));
    line(&mut page, format_args!("| setting of the service before | why not |"));
    line(&mut page, format_args!("| --- | --- |"));
    for (name, why) in RETIRED {
        line(&mut page, format_args!("| `{name}` | {why} |"));
    }
    page
}

fn when_unset(unset: Unset) -> String {
    match unset {
        Unset::Refused => "the process does not start".to_owned(),
        Unset::Means(value) => format!("`{value}`"),
        Unset::Described(words) => words.to_owned(),
    }
}

/// `.env.example`: every setting that the development stack takes, commented out.
pub fn environment_example() -> String {
    let mut file = String::from(
        "# Settings of the development stack. Copy this file to .env, which stays out of Git, and take \
         the # away\n# from what is to change: `cargo dev` provides the rest. A variable of the \
         environment wins over this file.\n# Put a value with blanks, quotes or $ between single \
         quotes. Written by `cargo dev docs`.\n",
    );
    for group in ALL {
        line(&mut file, format_args!("\n# {}", group.title.to_uppercase()));
        for Setting { name, unset, meaning, .. } in group.settings {
            if *name == FIXED {
                continue;
            }
            line(&mut file, format_args!("\n# {meaning}"));
            match unset {
                Unset::Refused => line(&mut file, format_args!("#{name}=")),
                Unset::Means(value) => line(&mut file, format_args!("#{name}={}", quoted(value))),
                Unset::Described(words) => {
                    line(&mut file, format_args!("# When it is not set: {words}."));
                    line(&mut file, format_args!("#{name}="));
                }
            }
        }
    }
    file
}

/// A value as an environment file takes it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{value}'") }
}

fn line(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{more}");
}
