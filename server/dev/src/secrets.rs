//! `cargo dev secrets PATH...`: what `secret-hardcoded` says about files, for judging it on real code. Secrets are not
//! printed; `--show` prints the line with its values, for people who look at public code.

use std::path::{Path, PathBuf};

use anyhow::Context;
use guardline::facts::secrets::Memory;
use guardline::model::lower;
use guardline::rules::secret_hardcoded::{Input, check};
use guardline::syntax::{Document, Language};
use guardline::text::FileId;

#[derive(clap::Args)]
pub struct Options {
    /// Files and folders.
    paths: Vec<PathBuf>,
    /// Print the text that was found.
    #[arg(long)]
    show: bool,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let (mut files, mut bytes, mut found) = (0, 0, 0);
    let start = std::time::Instant::now();
    for root in &options.paths {
        let mut stack = vec![root.clone()];
        while let Some(path) = stack.pop() {
            if path.is_dir() {
                let mut inside: Vec<PathBuf> =
                    std::fs::read_dir(&path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| !path.is_symlink()).collect();
                inside.sort();
                stack.extend(inside.into_iter().rev());
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let relative = if relative.as_os_str().is_empty() { &path } else { relative };
            found += one(relative, &text, options).with_context(|| path.display().to_string())?;
            files += 1;
            bytes += text.len();
        }
    }
    eprintln!("{found} findings in {files} files, {} KiB, {} ms", bytes / 1024, start.elapsed().as_millis());
    Ok(())
}

fn one(path: &Path, text: &str, options: &Options) -> anyhow::Result<usize> {
    let name = path.to_string_lossy().replace('\\', "/");
    let file = FileId::new(&name);
    let Some(language) = Language::of(&file) else { return Ok(0) };
    let document = Document::new(file, language, 0, text);
    let model = lower::lower(&document, None);
    let mut findings = Vec::new();
    check(
        &Input { document: &document, model: model.as_ref(), path: &name, way: &|_| None, copied: &|_| None, ignored: false, tracked: false, git: true },
        &mut Memory::default(),
        &mut findings,
    );
    for finding in &findings {
        let line = document.rope().byte_to_line(finding.place.span.start as usize) + 1;
        println!("{name}:{line}: {:?} {}[{}] {}", finding.level, finding.rule, finding.detail, finding.message);
        if options.show {
            let shown: String = text.lines().nth(line - 1).unwrap_or("").trim().chars().take(180).collect();
            println!("        {shown}\n        > {}", finding.place.span.of(text).chars().take(120).collect::<String>());
        }
    }
    Ok(findings.len())
}
