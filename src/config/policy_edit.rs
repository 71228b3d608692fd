//! Adds to a list in a file of settings as a person would: comments and layout stay what they are. What comes out is read
//! again before it is believed.

use serde_json::{Value, json};

use super::{
    located::{Entry, Located, Node, NotYaml, parse},
    policy_file::MOST_BYTES,
    policy_text::{plain_key, plain_value},
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    #[error("it is in the list already")]
    IsThere,
    #[error("{0}")]
    NotYaml(#[from] NotYaml),
    #[error("it is written in a way that only a person should change")]
    Unusual,
}

/// `setting`: the keys down to the list, as in `["rules", "disable"]`; what of them is missing is added. `inherited`: what
/// holds where the file does not give the list, and would not hold any more once it does.
pub fn add(text: &str, setting: &[&str], inherited: &[String], item: &str) -> Result<String, CannotAdd> {
    let tree = parse(text, MOST_BYTES)?;
    let before = if tree.node == Node::Null { json!({}) } else { tree.to_value() };
    let wanted = wanted(&before, setting, inherited, item)?;
    let whole: Vec<&str> = inherited.iter().map(String::as_str).chain([item]).collect();
    let new = New { item: plain_value(&item.into()), list: plain_value(&whole.into()) };
    let added = insert(text, &tree, setting, &new).ok_or(CannotAdd::Unusual)?;
    match parse(&added, MOST_BYTES) {
        Ok(tree) if tree.to_value() == wanted => Ok(added),
        _ => Err(CannotAdd::Unusual),
    }
}

/// What the file is to say.
fn wanted(before: &Value, setting: &[&str], inherited: &[String], item: &str) -> Result<Value, CannotAdd> {
    let mut wanted = before.clone();
    let mut at = &mut wanted;
    for key in setting {
        let map = at.as_object_mut().ok_or(CannotAdd::Unusual)?;
        at = map.entry(*key).or_insert_with(|| json!({}));
    }
    if at.as_object().is_some_and(serde_json::Map::is_empty) {
        *at = inherited.into();
    }
    let list = at.as_array_mut().ok_or(CannotAdd::Unusual)?;
    if list.iter().any(|there| there == item) {
        return Err(CannotAdd::IsThere);
    }
    list.push(item.into());
    Ok(wanted)
}

/// As YAML: what is added to a list, and the whole list where there is none.
struct New {
    item: String,
    list: String,
}

/// Where, and what.
type Edit = (usize, String);

fn insert(text: &str, tree: &Located, setting: &[&str], new: &New) -> Option<String> {
    let (mut at, mut last): (&Located, Option<&Entry>) = (tree, None);
    let mut missing = setting;
    while let Some((key, rest)) = missing.split_first() {
        let Some(entry) = at.get(key) else { break };
        (at, last, missing) = (&entry.value, Some(entry), rest);
    }
    let (place, words) = match (&at.node, last) {
        (Node::List(items), _) if missing.is_empty() => into_list(text, at, items, &new.item)?,
        (Node::Null, Some(entry)) if missing.is_empty() => (colon(text, entry)?, format!(" {}", new.list)),
        (Node::Map(entries), _) => into_map(text, at, (entries, last), missing, new)?,
        (Node::Null, Some(entry)) => {
            let indent = entry.bytes.start - line_start(text, entry.bytes.start)? + 2;
            below(text, entry, &block(missing, new, indent, ending(text)))?
        }
        (Node::Null, None) => at_end(text, &block(missing, new, 0, ending(text))),
        _ => return None,
    };
    Some(format!("{}{words}{}", text.get(..place)?, text.get(place..)?))
}

fn into_list(text: &str, list: &Located, items: &[Located], item: &str) -> Option<Edit> {
    let is_flow = text.get(list.bytes.start..)?.starts_with('[');
    let Some(last) = items.last() else { return is_flow.then(|| (list.bytes.start + 1, item.to_owned())) };
    if is_flow {
        return Some((last.bytes.end, format!(", {item}")));
    }
    let bullet = text.get(line_start(text, last.bytes.start)?..last.bytes.start)?;
    let end = line_end(text, last.bytes.end)?;
    (bullet.trim() == "-").then(|| (end, format!("{}{bullet}{item}", ending(text))))
}

fn into_map(
    text: &str,
    map: &Located,
    (entries, parent): (&[Entry], Option<&Entry>),
    missing: &[&str],
    new: &New,
) -> Option<Edit> {
    if text.get(map.bytes.start..)?.starts_with('{') {
        let rest = if entries.is_empty() { " " } else { "," };
        return Some((map.bytes.start + 1, format!(" {}{rest}", flow(missing, new))));
    }
    let first = entries.first()?;
    let indent = first.bytes.start - line_start(text, first.bytes.start)?;
    let lines = block(missing, new, indent, ending(text));
    match parent {
        Some(parent) => below(text, parent, &lines),
        None => Some(at_end(text, &lines)),
    }
}

/// On the lines after that of a key: what stands above a line below it still does.
fn below(text: &str, key: &Entry, lines: &str) -> Option<Edit> {
    let end = line_end(text, key.bytes.end)?;
    Some((end, format!("{}{}", ending(text), lines.trim_end_matches(['\r', '\n']))))
}

fn at_end(text: &str, lines: &str) -> Edit {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { ending(text) };
    (text.len(), format!("{gap}{lines}"))
}

fn block(keys: &[&str], new: &New, indent: usize, end: &str) -> String {
    let mut lines = String::new();
    for (depth, key) in keys.iter().enumerate() {
        let value = if depth + 1 == keys.len() { format!(" {}", new.list) } else { String::new() };
        lines.push_str(&format!("{}{}:{value}{end}", " ".repeat(indent + 2 * depth), plain_key(key)));
    }
    lines
}

fn flow(keys: &[&str], new: &New) -> String {
    match keys {
        [] => new.list.clone(),
        [key] => format!("{}: {}", plain_key(key), new.list),
        [key, rest @ ..] => format!("{}: {{ {} }}", plain_key(key), flow(rest, new)),
    }
}

fn colon(text: &str, key: &Entry) -> Option<usize> {
    Some(key.bytes.end + text.get(key.bytes.end..)?.find(':')? + 1)
}

fn line_start(text: &str, at: usize) -> Option<usize> {
    Some(text.get(..at)?.rfind('\n').map_or(0, |end| end + 1))
}

/// Before its line end.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let line = text.get(at..)?.split('\n').next()?;
    Some(at + line.strip_suffix('\r').unwrap_or(line).len())
}

