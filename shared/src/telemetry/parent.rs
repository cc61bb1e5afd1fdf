//! The trace that a request belongs to already: W3C's `traceparent`, or the gateway's X-Ray header.

use http::HeaderMap;

/// The span in which a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace: u128,
    pub(super) span: u64,
}

impl Parent {
    /// The trace that `headers` name, where it is kept at all: a client's own before the gateway's.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        text("traceparent").and_then(w3c).or_else(|| text("x-amzn-trace-id").and_then(xray))
    }

    fn new(trace: &str, span: &str) -> Option<Self> {
        let plain = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if !plain(trace, 32) || !plain(span, 16) {
            return None;
        }
        let trace = u128::from_str_radix(trace, 16).ok().filter(|id| *id != 0)?;
        let span = u64::from_str_radix(span, 16).ok().filter(|id| *id != 0)?;
        Some(Self { trace, span })
    }
}

/// `00-<trace>-<span>-<flags>`.
fn w3c(header: &str) -> Option<Parent> {
    let mut parts = header.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let kept = version == "00" && parts.next().is_none() && flags & 1 == 1;
    kept.then(|| Parent::new(trace, span)).flatten()
}

/// `Root=1-<8 digits>-<24 digits>;Parent=<span>;Sampled=1`.
fn xray(header: &str) -> Option<Parent> {
    let part = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name));
    let root = part("Root=1-")?.replace('-', "");
    let kept = part("Sampled=") == Some("1");
    kept.then(|| Parent::new(&root, part("Parent=")?)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: Parent =
        Parent { trace: 0x5759_e988_bd86_2e3f_e1be_46a9_9427_2793, span: 0x5399_5c3f_42cd_8ad8 };

    #[test]
    fn both_headers_name_a_trace_and_its_span() {
        let header = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        assert_eq!(w3c(header), Some(PARENT));
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(xray(header), Some(PARENT));
    }

    #[test]
    fn what_is_not_kept_or_not_in_its_form_is_no_trace_to_go_on_with() {
        for header in [
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00",
            "01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-00000000000000000000000000000000-53995c3f42cd8ad8-01",
            "00-+759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-x",
            "Bearer x",
        ] {
            assert_eq!(w3c(header), None, "{header}");
        }
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
        assert_eq!(xray(header), None);
        assert_eq!(xray("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"), None);
    }
}
