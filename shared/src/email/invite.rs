//! The mail that invites a candidate.

use askama::Template;
use jiff::Timestamp;

use crate::domain::email_address::EmailAddress;
use crate::domain::invite_mail::MailKey;
use crate::email::{Mail, Subject, one_line};

/// What an invite mail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invite<'a> {
    /// Whom it greets.
    pub candidate_name: &'a str,
    /// The role the simulation is about.
    pub role: &'a str,
    /// The simulation's title.
    pub simulation_title: &'a str,
    /// Who invites; none for a recruiter without a company.
    pub company_name: Option<&'a str>,
    /// The link that opens the invite.
    pub url: &'a str,
    /// The day the link stops working, as `YYYY-MM-DD` in UTC.
    pub expires_on: &'a str,
    /// Where the candidate says which GitHub account is theirs; none when it is known.
    pub username_url: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "invite.txt", escape = "none")]
struct Text<'a> {
    invite: &'a Invite<'a>,
}

#[derive(Template)]
#[template(path = "invite.html")]
struct Html<'a> {
    invite: &'a Invite<'a>,
}

impl Invite<'_> {
    /// Mail `key` to `to`, written at `at`. Control characters are taken out of every field, and the
    /// HTML part is escaped.
    pub fn mail(&self, to: &EmailAddress, key: MailKey, at: Timestamp) -> Mail {
        let (candidate_name, role) = (one_line(self.candidate_name), one_line(self.role));
        let (simulation_title, url) = (one_line(self.simulation_title), one_line(self.url));
        let (company_name, expires_on) =
            (self.company_name.map(one_line), one_line(self.expires_on));
        let username_url = self.username_url.map(one_line);
        let invite = Invite {
            candidate_name: &candidate_name,
            role: &role,
            simulation_title: &simulation_title,
            company_name: company_name.as_deref(),
            url: &url,
            expires_on: &expires_on,
            username_url: username_url.as_deref(),
        };
        Mail {
            key,
            at,
            to: to.clone(),
            subject: Subject::new(&format!("You're invited: {simulation_title}")),
            text: Text { invite: &invite }.to_string(),
            html: Html { invite: &invite }.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::CandidateSessionId;

    fn to_ada(invite: Invite<'_>) -> Mail {
        let to = EmailAddress::parse("ada@example.com").unwrap();
        let key = MailKey { session: CandidateSessionId::new(12), number: 1 };
        invite.mail(&to, key, Timestamp::UNIX_EPOCH)
    }

    const INVITE: Invite<'_> = Invite {
        candidate_name: "Ada Example",
        role: "Backend Engineer",
        simulation_title: "Payments API",
        company_name: Some("Example Ltd"),
        url: "https://portal.example/candidate/session/Zx-43_chars",
        expires_on: "2026-03-16",
        username_url: None,
    };

    #[test]
    fn the_text_part_says_everything_in_plain_words() {
        let mail = to_ada(INVITE);

        assert_eq!(mail.to.as_str(), "ada@example.com");
        assert_eq!(mail.subject.as_str(), "You're invited: Payments API");
        assert_eq!(
            mail.text,
            "Hello Ada Example,\n\
             \n\
             Example Ltd invites you to a Tenon work simulation for the role of Backend Engineer.\n\
             \n\
             Simulation: Payments API\n\
             Role: Backend Engineer\n\
             \n\
             It covers five days of real work, each with one task, and you set the pace. Open your\n\
             invitation here:\n\
             \n\
             https://portal.example/candidate/session/Zx-43_chars\n\
             \n\
             The link is yours alone and works until 2026-03-16 (UTC).\n\
             \n\
             If you did not expect this mail, you can ignore it.\n\
             \n\
             Tenon\n"
        );
    }

    #[test]
    fn the_html_part_holds_the_same_fields_and_the_link() {
        let html = to_ada(INVITE).html;

        for field in
            ["Ada Example", "Example Ltd", "Backend Engineer", "Payments API", "2026-03-16"]
        {
            assert!(html.contains(field), "{field}");
        }
        assert!(html.contains(r#"href="https://portal.example/candidate/session/Zx-43_chars""#));
    }

    #[test]
    fn who_is_not_known_on_github_is_asked_under_a_link_of_their_own() {
        let link = "https://api.example/api/candidate/github/Zx-43_chars";

        let mail = to_ada(Invite { username_url: Some(link), ..INVITE });

        let asked = "On two of the days you work in a repository on GitHub. Tell us your GitHub \
                     username now,\nso that it is open to you when you get there:\n\n";
        assert!(mail.text.contains(&format!("{asked}{link}\n\n")), "{}", mail.text);
        assert!(mail.html.contains(&format!(r#"href="{link}""#)));
        assert!(!to_ada(INVITE).html.contains("GitHub"));
    }

    #[test]
    fn a_recruiter_without_a_company_is_not_named() {
        let mail = to_ada(Invite { company_name: None, ..INVITE });

        assert!(mail.text.contains("You are invited to a Tenon work simulation for the role of"));
        assert!(mail.html.contains("You are invited to a Tenon work simulation"));
    }

    #[test]
    fn markup_in_a_field_stays_text_in_the_html_part() {
        let invite = Invite { candidate_name: "<img src=x>", url: "https://x/\"><b>", ..INVITE };

        let mail = to_ada(invite);

        assert!(mail.text.contains("Hello <img src=x>,"));
        assert!(!mail.html.contains("<img"));
        assert!(!mail.html.contains("<b>"));
    }

    #[test]
    fn a_field_cannot_add_a_header_or_turn_the_text_around() {
        let invite = Invite { simulation_title: "Pay\r\nBcc: x@y\u{202E}ments", ..INVITE };

        assert_eq!(to_ada(invite).subject.as_str(), "You're invited: PayBcc: x@yments");
    }
}
