//! The entries of a git index, as its documentation describes the format: versions 2 to 4, objects named by SHA-1 or SHA-256,
//! split indexes.
//!
//! Of a sparse index the folders that are not checked out are one entry each; what lies in them is not on disk either.

/// What objects are named by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ids {
    Sha1,
    Sha256,
}

impl Ids {
    fn bytes(self) -> usize {
        match self {
            Ids::Sha1 => 20,
            Ids::Sha256 => 32,
        }
    }
}

/// What an index says is in git.
pub(super) struct Entries {
    /// Each with its place in the index.
    pub names: Vec<(usize, Vec<u8>)>,
    /// The index that this one is the newer part of.
    pub base: Option<Base>,
}

pub(super) struct Base {
    /// Its checksum in hex, which is a part of its file's name.
    pub name: String,
    /// The places of its entries that are gone or newer here, in order.
    pub gone: Vec<usize>,
}

/// An entry's times, numbers, mode and size, up to the object's name.
const STAT: usize = 40;
/// Set in the flags of an entry that has two more bytes of them.
const EXTENDED: u16 = 0x4000;
/// No index has more entries than this.
const MOST_PLACES: usize = 1 << 26;

impl Entries {
    pub fn read(index: &[u8], ids: Ids) -> Option<Entries> {
        let (version, count) = (number(index, 4)?, number(index, 8)?);
        if index.get(..4)? != b"DIRC" || !(2..=4).contains(&version) {
            return None;
        }
        let fixed = STAT + ids.bytes();
        let mut names = Vec::new();
        let mut name: Vec<u8> = Vec::new();
        let mut at = 12;
        for place in 0..count {
            let flags = u16::from_be_bytes(index.get(at + fixed..at + fixed + 2)?.try_into().ok()?);
            let mut start = at + fixed + 2 + if flags & EXTENDED != 0 { 2 } else { 0 };
            if version == 4 {
                let (dropped, length) = variable(index.get(start..)?)?;
                start += length;
                name.truncate(name.len().checked_sub(dropped)?);
            } else {
                name.clear();
            }
            let length = index.get(start..)?.iter().position(|byte| *byte == 0)?;
            name.extend_from_slice(index.get(start..start + length)?);
            let end = start + length;
            // Before version 4, one to eight NULs bring the entry to a multiple of eight bytes.
            at = if version == 4 { end + 1 } else { at + ((end - at) / 8 + 1) * 8 };
            // What only takes the place of an entry of the base has no name.
            if !name.is_empty() {
                names.push((place as usize, name.clone()));
            }
        }
        Some(Entries { names, base: base(index, at, ids) })
    }

    /// The same without the entries at these places, which are in order.
    pub fn without(mut self, gone: &[usize]) -> Entries {
        self.names.retain(|(place, _)| gone.binary_search(place).is_err());
        self
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The extension `link`, if there is one after the entries. Each extension is a signature, a length and that many bytes.
fn base(index: &[u8], mut at: usize, ids: Ids) -> Option<Base> {
    loop {
        let (signature, length) = (index.get(at..at + 4)?, number(index, at + 4)? as usize);
        let body = index.get(at + 8..(at + 8).checked_add(length)?)?;
        if signature == b"link" {
            let name = body.get(..ids.bytes())?;
            // Without a base, the name is all zeros.
            let is_split = name.iter().any(|byte| *byte != 0);
            let gone = places(body.get(ids.bytes()..)?).unwrap_or_default();
            return is_split.then(|| Base { name: name.iter().map(|byte| format!("{byte:02x}")).collect(), gone });
        }
        at += 8 + length;
    }
}

/// The places of the set bits in a compressed bitmap (EWAH): words that say how many equal words follow and how many
/// words as they are.
fn places(bitmap: &[u8]) -> Option<Vec<usize>> {
    let count = number(bitmap, 4)? as usize;
    let words = bitmap.get(8..8usize.checked_add(count.checked_mul(8)?)?)?;
    let mut words = words.chunks_exact(8).map(|word| word.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte)));
    let mut out = Vec::new();
    let mut at = 0usize;
    while let Some(marker) = words.next() {
        let run = (marker >> 1 & 0xFFFF_FFFF) as usize * 64;
        let end = at.checked_add(run).filter(|end| *end <= MOST_PLACES)?;
        if marker & 1 == 1 {
            out.extend(at..end);
        }
        at = end;
        for word in words.by_ref().take((marker >> 33) as usize) {
            out.extend((0..64).filter(|bit| word >> bit & 1 == 1).map(|bit| at + bit));
            at += 64;
        }
    }
    Some(out)
}

