//! The names of what stands around a place in a file: `Shop.buy`. They keep a finding's fingerprint the same when the
//! code moves, and tell two places with the same code apart.

use tree_sitter::Node;

use super::syntax::Syntax;

/// Enclosing symbols of a byte from the outside in, joined by `.`; empty at the top of a file.
pub fn enclosing(syntax: &Syntax, text: &str, byte: usize) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut cursor = syntax.tree().walk();
    loop {
        names.extend(name(cursor.node(), text));
        if cursor.goto_first_child_for_byte(byte).is_none() || cursor.node().start_byte() > byte {
            break;
        }
    }
    names.join(".")
}

/// What a node declares, by the kinds of all grammars compiled in: they do not contradict each other.
fn name(node: Node<'_>, text: &str) -> Option<String> {
    let named = match node.kind() {
        // Python, Go, JavaScript, TypeScript, Rust
        "function_definition"
        | "class_definition"
        | "function_declaration"
        | "generator_function_declaration"
        | "class_declaration"
        | "abstract_class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "internal_module"
        | "module"
        | "method_definition"
        | "function_item"
        | "mod_item"
        | "trait_item"
        | "struct_item"
        | "enum_item"
        | "union_item"
        | "macro_definition"
        | "type_spec" => node.child_by_field_name("name"),
        "impl_item" => node.child_by_field_name("type"),
        // const handler = () => { .. }
        "variable_declarator" | "public_field_definition" | "field_definition" => {
            let value = node.child_by_field_name("value").map(|value| value.kind());
            let is_function = matches!(value, Some("arrow_function" | "function_expression" | "class"));
            is_function.then(|| node.child_by_field_name("name").or_else(|| node.child_by_field_name("property")))?
        }
        "method_declaration" => {
            let method = text_of(node.child_by_field_name("name")?, text)?;
            return Some(match receiver(node, text) {
                Some(receiver) => format!("{receiver}.{method}"),
                None => method,
            });
        }
        _ => None,
    };
    text_of(named?, text)
}

/// The type of a Go method's receiver, without pointer, package or parameters.
fn receiver(method: Node<'_>, text: &str) -> Option<String> {
    let list = method.child_by_field_name("receiver")?;
    let of = text_of(list.named_child(0)?.child_by_field_name("type")?, text)?;
    Some(of.trim_start_matches('*').split('[').next().unwrap_or_default().to_owned())
}

fn text_of(node: Node<'_>, text: &str) -> Option<String> {
    let name = text.get(node.byte_range())?;
    // Generic parameters change more often than the name does; a name is short.
    Some(name.split('<').next().unwrap_or(name).trim().chars().take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{language::Language, limits::Limits};

    fn around(language: Language, text: &str) -> String {
        let syntax = Syntax::parse(text, language, &Limits::default()).unwrap();
        enclosing(&syntax, text, text.find("HERE").unwrap())
    }

    #[test]
    fn symbols_are_found_in_every_language() {
        assert_eq!(around(Language::Python, "class A:\n  def b(self):\n    HERE()\n"), "A.b");
        assert_eq!(around(Language::Rust, "mod m { impl<T> Foo<T> for Bar<T> { fn go(&self) { HERE } } }"), "m.Bar.go");
        assert_eq!(around(Language::Go, "package p\nfunc (s *Server[T]) Run() { HERE() }"), "Server.Run");
        assert_eq!(around(Language::JavaScript, "class A { b() { HERE() } }"), "A.b");
        assert_eq!(around(Language::TypeScript, "namespace N { export const f = () => { HERE() } }"), "N.f");
        assert_eq!(around(Language::Tsx, "const v = HERE"), "");
    }
}
