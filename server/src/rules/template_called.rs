//! Which template is meant, where several of a project are called so.

use crate::text::FileId;

/// The one nearest to whoever asks for it, by the folders that they share. `None` if two are as near as each other.
pub(super) fn nearest<'p, S>(from: &FileId, called: Vec<(&'p FileId, S)>) -> Option<(&'p FileId, S)> {
    let near = |file: &FileId| file.as_str().split('/').zip(from.as_str().split('/')).take_while(|(a, b)| a == b).count();
    let most = called.iter().map(|(file, _)| near(file)).max()?;
    let mut all = called.into_iter().filter(|(file, _)| near(file) == most);
    let first = all.next()?;
    all.next().is_none().then_some(first)
}
