//! `cargo dev status FOLDER` and `cargo dev fixes FOLDER`: what was understood of a project, and whether every repair that is
//! offered for it holds.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use guardline::config::Config;
use guardline::engine::{self, Cancel, Engine, Snapshot};
use guardline::fixes::verify;
use guardline::project::Project;
use guardline::syntax::{Document, Language};
use guardline::text::FileId;
use guardline::workspace::walk::Walk;

/// Numbers beside a silence: how many handlers, accesses and SQL texts were seen.
pub fn status(folder: &Path) -> anyhow::Result<()> {
    let snapshot = snapshot(folder)?;
    deep(move || {
        let mut engine = Engine::default();
        let findings = engine.check_all(&snapshot, &Cancel::default())?;
        println!("{:?}, {} findings, {} walks", engine.status(&snapshot), findings.len(), engine.walks_made());
        Ok(())
    })
}

/// Carries out every repair on its own and looks again.
pub fn fixes(folder: &Path) -> anyhow::Result<()> {
    let snapshot = snapshot(folder)?;
    deep(move || {
        let check = |project: &Project| {
            let snapshot = Snapshot { project: Arc::new(project.clone()), config: Arc::clone(&snapshot.config) };
            Engine::default().check_all(&snapshot, &Cancel::default())
        };
        let (mut held, mut broken) = (0, 0);
        for finding in check(&snapshot.project)? {
            for fix in engine::offers(&snapshot.project, &finding).iter().filter(|fix| !fix.suppresses) {
                match verify::verify(&snapshot.project, fix, check, &finding) {
                    Ok(()) => held += 1,
                    Err(problem) => {
                        broken += 1;
                        println!("{} {}: `{}`: {problem}", finding.rule, finding.place.file, fix.title);
                    }
                }
            }
        }
        println!("{held} repairs hold, {broken} do not");
        Ok(())
    })
}

fn snapshot(folder: &Path) -> anyhow::Result<Snapshot> {
    let root = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
    let config = Arc::new(Config { include_tests: true, ..Config::default() });
    let roots = [root.clone()];
    let walk = Walk { roots: &roots, also: &[], config: &config, config_folder: None };
    let Some(walked) = walk.all(&Cancel::default()) else { bail!("stopped") };
    let env_files = walked.env_files();
    let documents = walked.files.into_iter().filter_map(|source| {
        let language = Language::of(&source.file)?;
        let document = Document::new(source.file.clone(), language, 0, &source.text);
        Some((source.file, Some(Arc::new(document))))
    });
    let project = Project::new(vec![FileId::new(&root.to_string_lossy())]).with_git_roots(walked.git_roots).with_env_files(env_files).with(documents.collect());
    Ok(Snapshot { project: Arc::new(project), config })
}

/// Code nests deeply; the engine needs a deep stack.
fn deep(run: impl FnOnce() -> anyhow::Result<()> + Send) -> anyhow::Result<()> {
    guardline::workspace::deep::deep("dev", run)?
}
