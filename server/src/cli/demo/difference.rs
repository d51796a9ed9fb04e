//! What a fix changed, line by line.

/// A line that stands in only one of two texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line<'t> {
    Gone(&'t str),
    /// With its number in the newer text, from zero.
    New(usize, &'t str),
}

/// The lines that differ, in the order of the texts. Both are files of a few dozen lines.
pub fn lines<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    // How many lines the rests from (i, j) on have in common.
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            out.push(Line::Gone(old[i]));
            i += 1;
        } else {
            out.push(Line::New(j, new[j]));
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_not_told() {
        assert_eq!(lines("a\nb\nc", "x\na\nd\nc"), [Line::New(0, "x"), Line::Gone("b"), Line::New(2, "d")]);
        assert_eq!(lines("a", "a"), []);
        assert_eq!(lines("", "a"), [Line::Gone(""), Line::New(0, "a")]);
    }
}
