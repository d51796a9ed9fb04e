//! Imports by address or registry, as Deno and browsers write them: which library they mean.

use std::borrow::Cow;

/// Hosts that serve packages of npm by their names.
const MIRRORS: &[&str] = &["esm.sh/", "cdn.skypack.dev/", "esm.run/", "cdn.jsdelivr.net/npm/", "unpkg.com/", "ga.jspm.io/npm:", "jspm.dev/"];
/// Names under which a registry of its own has what npm calls otherwise.
const RENAMED: &[(&str, &str)] = &[("@hono/hono", "hono"), ("postgresjs", "postgres"), ("@oak/oak", "oak"), ("deno_postgres", "pg"), ("bcrypt", "bcryptjs")];

/// `npm:stripe@16`, `jsr:@supabase/supabase-js@2`, `https://esm.sh/zod@3.23?target=deno`: the name of the package, and what of it.
pub fn library(source: &str) -> Cow<'_, str> {
    if let Some(rest) = source.strip_prefix("npm:") {
        return without_version(rest);
    }
    if let Some(rest) = source.strip_prefix("jsr:") {
        return renamed(without_version(rest));
    }
    let Some(address) = source.strip_prefix("https://") else { return Cow::Borrowed(source) };
    let address = address.split(['?', '#']).next().unwrap_or(address);
    if let Some(rest) = address.strip_prefix("deno.land/x/") {
        // What follows is the file that the package begins with.
        let name = rest.split(['@', '/']).next().unwrap_or(rest);
        return renamed(Cow::Borrowed(name));
    }
    match MIRRORS.iter().find_map(|mirror| address.strip_prefix(mirror)) {
        Some(rest) => without_version(rest.strip_prefix("v135/").or_else(|| rest.strip_prefix("stable/")).unwrap_or(rest)),
        None => Cow::Borrowed(source),
    }
}

/// `@scope/name@1.2/part`
fn without_version(text: &str) -> Cow<'_, str> {
    let text = text.trim_start_matches('/');
    let scope = if text.starts_with('@') { text.find('/').map_or(text.len(), |at| at + 1) } else { 0 };
    let rest = text.get(scope..).unwrap_or("");
    let Some(at) = rest.find('@') else { return Cow::Borrowed(text) };
    let (name, version) = (text.get(..scope + at).unwrap_or(text), rest.get(at..).unwrap_or(""));
    match version.find('/').and_then(|slash| version.get(slash..)) {
        Some(part) => Cow::Owned(format!("{name}{part}")),
        None => Cow::Borrowed(name),
    }
}

fn renamed(name: Cow<'_, str>) -> Cow<'_, str> {
    let known = RENAMED.iter().find(|(theirs, _)| name == *theirs || name.strip_prefix(theirs).is_some_and(|rest| rest.starts_with('/')));
    match known {
        Some((theirs, ours)) => Cow::Owned(name.replacen(theirs, ours, 1)),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::library;

    #[test]
    fn registries_and_addresses_name_libraries() {
        for (source, name) in [
            ("npm:stripe@16", "stripe"),
            ("npm:stripe", "stripe"),
            ("npm:@prisma/client@6/edge", "@prisma/client/edge"),
            ("jsr:@supabase/supabase-js@2", "@supabase/supabase-js"),
            ("jsr:@hono/hono@^4/cors", "hono/cors"),
            ("https://esm.sh/@supabase/supabase-js@2.39.0?target=deno", "@supabase/supabase-js"),
            ("https://esm.sh/v135/zod@3.23", "zod"),
            ("https://deno.land/x/postgresjs@v3.4.4/mod.js", "postgres"),
            ("https://deno.land/std@0.200.0/http/server.ts", "https://deno.land/std@0.200.0/http/server.ts"),
            ("@scope", "@scope"),
            ("npm:@", "@"),
            ("zod", "zod"),
        ] {
            assert_eq!(library(source), name, "{source}");
        }
    }
}
