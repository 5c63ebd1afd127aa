//! Writing XML: elements, an attribute, text. Everything is escaped; nothing is indented, for the
//! order of a document's bytes is all a bank reads.

/// A document under way. Elements are closed in the order they were opened, by construction.
pub(super) struct Xml(String);

impl Xml {
    /// Begins a document with its root.
    pub(super) fn document(root: &str, namespace: &str, inside: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        xml.open(root, Some(("xmlns", namespace)));
        inside(&mut xml);
        xml.close(root);
        xml.0.push('\n');
        xml.0
    }

    /// An element with others inside.
    pub(super) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.open(name, None);
        inside(self);
        self.close(name);
    }

    /// An element with text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.escape(text));
    }

    /// An element with an attribute and text.
    pub(super) fn text_with(&mut self, name: &str, attribute: (&str, &str), text: &str) {
        self.open(name, Some(attribute));
        self.escape(text);
        self.close(name);
    }

    fn open(&mut self, name: &str, attribute: Option<(&str, &str)>) {
        self.0.push('<');
        self.0.push_str(name);
        if let Some((key, value)) = attribute {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            self.escape(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    fn escape(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&apos;"),
                // XML 1.0 has no way to write most of these.
                control if control.is_control() => self.0.push(' '),
                // Noncharacters that XML 1.0 leaves out (section 2.2, Char).
                '\u{fffe}' | '\u{ffff}' => self.0.push(' '),
                plain => self.0.push(plain),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped() {
        let check = |text: &str, expected: &str| {
            let written = Xml::document("a", "n", |xml| xml.text_with("b", ("k", text), text));
            let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
            let body = format!("<a xmlns=\"n\"><b k=\"{expected}\">{expected}</b></a>\n");
            assert_eq!(written, format!("{head}{body}"));
        };
        check("广州", "广州");
        check(
            "A&B <C> \"D\" 'E'",
            "A&amp;B &lt;C&gt; &quot;D&quot; &apos;E&apos;",
        );
        check("a\0b\u{1b}c\u{ffff}", "a b c ");
        check("", "");
    }
}