/// Git's variable-length number, and how many bytes it took.
fn variable(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0usize;
    for (i, byte) in bytes.iter().enumerate().take(9) {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7F))?;
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
        value = value.checked_add(1)?;
    }
    None
}

/// Indexes as git writes them.
#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// An index of this version, and these names.
    pub fn index(version: u32, ids: Ids, names: &[&str]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend((names.len() as u32).to_be_bytes());
        let mut before = "";
        for name in names {
            let start = out.len();
            out.extend(vec![7; STAT + ids.bytes()]);
            let extended = if version == 3 { EXTENDED } else { 0 };
            out.extend((name.len() as u16 | extended).to_be_bytes());
            out.extend(if version == 3 { &[0x20, 0][..] } else { &[] });
            if version == 4 {
                let shared = before.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
                out.push((before.len() - shared) as u8);
                out.extend(&name.as_bytes()[shared..]);
                out.push(0);
            } else {
                out.extend(name.as_bytes());
                out.resize(start + ((out.len() - start) / 8 + 1) * 8, 0);
            }
            before = name;
        }
        out
    }

    /// The same as the newer part of the index `0707...`, of which the entries at these places (below 64) are gone.
    pub fn split(index: &[u8], ids: Ids, gone: &[u32]) -> Vec<u8> {
        let mut body = vec![7; ids.bytes()];
        let word = gone.iter().fold(0u64, |word, place| word | 1 << place);
        for set in [word, 0] {
            body.extend(64u32.to_be_bytes());
            body.extend(2u32.to_be_bytes());
            body.extend((1u64 << 33).to_be_bytes());
            body.extend(set.to_be_bytes());
            body.extend(0u32.to_be_bytes());
        }
        let mut out = index.to_vec();
        for (signature, body) in [(b"TREE", &[1, 2, 3][..]), (b"link", &body)] {
            out.extend(signature);
            out.extend((body.len() as u32).to_be_bytes());
            out.extend(body);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{index, split};
    use super::*;

    fn names(bytes: &[u8], ids: Ids) -> Option<Vec<String>> {
        Some(Entries::read(bytes, ids)?.names.iter().map(|(_, name)| String::from_utf8_lossy(name).into_owned()).collect())
    }

    #[test]
    fn every_version_and_both_kinds_of_names() {
        // The last is a folder of a sparse index.
        let of = [".env", "apps/api/.env.local", "apps/api/main.ts", "docs/"];
        for version in 2..=4 {
            for ids in [Ids::Sha1, Ids::Sha256] {
                assert_eq!(names(&index(version, ids, &of), ids).as_deref(), Some(&of.map(str::to_owned)[..]), "version {version}, {ids:?}");
            }
        }
        assert!(names(&index(5, Ids::Sha1, &of), Ids::Sha1).is_none());
    }

    #[test]
    fn no_prefix_of_an_index_panics() {
        for version in 0..=5 {
            for ids in [Ids::Sha1, Ids::Sha256] {
                let whole = split(&index(version, ids, &[".env", "a/.env"]), ids, &[0, 63]);
                for end in 0..whole.len() {
                    let _ = names(&whole[..end], ids);
                    let _ = names(&whole[..end], Ids::Sha256);
                }
            }
        }
    }

    #[test]
    fn places_of_a_bitmap() {
        let bitmap = |words: &[u64]| {
            let mut out = 0u32.to_be_bytes().to_vec();
            out.extend((words.len() as u32).to_be_bytes());
            words.iter().for_each(|word| out.extend(word.to_be_bytes()));
            out
        };
        assert_eq!(places(&bitmap(&[1 << 33, 0b101])), Some(vec![0, 2]));
        // One word of ones, two of zeros, then one as it is.
        assert_eq!(places(&bitmap(&[1 << 1 | 1, 2 << 1 | 1 << 33, 1])), Some((0..64).chain([192]).collect()));
        assert_eq!(places(&bitmap(&[u64::MAX])), None, "larger than any index");
        assert_eq!(places(&[]), None);
    }

    #[test]
    fn numbers_of_several_bytes() {
        assert_eq!(variable(&[0x05]), Some((5, 1)));
        assert_eq!(variable(&[0x80, 0x00]), Some((128, 2)));
        assert_eq!(variable(&[0x80]), None);
        assert_eq!(variable(&[]), None);
    }
}
