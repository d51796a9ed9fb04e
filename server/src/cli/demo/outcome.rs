//! What the play came to, and what to do next.

use crate::report::paint::{Style, Tone};

/// One mistake of the play.
pub struct Scene {
    pub rule: &'static str,
    pub seen: bool,
    /// The title of the fix that ended it.
    pub repaired: Option<String>,
}

#[derive(Default)]
pub struct Outcome {
    pub scenes: Vec<Scene>,
}

impl Outcome {
    pub fn is_success(&self) -> bool {
        !self.scenes.is_empty() && self.scenes.iter().all(|scene| scene.repaired.is_some())
    }

    pub fn in_words(&self, style: Style) -> String {
        let mut lines = vec![String::new()];
        for scene in &self.scenes {
            let (sign, tone, what) = match (&scene.repaired, scene.seen) {
                (Some(title), _) => ("✓", Tone::Good, format!("{}, repaired: {title}", scene.rule)),
                (None, true) => ("!", Tone::Soon, format!("{}, seen, but there was no fix for it", scene.rule)),
                (None, false) => ("✗", Tone::Serious, format!("{} was not seen", scene.rule)),
            };
            let wrapped = style.wrap_hanging(&format!("{sign} "), "  ", &what);
            lines.extend(wrapped.iter().map(|line| style.paint(tone, line)));
        }
        lines.push(String::new());
        lines.extend(
            style.wrap("", "This was the real language server, over a made-up shop with a made-up key. To have it watch your own code, connect your editor:"),
        );
        lines.push(String::new());
        let ways = [
            ("VS Code, Cursor, Windsurf", "install the Guardline extension"),
            ("Neovim", "the plugin in editors/neovim, or any LSP client with the command below"),
            ("Everything else", "an LSP client with the command"),
        ];
        for (editor, way) in ways {
            lines.extend(style.wrap_hanging(&format!("  {editor:<27}"), &" ".repeat(29), way));
        }
        lines.push(format!("  {:<27}{}", "", style.paint(Tone::Code, "guardline lsp")));
        lines.push(String::new());
        lines.extend(style.wrap("", "Or check a whole project now:"));
        lines.push(format!("  {:<27}{}", "", style.paint(Tone::Code, "guardline audit path/to/project")));
        lines.push(String::new());
        lines.join("\n")
    }
}
