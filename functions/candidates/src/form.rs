//! What the page's form sends, and whether it was the page that sent it.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use utoipa::ToSchema;

/// What the form sends.
#[derive(ToSchema)]
#[expect(dead_code, reason = "tells the document what the form sends")]
pub(crate) struct Sent {
    /// The account. White space around it and one `@` before it do not count.
    #[schema(
        pattern = r"^\s*@?[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?\s*$",
        example = "octocat"
    )]
    username: String,
}

/// The name in a form, without what people write around it.
pub(crate) fn username(form: &[u8]) -> String {
    let mut fields = url::form_urlencoded::parse(form);
    let sent = fields.find(|(name, _)| name == "username").map(|(_, value)| value);
    let sent = sent.unwrap_or_default();
    let sent = sent.trim();
    sent.strip_prefix('@').unwrap_or(sent).to_owned()
}

/// Whether the body is a form by its content type.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether a browser says that another website's page sent this. The token in the path is what opens
/// the page; this only keeps a link that got about from being used behind somebody's back.
///
/// `Origin` counts where the browser does not say `Sec-Fetch-Site`; it is `null` on a page that tells
/// nobody where it is, as ours does.
pub(crate) fn is_cross_site(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (said("sec-fetch-site"), said(ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, None | Some("null")) => false,
        (None, Some(origin)) => {
            origin.split_once("://").map(|(_scheme, host)| host) != said(HOST.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_name_is_read_without_what_people_write_around_it() {
        for sent in
            ["username=ada-l", "x=1&username=+%40ada-l%0D%0A", "username=ada-l&username=eve"]
        {
            assert_eq!(username(sent.as_bytes()), "ada-l", "{sent}");
        }
        for sent in ["", "username", "name=ada-l", "username=%20", "username=@"] {
            assert_eq!(username(sent.as_bytes()), "", "{sent}");
        }
        assert_eq!(username(b"username=%40%40ada"), "@ada");
    }

    #[test]
    fn only_a_form_is_a_form() {
        let kind = |kind: &'static str| is_form(&headers(&[("content-type", kind)]));

        assert!(kind("application/x-www-form-urlencoded"));
        assert!(kind("Application/X-WWW-Form-Urlencoded; charset=utf-8"));
        assert!(!kind("text/plain") && !kind("application/json") && !is_form(&headers(&[])));
    }

    #[test]
    fn a_browser_that_names_another_site_is_believed() {
        let host = ("host", "api.example");
        for ours in [
            headers(&[host]),
            headers(&[host, ("origin", "null")]),
            headers(&[host, ("origin", "https://api.example")]),
            headers(&[host, ("origin", "null"), ("sec-fetch-site", "same-origin")]),
            headers(&[host, ("sec-fetch-site", "none")]),
        ] {
            assert!(!is_cross_site(&ours), "{ours:?}");
        }
        for theirs in [
            headers(&[host, ("origin", "https://evil.example")]),
            headers(&[host, ("origin", "api.example")]),
            headers(&[host, ("origin", "null"), ("sec-fetch-site", "cross-site")]),
            headers(&[host, ("origin", "https://api.example"), ("sec-fetch-site", "same-site")]),
            headers(&[("origin", "https://evil.example")]),
        ] {
            assert!(is_cross_site(&theirs), "{theirs:?}");
        }
    }
}
