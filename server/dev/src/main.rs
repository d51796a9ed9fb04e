//! `cargo dev ...`: helpers for the people who build Guardline.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use guardline::model::{lower, print};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

#[derive(Parser)]
#[command(name = "cargo dev", about = "Helpers for the people who build Guardline")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prints the program model of a file.
    Tree { file: PathBuf },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Tree { file } => tree(&file),
    }
}

fn tree(path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file = FileId::new(&path.to_string_lossy());
    let Some(language) = Language::of(&file) else { bail!("{} is of no language that Guardline reads", path.display()) };
    let document = Document::new(file, language, 0, &text);
    let Some(model) = lower::lower(&document, None) else { bail!("{} is not code, or too deep to parse", path.display()) };
    print!("{}", print::file(&model));
    Ok(())
}
