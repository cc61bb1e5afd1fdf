//! Where a request came from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::Parts;
use ipnet::IpNet;
use lambda_http::request::RequestContext;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address: the nearest hop that is no proxy of ours. None when nobody told the peer.
///
/// Walks from the peer leftwards through `X-Forwarded-For` while the hop is within `trusted`: what
/// stands further left is whatever the client liked to say.
pub fn client(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut hop = peer(parts)?;
    let is_trusted = |hop: IpAddr| trusted.iter().any(|network| network.contains(&hop));
    let said = parts.headers.get_all(FORWARDED_FOR).iter().rev();
    let said = said.filter_map(|value| value.to_str().ok()).flat_map(|list| list.rsplit(','));
    for text in said {
        if !is_trusted(hop) {
            break;
        }
        let Ok(before) = text.trim().parse::<IpAddr>() else { break };
        hop = before.to_canonical();
    }
    Some(hop)
}

/// Whether the request comes from this machine and nobody passed it on.
pub fn is_loopback(parts: &Parts) -> bool {
    let direct = !parts.headers.contains_key(FORWARDED_FOR);
    direct && peer(parts).is_some_and(|peer| peer.is_loopback())
}

/// Who is at the other end: as the gateway says, or as the socket does.
fn peer(parts: &Parts) -> Option<IpAddr> {
    if let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() {
        return context.http.source_ip.as_deref().and_then(|text| text.parse().ok());
    }
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    socket.map(|ConnectInfo(address)| address.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parts(peer: &str, forwarded: &[&str]) -> Parts {
        let mut request = Request::builder();
        for value in forwarded {
            request = request.header(FORWARDED_FOR, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let address = SocketAddr::new(peer.parse().unwrap(), 1234);
        parts.extensions.insert(ConnectInfo(address));
        parts
    }

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(&parts(peer, forwarded), &trusted).unwrap().to_string()
    }

    #[test]
    fn without_trusted_proxies_the_peer_is_the_client_whatever_is_said() {
        assert_eq!(seen("203.0.113.9", &["127.0.0.1"], &[]), "203.0.113.9");
    }

    #[test]
    fn behind_trusted_proxies_the_nearest_hop_that_is_none_is_the_client() {
        let said = ["127.0.0.1, 198.51.100.7", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &said, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, nonsense"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3"], &["10.0.0.0/8"]), "10.0.0.3");
    }

    #[test]
    fn only_who_calls_from_this_machine_without_a_proxy_is_at_home() {
        assert!(is_loopback(&parts("127.0.0.1", &[])));
        assert!(is_loopback(&parts("::1", &[])));
        assert!(is_loopback(&parts("::ffff:127.0.0.1", &[])));
        assert!(!is_loopback(&parts("127.0.0.1", &["127.0.0.1"])));
        assert!(!is_loopback(&parts("203.0.113.9", &[])));
        let (nobody, ()) = Request::new(()).into_parts();
        assert!(!is_loopback(&nobody));
    }

    #[test]
    fn on_lambda_the_gateway_says_who_calls() {
        let context = serde_json::from_value(serde_json::json!({
            "http": { "method": "GET", "sourceIp": "203.0.113.9" },
        }));
        let (mut parts, ()) = Request::new(()).into_parts();
        parts.extensions.insert(RequestContext::ApiGatewayV2(context.unwrap()));
        assert_eq!(client(&parts, &[]).unwrap().to_string(), "203.0.113.9");
    }
}
