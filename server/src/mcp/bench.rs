//! The one thread on which projects are read, kept and looked at. Requests wait for each other: they ask the same engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Context, Result, bail};
use rmcp::model::JsonObject;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::arguments::{Arguments, Wrong};
use super::tools::{MOST, Name, USUAL, WHO};
use super::{findings, repair};
use crate::engine::{Cancel, Engine, STACK_BYTES, Snapshot};
use crate::report::json::{impact, risk};
use crate::report::suppress::nearest;
use crate::report::{self, Redactor, Texts};
use crate::rules::Finding;
use crate::rules::own::Known;
use crate::text::FileId;
use crate::workspace::kept::Kept;
use crate::workspace::root::absolute;
use crate::workspace::walk::file_id;

pub struct Job {
    pub name: Name,
    pub arguments: JsonObject,
}

type Reply = oneshot::Sender<Result<Value, Wrong>>;

/// The way to the thread. It ends when this is dropped.
pub struct Bench(Sender<(Job, Reply)>);

impl Bench {
    pub fn start(roots: &[PathBuf]) -> Result<Bench> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let named: Vec<PathBuf> = if roots.is_empty() { vec![here.clone()] } else { roots.iter().map(|root| absolute(&here, root)).collect() };
        if let Some(none) = named.iter().find(|root| !root.is_dir()) {
            bail!("{} is not a folder", none.display());
        }
        let (jobs, waiting) = channel();
        let run = move || work(&named, &waiting);
        std::thread::Builder::new().name("bench".into()).stack_size(STACK_BYTES).spawn(run).context("no thread can be started")?;
        Ok(Bench(jobs))
    }

    pub async fn work(&self, job: Job) -> Result<Value, Wrong> {
        let failed = || "Guardline's own analysis failed; nothing was changed".to_owned();
        let (reply, done) = oneshot::channel();
        self.0.send((job, reply)).map_err(|_| failed())?;
        done.await.map_err(|_| failed())?
    }
}

fn work(named: &[PathBuf], waiting: &Receiver<(Job, Reply)>) {
    let mut roots: Vec<Root> = named.iter().map(|path| Root { path: path.clone(), open: None }).collect();
    while let Ok((job, reply)) = waiting.recv() {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| carry_out(&mut roots, &job)));
        let done = done.unwrap_or_else(|_| {
            roots.iter_mut().for_each(|root| root.open = None);
            Err("Guardline's own analysis failed on this".to_owned())
        });
        // Nobody may be waiting any more.
        let _ = reply.send(done);
    }
}

/// A folder that was given, and what is known of it once it was asked about.
struct Root {
    path: PathBuf,
    open: Option<Project>,
}

/// A project that is kept, and what the engine made of it.
pub struct Project {
    pub kept: Kept,
    pub engine: Engine,
    pub cancel: Cancel,
    /// What was found in which state of the project.
    last: Option<(Snapshot, Vec<Finding>)>,
}

impl Root {
    /// The project as it is on disk now.
    fn project(&mut self) -> Result<&mut Project, Wrong> {
        let gone = || format!("{} cannot be read", self.path.display());
        let cancel = Cancel::default();
        match &mut self.open {
            Some(open) => {
                open.kept.catch_up(&[], &cancel);
            }
            open => {
                let kept = Kept::read(&self.path, std::env::home_dir().as_deref(), &cancel).ok_or_else(gone)?;
                *open = Some(Project { kept, engine: Engine::default(), cancel, last: None });
            }
        }
        self.open.as_mut().ok_or_else(gone)
    }
}

impl Project {
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { project: Arc::clone(self.kept.project()), config: Arc::clone(self.kept.config()) }
    }

    /// What the engine knew is lost: it is to look at everything again.
    pub fn lost(&mut self) {
        self.last = None;
    }

    /// All findings, those that are not shown among them.
    pub fn found(&mut self, snapshot: &Snapshot) -> Result<Vec<Finding>, Wrong> {
        let is_same = |last: &Snapshot| Arc::ptr_eq(&last.project, &snapshot.project) && Arc::ptr_eq(&last.config, &snapshot.config);
        if let Some((_, found)) = self.last.as_ref().filter(|(last, _)| is_same(last)) {
            return Ok(found.clone());
        }
        let found = self.engine.check_all(snapshot, &self.cancel).map_err(|why| why.to_string())?;
        self.last = Some((snapshot.clone(), found.clone()));
        Ok(found)
    }
}

