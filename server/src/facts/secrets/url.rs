//! Passwords in addresses: whose they are, whether they can be guessed, whether they open anything but this machine. And what is asked in a query.

use std::ops::Range;

/// Passwords that everybody tries first.
pub(super) fn is_guessable(password: &str) -> bool {
    const GUESSED: [&str; 28] = [
        "minioadmin",
        "localstack",
        "password",
        "pass",
        "passwd",
        "secret",
        "postgres",
        "root",
        "admin",
        "user",
        "username",
        "test",
        "changeme",
        "123456",
        "guest",
        "mysql",
        "mongo",
        "redis",
        "default",
        "postgresql",
        "mongodb",
        "rabbitmq",
        "dev",
        "development",
        "local",
        "example",
        "tiger",
        "changeit",
    ];
    GUESSED.contains(&password.to_ascii_lowercase().as_str())
}

/// `password12345`, `admin!`: one of them with what people are asked to add.
pub(super) fn is_guessable_at_heart(password: &str) -> bool {
    let plain = password.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '!' | '_' | '-' | '.' | '#' | '@' | '$'));
    plain.len() >= 4 && is_guessable(plain)
}

/// This machine, or the name of a service beside this one.
pub(super) fn is_local_host(host: &str) -> bool {
    const LOCAL: [&str; 16] = [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "::1",
        "0.0.0.0",
        "db",
        "database",
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "redis",
        "mongo",
        "mongodb",
        "rabbitmq",
        "host.docker.internal",
    ];
    let host = host.to_ascii_lowercase();
    // What a machine reaches without a router: the addresses at which clouds tell it of itself.
    LOCAL.contains(&host.as_str()) || host.ends_with(".local") || host.ends_with(".localhost") || host.starts_with("169.254.")
}

/// A host that stands for one.
fn is_placeholder_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or("");
    matches!(
        host.as_str(),
        "host"
            | "hostname"
            | "server"
            | "servername"
            | "address"
            | "domain"
            | "domain.com"
            | "hostname.com"
            | "myhost"
            | "dbhost"
            | "yourhost"
            | "ip"
            | "proxy"
            | "proxyhost"
            | "dummy"
            | "placeholder"
    ) || is_documentation_address(&host)
        || matches!(last, "example" | "test" | "invalid" | "tld")
        || host
            .split('.')
            .rev()
            .nth(1)
            .is_some_and(|name| matches!(name, "example" | "foo" | "bar" | "baz" | "foobar" | "yourdomain" | "mydomain" | "some-domain" | "your-domain"))
        || host.starts_with("your")
        || host.contains("example.")
}

/// A link to a host that stands for one: whatever it carries was never sent there.
pub(super) fn leads_nowhere(text: &str) -> bool {
    let host = text.trim_start().split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")).map(|(_, rest)| rest);
    host.and_then(|rest| rest.split(['/', '?', '#', ':']).next()).is_some_and(is_placeholder_host)
}

/// Addresses that are kept for examples (RFC 5737).
fn is_documentation_address(host: &str) -> bool {
    ["192.0.2.", "198.51.100.", "203.0.113."].iter().any(|net| host.starts_with(net))
}

/// The name of a service beside this one: only its own network knows it.
fn is_service_name(host: &str) -> bool {
    !host.is_empty() && !host.contains(['.', ':', '$', '{', '%'])
}

/// A name that the whole internet resolves.
pub(super) fn is_public_host(host: &str) -> bool {
    host.contains('.')
        && host.rsplit('.').next().is_some_and(|last| last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()))
        && !host.ends_with(".internal")
}

/// `db.acme.io`, `10.0.0.7`: the name of a machine, which is not this one and stands for none.
pub(super) fn leads_to_a_machine(host: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    host.contains('.') && host.split(':').next().is_some_and(|name| name.split('.').all(is_part)) && !is_local_host(host) && !is_placeholder_host(host)
}

