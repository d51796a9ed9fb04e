//! What is played: a small shop, and what an assistant writes into it.

/// A file of the shop before the assistant comes.
pub struct Prop {
    pub path: &'static str,
    pub text: &'static str,
}

pub const PROPS: &[Prop] = &[
    Prop {
        path: "package.json",
        text: "{\n  \"name\": \"shop\",\n  \"private\": true,\n  \"dependencies\": {\n    \"@prisma/client\": \"6.1.0\",\n    \"next\": \"15.1.0\",\n    \"next-auth\": \"5.0.0-beta.25\",\n    \"stripe\": \"17.5.0\"\n  }\n}\n",
    },
    Prop { path: ".gitignore", text: "node_modules\n.next\n.env*\n" },
    Prop { path: "tsconfig.json", text: "{ \"compilerOptions\": { \"strict\": true, \"paths\": { \"@/*\": [\"./*\"] } } }\n" },
    Prop {
        path: "auth.ts",
        text: "import NextAuth from \"next-auth\";\nimport GitHub from \"next-auth/providers/github\";\n\nexport const { handlers, auth, signIn, signOut } = NextAuth({ providers: [GitHub] });\n",
    },
    Prop { path: "lib/db.ts", text: "import { PrismaClient } from \"@prisma/client\";\n\nexport const db = new PrismaClient();\n" },
    Prop {
        path: "prisma/schema.prisma",
        text: "datasource db {\n  provider = \"postgresql\"\n  url      = env(\"DATABASE_URL\")\n}\n\ngenerator client {\n  provider = \"prisma-client-js\"\n}\n\n\
            model User {\n  id       String    @id @default(cuid())\n  email    String    @unique\n  invoices Invoice[]\n}\n\n\
            model Invoice {\n  id      String @id @default(cuid())\n  amount  Int\n  address String\n  ownerId String\n  owner   User   @relation(fields: [ownerId], references: [id])\n}\n",
    },
];

/// The file the assistant writes.
pub const PATH: &str = "app/api/invoices/[id]/route.ts";

/// What a person asked the assistant for.
pub const WISH: &str = "\"Add an endpoint that returns an invoice and its payment from Stripe.\"";

/// A piece of the play.
pub enum Act {
    /// The assistant writes this.
    Write(String),
    /// Guardline is expected to see this mistake, and to repair it.
    Repair { rule: &'static str, lead: &'static str },
}

/// The play, with a key made up for this one evening.
pub fn acts(key: &str) -> Vec<Act> {
    let head = format!(
        "import {{ NextResponse }} from \"next/server\";\nimport Stripe from \"stripe\";\nimport {{ auth }} from \"@/auth\";\nimport {{ db }} from \"@/lib/db\";\n\nconst stripe = new Stripe(\"{key}\");\n"
    );
    let handler = "\nexport async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {\n  const session = await auth();\n  if (!session?.user?.id) {\n    \
        return NextResponse.json({ error: \"Sign in first\" }, { status: 401 });\n  }\n  const { id } = await params;\n  const invoice = await db.invoice.findUnique({ where: { id } });\n  \
        if (!invoice) {\n    return NextResponse.json({ error: \"Not found\" }, { status: 404 });\n  }\n  \
        const payment = await stripe.paymentIntents.search({ query: `metadata[\"invoice\"]:\"${invoice.id}\"` });\n  return NextResponse.json({ invoice, payment: payment.data[0]?.status });\n}\n";
    vec![
        Act::Write(head),
        Act::Repair { rule: "secret-hardcoded", lead: "The assistant wrote the Stripe key into the code. Whoever sees this file can move the shop's money." },
        Act::Write(handler.to_owned()),
        Act::Repair {
            rule: "missing-ownership",
            lead: "The assistant asked who is calling, but not whose invoice it is. Every customer can read all invoices by trying ids.",
        },
    ]
}

/// The pieces an assistant's answer arrives in: words with what follows them.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (i, c) in text.char_indices() {
        let begins = i > start && (before.is_alphanumeric() != c.is_alphanumeric() || i - start >= 6);
        if begins && !(before == ' ' && c == ' ') {
            tokens.push(&text[start..i]);
            start = i;
        }
        before = c;
    }
    tokens.push(&text[start..]);
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// A key that opens nothing: letters drawn from the time of day.
pub fn made_up_key(seed: u64) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = seed | 1;
    let body = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        LETTERS.get((state % LETTERS.len() as u64) as usize).map_or('x', |byte| char::from(*byte))
    });
    ["sk", "live", &body.take(32).collect::<String>()].join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_small_and_lose_nothing() {
        for act in acts(&made_up_key(5)) {
            let Act::Write(text) = act else { continue };
            let tokens = tokens(&text);
            assert_eq!(tokens.concat(), text);
            assert!(tokens.iter().all(|token| !token.is_empty() && token.trim().len() <= 6), "{tokens:?}");
        }
        assert_eq!(super::tokens(""), Vec::<&str>::new());
    }

    #[test]
    fn keys_differ() {
        assert_ne!(made_up_key(1 << 20), made_up_key(1 << 21));
        assert_eq!(made_up_key(0).len(), 40);
    }
}