fn carry_out(roots: &mut [Root], job: &Job) -> Result<Value, Wrong> {
    let arguments = Arguments(job.arguments.clone());
    match job.name {
        Name::Audit => {
            let (root, below) = chosen(roots, arguments.text("path")?)?;
            let wanted = findings::Wanted {
                below,
                rule: arguments.text("rule")?.map(str::to_owned),
                limit: limit(&arguments)?,
                offset: arguments.number("offset", 0, usize::MAX)?,
            };
            findings::audit(roots[root].project()?, &wanted)
        }
        Name::AuditSnippet => {
            let (code, file) = (arguments.required("code")?, arguments.required("file")?);
            let (root, path) = placed(roots, file)?;
            findings::snippet(roots[root].project()?, &path, code)
        }
        Name::ExplainRule => explain(roots, arguments.required("rule")?),
        Name::ListRoutes => {
            let (root, below) = chosen(roots, arguments.text("path")?)?;
            let who = arguments.text("who")?;
            if let Some(who) = who.filter(|who| !WHO.contains(who)) {
                return Err(format!("`who` is one of {}, not `{who}`", WHO.join(", ")));
            }
            routes(roots[root].project()?, below.as_ref(), who, limit(&arguments)?, arguments.number("offset", 0, usize::MAX)?)
        }
        Name::PreviewFix | Name::ApplyFix => {
            let id = arguments.required("finding")?;
            let applies = (job.name == Name::ApplyFix).then(|| arguments.flag("reviewed")).transpose()?;
            for root in roots.iter_mut() {
                if let Some(done) = repair::repair(root.project()?, id, applies) {
                    return done;
                }
            }
            Err(format!("there is no finding `{id}` now: it may be repaired already, or its line has changed. Ask `audit` again."))
        }
    }
}

fn limit(arguments: &Arguments) -> Result<usize, Wrong> {
    Ok(arguments.number("limit", USUAL, MOST)?.max(1))
}

/// The root that a path lies in, and the path if it is not the root itself. Nothing outside of the roots is looked at.
fn chosen(roots: &[Root], path: Option<&str>) -> Result<(usize, Option<FileId>), Wrong> {
    let Some(path) = path.filter(|path| !path.is_empty() && *path != ".") else { return Ok((0, None)) };
    let (root, path) = placed(roots, path)?;
    if !path.exists() {
        return Err(format!("there is no `{}`", path.display()));
    }
    let is_root = roots.get(root).is_some_and(|root| root.path == path);
    Ok((root, if is_root { None } else { file_id(&path) }))
}

fn placed(roots: &[Root], path: &str) -> Result<(usize, PathBuf), Wrong> {
    let outside = || {
        format!(
            "`{path}` lies outside of the folders that may be looked at: {}",
            roots.iter().map(|root| root.path.display().to_string()).collect::<Vec<_>>().join(", ")
        )
    };
    let found = roots.iter().enumerate().find_map(|(at, root)| {
        let whole = absolute(&root.path, Path::new(path));
        (whole.starts_with(&root.path) && (at == 0 || whole.exists() || Path::new(path).is_absolute())).then_some((at, whole))
    });
    let (at, whole) = found.ok_or_else(outside)?;
    // A link must not lead out either.
    let real = |path: &Path| path.ancestors().find_map(|path| path.canonicalize().ok());
    let stays = real(&whole).zip(roots.get(at).and_then(|root| root.path.canonicalize().ok())).is_some_and(|(path, root)| path.starts_with(root));
    if stays { Ok((at, whole)) } else { Err(outside()) }
}

/// A page of more characters is cut: a model's attention is dear.
const LONGEST_PAGE: usize = 12_000;

