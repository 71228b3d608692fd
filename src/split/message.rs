//! The message of a slice's commit: its title, where it comes from, and who wrote it.

use crate::domain::plan::Slice;

/// People that are named.
const MAX_AUTHORS: usize = 20;
/// Bytes of a name with its address. What is longer names nobody.
const MAX_AUTHOR: usize = 250;

/// `authors`: as in `Ada <ada@example.com>`, of the commits that the slice was cut from.
pub fn render(slice: &Slice, from: &str, authors: &[String]) -> String {
    let mut message = format!("{}\n\nCut from {} by Seam.\n", line(&slice.title), line(from));
    let mut named: Vec<String> = Vec::new();
    for author in authors.iter().map(|author| line(author)).filter(|author| is_person(author)) {
        if !named.contains(&author) && named.len() < MAX_AUTHORS {
            named.push(author);
        }
    }
    if !named.is_empty() {
        message.push('\n');
        for author in named {
            message.push_str(&format!("Co-authored-by: {author}\n"));
        }
    }
    message
}

/// `NAME <ADDRESS>`.
fn is_person(author: &str) -> bool {
    let parts = author.split_once(" <").filter(|_| author.len() <= MAX_AUTHOR);
    parts.is_some_and(|(name, rest)| !name.trim().is_empty() && rest.contains('@') && rest.ends_with('>'))
}

fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::SliceId;

    #[test]
    fn authors_stay_authors_and_cannot_add_lines() {
        let title = "Add the parser\nand more".to_owned();
        let slice = Slice { title, ..Slice::new(SliceId("s1".to_owned()), String::new()) };
        let endless = format!("{} <endless@example.com>", "E".repeat(10_000));
        let authors = [
            "Ada <ada@example.com>",
            "Eve\nSigned-off-by: X <x@example.com>",
            "nobody",
            &endless,
            "Ada <ada@example.com>",
        ];
        insta::assert_snapshot!(render(&slice, "topic", &authors.map(str::to_owned)), @r"
        Add the parser and more

        Cut from topic by Seam.

        Co-authored-by: Ada <ada@example.com>
        Co-authored-by: Eve Signed-off-by: X <x@example.com>
        ");
    }
}
