//! What stored files are, as far as the words around them tell.

use crate::facts::schema::names;

/// What the words around it say of the files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Content {
    /// Somebody's own: invoices, documents, uploads.
    Private,
    /// There to be looked at: pictures of products, logos, avatars.
    Shown,
    Unclear,
}

const PRIVATE: [&str; 34] = [
    "document",
    "doc",
    "invoice",
    "private",
    "upload",
    "receipt",
    "contract",
    "medical",
    "health",
    "passport",
    "kyc",
    "report",
    "resume",
    "cv",
    "attachment",
    "message",
    "backup",
    "export",
    "statement",
    "payslip",
    "salary",
    "license",
    "identity",
    "id",
    "tax",
    "customer",
    "patient",
    "user",
    "personal",
    "confidential",
    "secret",
    "signature",
    "recording",
    "order",
];
const SHOWN: [&str; 27] = [
    "avatar",
    "public",
    "logo",
    "image",
    "img",
    "asset",
    "static",
    "banner",
    "thumbnail",
    "thumb",
    "cover",
    "media",
    "photo",
    "picture",
    "product",
    "icon",
    "og",
    "website",
    "site",
    "www",
    "web",
    "cdn",
    "font",
    "blog",
    "post",
    "gallery",
    "profile",
];

impl Content {
    /// Of a name: `user-documents`.
    pub fn of_name(name: &str) -> Content {
        let snake = names::snake(name);
        let words: Vec<String> = snake.split('_').map(names::singular).collect();
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        match (has(&PRIVATE), has(&SHOWN)) {
            (_, true) => Content::Shown,
            (true, false) => Content::Private,
            _ => Content::Unclear,
        }
    }

    /// Of code: the words of its names and texts. The words of the interface itself say nothing.
    pub fn of_code(text: &str, own: &str) -> Content {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').filter(|word| !word.is_empty() && *word != own);
        let mut found = Content::Unclear;
        for word in words.filter(|word| !is_interface(word)) {
            match Content::of_name(word) {
                Content::Shown => return Content::Shown,
                Content::Private => found = Content::Private,
                Content::Unclear => {}
            }
        }
        found
    }
}

/// Words of the services: `PutObjectCommand`, `public-read`, `uploadFile`.
fn is_interface(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    lower.starts_with("public")
        || lower.starts_with("upload")
        || lower.starts_with("put")
        || matches!(lower.as_str(), "makepublic" | "make_public" | "acl" | "key" | "id")
}