/// Databases that anybody on the internet can talk to.
fn is_managed_host(host: &str) -> bool {
    const MANAGED: [&str; 13] = [
        ".neon.tech",
        ".supabase.co",
        ".supabase.com",
        ".pooler.supabase.com",
        ".mongodb.net",
        ".upstash.io",
        ".psdb.cloud",
        ".rds.amazonaws.com",
        ".railway.app",
        ".rlwy.net",
        ".render.com",
        ".aivencloud.com",
        ".azure.com",
    ];
    MANAGED.iter().any(|suffix| host.to_ascii_lowercase().ends_with(suffix))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// A placeholder, or a development database that only this machine reaches.
    Harmless,
    /// A real password for this machine only.
    Local,
    /// A password that everybody tries first, on another machine.
    Guessable,
    Real,
    /// A real password for a host that is open to the internet.
    Managed,
}

/// The parts of `scheme://user:password@host`.
pub(super) struct Parts<'u> {
    pub user: &'u str,
    pub password: &'u str,
    pub host: &'u str,
}

pub(super) fn parts(address: &str) -> Option<Parts<'_>> {
    let (_, rest) = address.split_once("://")?;
    let (login, host) = rest.rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    // The first of several hosts; without its port.
    let host = host.split(['/', ',', '?']).next().unwrap_or(host);
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or(host) };
    Some(Parts { user, password, host })
}

pub(super) fn judge(parts: &Parts<'_>) -> Verdict {
    let password = decode(parts.password);
    let host = parts.host;
    // `%DB_PASS%` reads like an escaped letter.
    if super::placeholder::is_template(parts.password) || is_placeholder_password(&password) || is_placeholder_host(host) {
        return Verdict::Harmless;
    }
    let guessable = is_guessable(&password)
        || is_guessable_at_heart(&password)
        || parts.user.eq_ignore_ascii_case(&password)
        || super::placeholder::has_word(&password)
        || super::entropy::is_made_of_words(&password)
        || password.len() < 4;
    match (guessable, is_local_host(host)) {
        (true, true) => Verdict::Harmless,
        (false, true) => Verdict::Local,
        (true, false) if is_service_name(host) => Verdict::Harmless,
        (true, false) => Verdict::Guessable,
        (false, false) if is_managed_host(host) => Verdict::Managed,
        (false, false) => Verdict::Real,
    }
}

/// `$PASSWORD`, `%s`, `{password}`, `<password>`, `[YOUR-PASSWORD]`, `****`.
fn is_placeholder_password(password: &str) -> bool {
    super::placeholder::is_template(password)
        || password.starts_with(['{', '<', '[', '$', '%'])
        || matches!(password, "%s" | "pwd" | "pw" | "passw0rd" | "PASSWORD" | "PASS" | "p")
        || password.bytes().all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-' | b'_'))
        || super::placeholder::is_variable_name(password)
}

