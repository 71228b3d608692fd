//! How much of one file is found in another, measured as git measures it for `-M` and `-C`, so that Seam and GitHub see the
//! same renames: both texts are cut into lines of at most 64 bytes, and the bytes of equal pieces are counted.

/// What a whole file is worth.
pub const MAX_SCORE: u64 = 60_000;
/// Half of a file in common: what git and GitHub call a rename.
pub const RENAME_SCORE: u64 = MAX_SCORE / 2;

const PIECE_BYTES: u32 = 64;
/// Pieces are told apart by a hash below this prime, as in git.
const BUCKETS: u32 = 107_927;

/// The pieces of one file: how many bytes fall on each hash, by hash.
pub struct Pieces(Vec<(u32, u32)>);

impl Pieces {
    /// `content` of a text is taken without the `\r` of its line ends.
    pub fn of(content: &[u8], is_text: bool) -> Self {
        let mut weights = vec![0; BUCKETS as usize];
        let mut piece = Piece::default();
        let mut bytes = content.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            if is_text && byte == b'\r' && bytes.peek() == Some(&b'\n') {
                continue;
            }
            piece.push(byte);
            if piece.length == PIECE_BYTES || byte == b'\n' {
                piece.take_into(&mut weights);
            }
        }
        if piece.length > 0 {
            piece.take_into(&mut weights);
        }
        Self(
            weights
                .into_iter()
                .zip(0..)
                .filter(|(weight, _)| *weight > 0)
                .map(|(weight, hash)| (hash, weight))
                .collect(),
        )
    }

    /// How many of them there are: what comparing costs.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Bytes that both have.
    fn common(&self, other: &Self) -> u64 {
        let mut others = other.0.iter().peekable();
        let mut common = 0;
        for (hash, weight) in &self.0 {
            while others.next_if(|(theirs, _)| theirs < hash).is_some() {}
            if let Some((_, theirs)) = others.next_if(|(theirs, _)| theirs == hash) {
                common += u64::from(*weight.min(theirs));
            }
        }
        common
    }
}

#[derive(Default)]
struct Piece {
    high: u32,
    low: u32,
    length: u32,
}

impl Piece {
    fn push(&mut self, byte: u8) {
        let before = self.high;
        self.high = ((self.high << 7) ^ (self.low >> 25)).wrapping_add(u32::from(byte));
        self.low = (self.low << 7) ^ (before >> 25);
        self.length += 1;
    }

    fn take_into(&mut self, weights: &mut [u32]) {
        let hash = self.high.wrapping_add(self.low.wrapping_mul(0x61)) % BUCKETS;
        weights[hash as usize] = weights[hash as usize].saturating_add(self.length);
        *self = Self::default();
    }
}

/// Whether two sizes alone rule out a score of `least`.
pub fn sizes_rule_out(one: u64, other: u64, least: u64) -> bool {
    one.max(other) * (MAX_SCORE - least) < one.abs_diff(other) * MAX_SCORE
}

/// From 0 (nothing in common) to [`MAX_SCORE`]; sizes in bytes.
pub fn score(old: &Pieces, old_size: u64, new: &Pieces, new_size: u64) -> u64 {
    match old_size.max(new_size) {
        0 => 0,
        largest if new_size > 0 => old.common(new) * MAX_SCORE / largest,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(old: &[u8], new: &[u8]) -> u64 {
        score(&Pieces::of(old, true), old.len() as u64, &Pieces::of(new, true), new.len() as u64)
    }

    #[test]
    fn bytes_of_equal_lines_count() {
        assert_eq!(between(b"one\ntwo\n", b"two\none\n"), MAX_SCORE);
        assert_eq!(between(b"one\ntwo\n", b"one\nnot\n"), MAX_SCORE / 2);
        assert_eq!(between(b"one\ntwo\n", b"all other\n"), 0);
        assert_eq!(between(b"", b"x"), 0);
        assert!(sizes_rule_out(10, 21, RENAME_SCORE));
        assert!(!sizes_rule_out(10, 20, RENAME_SCORE));
    }

    #[test]
    fn line_ends_of_windows_do_not_count() {
        let (old, new) = (Pieces::of(b"one\r\ntwo\r\n", true), Pieces::of(b"one\ntwo\n", true));
        assert_eq!(old.common(&new), 8);
    }
}