fn ending(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISABLE: [&str; 2] = ["rules", "disable"];

    /// What people wrote, and what becomes of it.
    const CASES: [(&str, &str); 18] = [
        ("", "rules:\n  disable: [py/x]\n"),
        ("# Ours.\n", "# Ours.\nrules:\n  disable: [py/x]\n"),
        ("review:\n  max_comments: 5 # few", "review:\n  max_comments: 5 # few\nrules:\n  disable: [py/x]\n"),
        ("rules:\n  disable: [] # none\n", "rules:\n  disable: [py/x] # none\n"),
        ("rules:\n  disable: [ js/y ]\n", "rules:\n  disable: [ js/y, py/x ]\n"),
        ("rules:\n  disable: [\n    js/y, # why\n  ]\n", "rules:\n  disable: [\n    js/y, py/x, # why\n  ]\n"),
        (
            "rules:\n  disable:\n    # noisy\n    - js/y # why\n\nsplit: {}\n",
            "rules:\n  disable:\n    # noisy\n    - js/y # why\n    - py/x\n\nsplit: {}\n",
        ),
        ("rules:\n  disable:\n  - \"js/y\"\n", "rules:\n  disable:\n  - \"js/y\"\n  - py/x\n"),
        ("rules:\n  disable:\n", "rules:\n  disable: [py/x]\n"),
        ("rules: # ours\n", "rules: # ours\n  disable: [py/x]\n"),
        (
            "rules:\n    # louder\n    severity:\n        js/y: error\n",
            "rules:\n    disable: [py/x]\n    # louder\n    severity:\n        js/y: error\n",
        ),
        ("rules: { disable: [js/y] }\n", "rules: { disable: [js/y, py/x] }\n"),
        ("rules: { severity: {} }\n", "rules: { disable: [py/x], severity: {} }\n"),
        ("rules: {}\r\nsplit: {}\r\n", "rules: { disable: [py/x] }\r\nsplit: {}\r\n"),
        ("{ review: {} }\n", "{ rules: { disable: [py/x] }, review: {} }\n"),
        ("rules:\r\n  disable:\r\n    - js/y\r\n", "rules:\r\n  disable:\r\n    - js/y\r\n    - py/x\r\n"),
        ("# größer\nrules: # größte\n  disable: [js/y]", "# größer\nrules: # größte\n  disable: [js/y, py/x]"),
        ("---\nreview: {}\n", "---\nreview: {}\nrules:\n  disable: [py/x]\n"),
    ];

    #[test]
    fn what_people_wrote_stays() {
        for (text, after) in CASES {
            assert_eq!(add(text, &DISABLE, &[], "py/x").as_deref(), Ok(after), "{text:?}");
        }
    }

    #[test]
    fn what_held_before_still_holds() {
        let inherited = ["js/y".to_owned(), "go/*".to_owned()];
        let added = |text| add(text, &DISABLE, &inherited, "py/x").unwrap();
        assert_eq!(added("rules:\n"), "rules:\n  disable: [js/y, \"go/*\", py/x]\n");
        assert_eq!(added("{}"), "{ rules: { disable: [js/y, \"go/*\", py/x] } }");
        // The file gives a list of its own.
        assert_eq!(added("rules:\n  disable: []\n"), "rules:\n  disable: [py/x]\n");
    }

    #[test]
    fn a_folder_is_named_as_it_must_be() {
        let setting = ["folders", "old stuff", "rules", "disable"];
        let added = add("folders:\n  api: {}\n", &setting, &[], "py/x").unwrap();
        assert_eq!(added, "folders:\n  \"old stuff\":\n    rules:\n      disable: [py/x]\n  api: {}\n");
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        let said = |text| add(text, &DISABLE, &[], "py/x").unwrap_err();
        assert_eq!(said("rules: { disable: [py/x] }"), CannotAdd::IsThere);
        assert!(matches!(said("rules: ["), CannotAdd::NotYaml(_)));
        let unusual = [
            "rules: 5\n",
            "- a\n",
            "rules:\n  disable: all\n",
            "a: &a [js/y]\nrules:\n  disable: *a\n",
            "a: &a { disable: [js/y] }\nrules: *a\n",
            "review: {}\n...\n",
        ];
        for text in unusual {
            assert_eq!(said(text), CannotAdd::Unusual, "{text:?}");
        }
    }

    #[test]
    fn a_torn_file_is_changed_rightly_or_not_at_all() {
        for (text, _) in CASES {
            let ends = (0..=text.len()).filter(|end| text.is_char_boundary(*end));
            for torn in ends.flat_map(|end| [text[..end].to_owned(), format!("\u{feff}{}", &text[end..])]) {
                let Ok(added) = add(&torn, &DISABLE, &[], "py/x") else { continue };
                let list = parse(&added, MOST_BYTES).unwrap().to_value()["rules"]["disable"].clone();
                assert!(list.as_array().is_some_and(|list| list.contains(&"py/x".into())), "{torn:?}: {added:?}");
            }
        }
    }
}
