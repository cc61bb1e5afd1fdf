//! The addresses a mail leads to.

/// The http and https addresses in `text` and in the `href`s of `html`, each once, in that order.
pub(super) fn of(text: Option<&str>, html: Option<&str>) -> Vec<String> {
    let in_text = text.into_iter().flat_map(in_text);
    let in_html = html.into_iter().flat_map(in_html);
    let mut links = Vec::new();
    for link in in_text.chain(in_html) {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

fn in_text(text: &str) -> impl Iterator<Item = String> {
    text.match_indices("http").filter_map(|(start, _)| {
        let rest = text.get(start..).filter(|rest| is_web(rest))?;
        let link = rest.split(ends_link).next()?;
        Some(link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']).to_owned())
    })
}

fn in_html(html: &str) -> impl Iterator<Item = String> {
    html.match_indices("href=").filter_map(|(start, name)| {
        let value = html.get(start + name.len()..)?;
        let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let link = unescaped(value.split(quote).nth(1)?);
        is_web(&link).then_some(link)
    })
}

fn is_web(link: &str) -> bool {
    link.starts_with("http://") || link.starts_with("https://")
}

fn ends_link(character: char) -> bool {
    character.is_whitespace() || matches!(character, '<' | '>' | '"' | '\'')
}

fn unescaped(attribute: &str) -> String {
    // The ampersand last: what it escapes is text, not another escape.
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(attribute.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_from_the_text_and_the_html_once_each() {
        let text = "Open https://tenon.test/i/abc.\n(Help: http://tenon.test/help?a=1&b=2), https";
        let html = r#"<a href="https://tenon.test/i/abc">x</a>
            <a href='http://tenon.test/help?a=1&amp;b=2'>y</a> <a href="https://tenon.test/new">z</a>"#;

        assert_eq!(
            of(Some(text), Some(html)),
            [
                "https://tenon.test/i/abc",
                "http://tenon.test/help?a=1&b=2",
                "https://tenon.test/new"
            ]
        );
    }

    #[test]
    fn what_is_not_on_the_web_is_no_link() {
        let html = r#"<a href="javascript:alert(1)">x</a> <a href=https://unquoted.test>y</a>
            <a href="mailto:a@b.test">z</a> <a href=""#;

        assert_eq!(of(Some("httpbin ftp://a.test"), Some(html)), Vec::<String>::new());
        assert_eq!(of(None, None), Vec::<String>::new());
    }
}