fn explain(roots: &mut [Root], rule: &str) -> Result<Value, Wrong> {
    let id = rule.trim().to_ascii_lowercase();
    let config = match roots.first_mut() {
        Some(root) => Arc::clone(root.project()?.kept.config()),
        None => Arc::default(),
    };
    let known = Known::of(&config);
    let Some(meta) = known.by_id(&id) else {
        let meant = nearest(&id, &known.all()).map(|meant| format!(" Did you mean `{meant}`?")).unwrap_or_default();
        return Err(format!("there is no rule `{rule}`.{meant}"));
    };
    let advice = report::page::sections(meta.page).into_iter().enumerate().filter(|(at, section)| *at == 0 || report::page::is_advice(section));
    let told: Vec<String> =
        advice.map(|(at, section)| if at == 0 { section.body.to_owned() } else { format!("## {}\n\n{}", section.title, section.body) }).collect();
    let page: String = told.join("\n\n").chars().take(LONGEST_PAGE).collect();
    Ok(json!({ "id": meta.id.as_str(), "title": meta.title, "risk": risk(meta.risk), "impact": impact(meta.impact), "cwe": meta.cwe, "page": page }))
}

fn routes(project: &mut Project, below: Option<&FileId>, who: Option<&str>, limit: usize, offset: usize) -> Result<Value, Wrong> {
    let snapshot = project.snapshot();
    // The findings are asked for their secrets only, which must not be shown.
    let found = project.found(&snapshot)?;
    let map = project.engine.routes(&snapshot, &|file| below.is_none_or(|below| file.is_within(below)), &project.cancel);
    let map = map.map_err(|why| why.to_string())?;
    let known = Known::of(&snapshot.config);
    let redactor = Redactor::new(&Texts::of(&snapshot.project), &known.all(), &found);
    let told: Value = serde_json::from_str(&report::routes::json(&snapshot.project, &map, &redactor)).map_err(|error| error.to_string())?;
    let all = told["routes"].as_array().cloned().unwrap_or_default();
    let wanted: Vec<Value> = all.into_iter().filter(|route| who.is_none_or(|who| route["callers"]["who"] == who)).collect();
    let (total, some) = (wanted.len(), wanted.into_iter().skip(offset).take(limit).collect::<Vec<_>>());
    Ok(json!({ "root": project.kept.root(), "truncated": offset + some.len() < total, "routes": some, "total": total }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::failing;

    const TEXT: &str = "from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == \"__main__\":\n    app.run(debug=True)\n";

    fn folder(settings: &str) -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("app.py"), TEXT).expect("a file");
        std::fs::write(folder.path().join("guardline.json"), settings).expect("a file");
        let path = folder.path().to_owned();
        (folder, Root { path, open: None })
    }

    fn audited(root: &mut Root) -> Value {
        let wanted = findings::Wanted { limit: MOST, ..findings::Wanted::default() };
        findings::audit(root.project().expect("a project"), &wanted).expect("an answer")
    }

    #[test]
    fn a_failed_check_is_told_and_counts_nothing_as_left() {
        let (_folder, mut root) = folder("{}");
        failing::after(0);
        let wanted = findings::Wanted { limit: MOST, ..findings::Wanted::default() };
        assert!(findings::audit(root.project().expect("a project"), &wanted).expect_err("it failed").contains("the analysis failed"));
        let told = audited(&mut root);
        let id = told["findings"][0]["id"].as_str().expect("a finding");
        // Before and after the repair it goes well, and then no more.
        failing::after(2);
        let done = repair::repair(root.project().expect("a project"), id, Some(true)).expect("the finding").expect("it was repaired");
        assert_eq!((done.get("left"), done["changed"][0].as_str()), (None, Some("app.py")), "{done}");
        assert!(done["notCheckedAgain"].as_str().is_some_and(|why| why.contains("the analysis failed")), "{done}");
        assert_eq!(audited(&mut root)["total"], 0);
    }

    #[test]
    fn what_the_settings_silence_is_silent_here_too() {
        let (_folder, mut root) = folder("{}");
        assert_eq!((&audited(&mut root)["total"], &audited(&mut root)["silenced"]), (&json!(1), &json!(0)));
        let silencing = r#"{ "suppress": [{ "rules": ["debug-enabled"], "paths": ["app.py"], "reason": "a toy that nobody runs" }] }"#;
        let (_folder, mut root) = folder(silencing);
        assert_eq!((&audited(&mut root)["total"], &audited(&mut root)["silenced"]), (&json!(0), &json!(1)));
    }
}