/// Percent-decoding, as far as it is text.
fn decode(password: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = password.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |b: u8| char::from(b).to_digit(16).unwrap_or(0) as u8;
                bytes.push(digit(*high) << 4 | digit(*low));
                rest
            }
            [byte, rest @ ..] => {
                bytes.push(*byte);
                rest
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// So many parts of one query are looked at.
const MOST: usize = 16;

/// The names and values of a query, where the value ends inside of the text.
pub(super) fn pairs(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let Some(start) = text.find('?').map(|at| at + 1) else { return Vec::new() };
    let end = text.get(start..).and_then(|query| query.find('#')).map_or(text.len(), |at| start + at);
    let mut found = Vec::new();
    let mut at = start;
    for part in text.get(start..end).unwrap_or_default().split('&').take(MOST) {
        if let Some(equals) = part.find('=') {
            found.push((at..at + equals, at + equals + 1..at + part.len()));
        }
        at += part.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(address: &str) -> Option<Verdict> {
        parts(address).map(|parts| judge(&parts))
    }

    #[test]
    fn development_databases_are_harmless() {
        for address in [
            "postgres://postgres:postgres@localhost:5432/app",
            "mysql://root:root@127.0.0.1/app",
            "redis://:redis@redis:6379",
            "postgres://u:p@localhost/x",
            "postgres://user:password@host:5432/db",
            "postgres://user:${PASSWORD}@db.acme.io/x",
            "mongodb://user:<password>@c.mongodb.net",
            "postgres://app:%PW%@db.acme.io",
            "postgres://%DB_USER%:%DB_PASS%@db.acme.io/x",
            "https://user:pass@example.com/",
            "https://someone:k9Zx2q7Lm@foo.com/",
            "postgres://postgres:[YOUR-PASSWORD]@db.acme.supabase.co/x",
            "postgresql://scott:tiger@db.example.com/x",
            "postgresql://dummy:dummy@dummy:5432/dummy",
            "postgresql://test:test@192.0.2.1:5432/shop",
            "postgresql://postgres:testpass@shop-db:5432/shop",
        ] {
            assert_eq!(verdict(address), Some(Verdict::Harmless), "{address}");
        }
    }

    #[test]
    fn strong_and_guessable_passwords() {
        let strong = ["k9", "Zx2!q", "7Lm"].concat();
        assert_eq!(verdict(&format!("postgres://app:{strong}@localhost/x")), Some(Verdict::Local));
        assert_eq!(verdict(&format!("postgres://app:{strong}@db.internal:5432/x")), Some(Verdict::Real));
        assert_eq!(verdict(&format!("postgres://app:{strong}@ep-calm-1.eu.aws.neon.tech/x")), Some(Verdict::Managed));
        assert_eq!(verdict(&format!("mongodb://app:{strong}@a.mongodb.net:27017,b.mongodb.net:27017/x")), Some(Verdict::Managed));
        assert_eq!(verdict("postgres://admin:admin@db.acme.io/x"), Some(Verdict::Guessable));
        assert_eq!(verdict("https://username:password12345@git.acme.io/"), Some(Verdict::Guessable));
        assert_eq!(verdict("smtp://some-user:secret-password@smtp.acme.io/"), Some(Verdict::Guessable));
        assert_eq!(verdict("postgres://app:p%61ssword@db.acme.io/x"), Some(Verdict::Guessable));
        assert_eq!(verdict(&format!("postgres://app:%40{strong}%21@db.acme.io/x")), Some(Verdict::Real));
    }

    #[test]
    fn names_of_machines() {
        assert!(leads_to_a_machine("db.internal.acme.io") && leads_to_a_machine("10.0.0.7:5432"));
        for host in ["localhost", "Server", "db", "db.example.com", "e.g. a host", "127.0.0.1", "${HOST}.acme.io", "host.docker.internal"] {
            assert!(!leads_to_a_machine(host), "{host}");
        }
    }

    #[test]
    fn links_that_lead_nowhere() {
        for link in ["https://auth.example.com/reset?token=x", "http://localhost.test:80/a", " https://your-app.com"] {
            assert!(leads_nowhere(link), "{link}");
        }
        for link in ["https://acme.io/reset?next=https://example.com", "postgres://example.com/x", "example.com", ""] {
            assert!(!leads_nowhere(link), "{link}");
        }
    }

    #[test]
    fn addresses_without_a_login_have_no_parts() {
        for address in ["https://acme.io", "https://user@acme.io", "acme.io:80", ""] {
            assert!(verdict(address).is_none(), "{address}");
        }
    }

    #[test]
    fn a_query_is_names_and_values() {
        let text = "https://a.b/c?q=1&api_key=xyz&flag&e=#top=1";
        let told: Vec<(&str, &str)> = pairs(text).into_iter().map(|(key, value)| (&text[key], &text[value])).collect();
        assert_eq!(told, [("q", "1"), ("api_key", "xyz"), ("e", "")]);
        assert!(pairs("https://a.b/c").is_empty() && pairs("").is_empty());
    }
}
