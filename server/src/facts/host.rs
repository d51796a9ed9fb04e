//! Hosts that only a network of one's own reaches.

/// An address of this machine, of its link or of a private network (RFC 1918): `10.0.0.7`.
pub fn is_private_address(host: &str) -> bool {
    let is_middle = |rest: &str| rest.split('.').next().and_then(|part| part.parse::<u8>().ok()).is_some_and(|part| (16..32).contains(&part));
    ["127.", "10.", "192.168.", "169.254."].iter().any(|begin| host.starts_with(begin)) || host.strip_prefix("172.").is_some_and(is_middle)
}

/// A name that is resolved within: `users.svc.cluster.local`.
pub fn is_private_name(host: &str) -> bool {
    [".internal", ".local", ".svc", ".lan", ".intra"].iter().any(|ending| host.ends_with(ending))
}

/// What a request calls the host that it was sent to, as frameworks and headers name it: `request.host_url`.
pub fn is_host_asked(name: &str) -> bool {
    matches!(name.to_ascii_lowercase().as_str(), "host" | "hostname" | "x-forwarded-host" | "host_url" | "url_root" | "base_url" | "http_host" | "get_host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_network_of_ones_own_reaches() {
        for host in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.9.9", "192.168.0.4", "169.254.169.254"] {
            assert!(is_private_address(host), "{host}");
        }
        for host in ["172.15.0.1", "172.32.0.1", "172.x", "100.1.2.3", "example.com"] {
            assert!(!is_private_address(host), "{host}");
        }
        assert!(is_private_name("users.svc.cluster.local") && is_private_name("metadata.internal") && !is_private_name("internal.example.com"));
    }
}
