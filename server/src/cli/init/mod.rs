//! `guardline init`: looks at a project, writes a `guardline.json` with words in it, and offers to set up the rest.
//!
//! What is there already is left alone: it is added to where that is safe, replaced only if somebody says so, and otherwise
//! the person is told what to add.

mod ask;
mod config_text;
mod look;
mod offers;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::args::Init;
use super::output;
use super::reading;
use crate::fixes::{FileEdit, TextEdit};
use crate::text::Span;
use crate::workspace::apply;
use crate::workspace::walk::file_id;
use ask::Asking;
use look::Seen;
use offers::{Offer, Put};

pub fn run(init: &Init) -> Result<u8> {
    reading::deep(|| run_here(init))
}

fn run_here(init: &Init) -> Result<u8> {
    let cancel = reading::stopped_by_ctrl_c()?;
    let Some(seen) = look::look(init.path.as_deref(), &cancel)? else { return Ok(super::STOPPED) };
    let mut asking = Asking::new(init.yes);
    let mut left = Vec::new();
    say(&format!("{}\n\n", seen.in_words()))?;
    let offers: Vec<Offer> = std::iter::once(Offer::config(&seen)).chain(wanted(init, &seen, &mut asking)?).collect();
    for offer in offers {
        match put(&seen.folder, &offer, &mut asking)? {
            Done::Wrote(what) => say(&format!("  {what}\n"))?,
            Done::There => say(&format!("  {} is there already and says it all\n", offer.path))?,
            Done::Left => left.push(offer),
        }
    }
    for offer in &left {
        say(&format!("\n{} was left as it is. To have it {}, add:\n\n{}\n", offer.path, offer.what_for, offer.text.trim_end()))?;
    }
    say(&format!("\nNext: `guardline audit{}`.\n", init.path.as_deref().map(|path| format!(" {}", path.display())).unwrap_or_default()))?;
    Ok(0)
}

/// What was asked for, and what the person wants of the rest.
fn wanted(init: &Init, seen: &Seen, asking: &mut Asking) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    let is_plain = init.editor.is_empty() && init.hook.is_empty() && init.ci.is_empty() && !init.pre_commit;
    offers.extend(init.editor.iter().map(|editor| Offer::editor(*editor)));
    offers.extend(init.hook.iter().map(|client| Offer::hook(*client)));
    offers.extend(init.pre_commit.then(|| Offer::pre_commit(seen)));
    offers.extend(init.ci.iter().map(|host| Offer::ci(*host)));
    if is_plain {
        for offer in Offer::fitting(seen) {
            if asking.wants(&format!("Shall {} be set up ({})?", offer.what_for_short, offer.path))? {
                offers.push(offer);
            }
        }
    }
    Ok(offers)
}

enum Done {
    Wrote(String),
    There,
    Left,
}

/// Writes one of them, if nothing is lost by it.
fn put(folder: &Path, offer: &Offer, asking: &mut Asking) -> Result<Done> {
    let path = folder.join(&offer.path);
    let before = match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        _ => Some(apply::text_of(&path).with_context(|| format!("{} cannot be read", path.display()))?),
    };
    let Some(before) = before else {
        write(folder, &path, None, &offer.whole())?;
        return Ok(Done::Wrote(format!("wrote {}", offer.path)));
    };
    match offer.put_into(&before) {
        Put::There => Ok(Done::There),
        Put::Added(text) if asking.wants(&format!("{} is there already. Add Guardline to it?", offer.path))? => {
            write(folder, &path, Some(&before), &text)?;
            Ok(Done::Wrote(format!("added to {}", offer.path)))
        }
        Put::Instead(text) if asking.insists(&format!("{} is there already. Write it anew? What is in it will be lost.", offer.path))? => {
            write(folder, &path, Some(&before), &text)?;
            Ok(Done::Wrote(format!("wrote {} anew", offer.path)))
        }
        Put::Added(_) | Put::Instead(_) | Put::Unknown => Ok(Done::Left),
    }
}

/// Writes the file as a fix is written: not half of it, not over what was written meanwhile, and nowhere outside of the folder.
fn write(folder: &Path, path: &Path, before: Option<&str>, text: &str) -> Result<()> {
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        bail!("{} is a link; write the file that it leads to yourself", path.display());
    }
    let file = file_id(path).with_context(|| format!("the name of {} is not UTF-8", path.display()))?;
    let whole = TextEdit { span: Span::new(0, before.map_or(0, str::len) as u32), text: text.to_owned() };
    let edit = FileEdit { file, create: before.is_none(), edits: vec![whole] };
    apply::apply(&[edit], &|_| before.map(str::to_owned), &[folder.to_owned()])?;
    if path.parent().and_then(Path::file_name).is_some_and(|name| name == ".husky") {
        make_runnable(path)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_runnable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode | 0o111)).with_context(|| format!("{} cannot be made runnable", path.display()))
}

#[cfg(not(unix))]
fn make_runnable(_: &Path) -> Result<()> {
    Ok(())
}

fn say(text: &str) -> Result<()> {
    output::print(text).context("the result cannot be told")
}

/// The folder that was named, or the current one.
fn folder(named: Option<&Path>) -> Result<PathBuf> {
    let folder = std::path::absolute(named.unwrap_or(Path::new("."))).context("the current folder cannot be read")?;
    if !folder.is_dir() {
        bail!("{} is not a folder", folder.display());
    }
    Ok(folder)
}
