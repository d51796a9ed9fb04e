//! `cargo dev ...`: helpers for the people who build Guardline.

mod facts;
mod secrets;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use guardline::config::Config;
use guardline::engine::Cancel;
use guardline::facts::schema::{self, Schema};
use guardline::model::{lower, print};
use guardline::project::Project;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use guardline::workspace::walk::Walk;

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
    /// Prints what the engine believes about a file: routes, guards, accesses, sinks.
    Facts {
        file: PathBuf,
        /// The project's folder; the file's own by default.
        #[arg(long)]
        root: Option<PathBuf>,
        /// Also prints how many walks were made at first, and how many again after an edit in each function of the file.
        #[arg(long)]
        stats: bool,
    },
    /// Prints what the rule secret-hardcoded says about files.
    Secrets(secrets::Options),
    /// Prints the models of a project: their columns, whose their rows are, what the database enforces.
    Schema { folder: PathBuf },
    /// Prints how much of a project was understood: handlers, data accesses, SQL texts.
    Status { folder: PathBuf },
    /// Carries out every repair that is offered for a project, each on its own, and looks again.
    Fixes { folder: PathBuf },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Tree { file } => tree(&file),
        Command::Secrets(options) => secrets::run(&options),
        Command::Facts { file, root, stats } => facts::run(&file, root.as_deref(), stats),
        Command::Schema { folder } => schema(&folder),
        Command::Status { folder } => whole::status(&folder),
        Command::Fixes { folder } => whole::fixes(&folder),
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

fn schema(folder: &Path) -> anyhow::Result<()> {
    let root = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
    let project = load(&root, &Arc::new(Config::default()))?;
    let facts: Vec<(&FileId, schema::FileSchema)> = project
        .sorted_files()
        .into_iter()
        .filter(|(file, _)| !project.is_test_path(file))
        .map(|(name, file)| (name, schema::read(&file.document, file.model.as_deref())))
        .collect();
    let linked = Schema::link(facts.iter().map(|(file, facts)| (*file, facts)));
    print!("{}", schema::show::describe(&linked));
    Ok(())
}

pub(crate) fn load(root: &Path, config: &Arc<Config>) -> anyhow::Result<Project> {
    let roots = [root.to_path_buf()];
    let walk = Walk { roots: &roots, also: &[], config, config_folder: None };
    let Some(walked) = walk.all(&Cancel::default()) else { bail!("stopped") };
    let changes = walked.files.into_iter().filter_map(|source| {
        let language = Language::of(&source.file)?;
        let document = Document::new(source.file.clone(), language, 0, &source.text);
        Some((source.file, Some(Arc::new(document))))
    });
    Ok(Project::new(vec![FileId::new(&root.to_string_lossy())]).with(changes.collect()))
}
