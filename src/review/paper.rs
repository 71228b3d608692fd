//! A text with an end: GitHub refuses bodies over 65,536 characters, so everything is written on paper of a size, and
//! what does not fit is counted and said.

/// Room for one comment, or for one of the two texts of a check run. GitHub's limit is 65,535; characters outside of
/// ASCII may count more than once there, so bytes are counted here, with a margin.
pub const MOST_BYTES: usize = 60_000;

pub struct Paper {
    text: String,
    room: usize,
}

impl Paper {
    pub fn new(room: usize) -> Self {
        Self { text: String::new(), room }
    }

    /// Writes a paragraph, or nothing when there is no room for it.
    pub fn paragraph(&mut self, text: &str) -> bool {
        let gap = if self.text.is_empty() { "" } else { "\n\n" };
        let fits = self.text.len() + gap.len() + text.len() <= self.room;
        if fits {
            self.text.push_str(gap);
            self.text.push_str(text);
        }
        fits
    }

    /// Writes a head, as many lines as fit into `room` bytes (or what is left of them), and a foot; `more` says how many
    /// lines did not fit. Nothing at all when not even the head does.
    pub fn list(
        &mut self,
        room: usize,
        (head, foot): (&str, &str),
        lines: impl IntoIterator<Item = String>,
        more: impl Fn(usize) -> String,
    ) -> bool {
        // The number in `more` is never longer than this one.
        let words = more(usize::MAX).len() + 2;
        let Some(room) = room.min(self.left()).checked_sub(head.len() + foot.len() + words + 2) else { return false };
        let (mut left, mut list) = (0, String::new());
        for line in lines {
            if left > 0 || list.len() + line.len() + 1 > room {
                left += 1;
            } else {
                list.push('\n');
                list.push_str(&line);
            }
        }
        if left > 0 {
            list.push_str(&format!("\n\n{}", more(left)));
        }
        self.paragraph(&format!("{head}{list}{foot}"))
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Bytes still free.
    pub fn left(&self) -> usize {
        self.room.saturating_sub(self.text.len())
    }

    pub fn into_text(self) -> String {
        self.text
    }
}
