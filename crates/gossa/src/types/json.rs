//! JSON objects of one line each, written field by field: dumps have millions of them.

/// One object in the making.
pub(super) struct Object {
    text: String,
}

impl Object {
    /// An object whose first field is `kind`.
    pub(super) fn new(kind: &str) -> Self {
        let mut object = Self { text: String::with_capacity(192) };
        object.open();
        object.string("kind", kind);
        object
    }

    /// Opens an object as the value of the last key or as the next element.
    pub(super) fn open(&mut self) {
        self.separate();
        self.text.push('{');
    }

    /// Closes an object.
    pub(super) fn close(&mut self) {
        self.text.push('}');
    }

    /// A list, whose elements `each` writes.
    pub(super) fn list(&mut self, key: &str, each: impl FnOnce(&mut Self)) {
        self.key(key);
        self.text.push('[');
        each(self);
        self.text.push(']');
    }

    pub(super) fn key(&mut self, key: &str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    pub(super) fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        self.quote(value);
    }

    pub(super) fn number(&mut self, key: &str, value: u32) {
        self.key(key);
        self.text.push_str(&value.to_string());
    }

    pub(super) fn boolean(&mut self, key: &str, value: bool) {
        self.key(key);
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// A string as an element of a list.
    pub(super) fn string_element(&mut self, value: &str) {
        self.separate();
        self.quote(value);
    }

    /// A number as an element of a list.
    pub(super) fn number_element(&mut self, value: u32) {
        self.separate();
        self.text.push_str(&value.to_string());
    }

    /// The line, with its end.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("}\n");
        self.text
    }

    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    fn quote(&mut self, value: &str) {
        self.text.push('"');
        let mut rest = value;
        while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
            self.text.push_str(&rest[..at]);
            // One byte, as are all that are looked for.
            match rest.as_bytes()[at] {
                b'\n' => self.text.push_str("\\n"),
                b'\t' => self.text.push_str("\\t"),
                b'\r' => self.text.push_str("\\r"),
                0x08 => self.text.push_str("\\b"),
                0x0c => self.text.push_str("\\f"),
                byte if byte < b' ' => self.text.push_str(&format!("\\u{byte:04x}")),
                byte => {
                    self.text.push('\\');
                    self.text.push(char::from(byte));
                }
            }
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_json() {
        let mut object = Object::new("k");
        object.string("text", "a\"b\\c\n\u{1}\u{e9}");
        object.list("list", |list| {
            list.number_element(1);
            list.string_element("x");
            list.open();
            list.boolean("b", true);
            list.close();
        });
        object.key("inner");
        object.open();
        object.number("n", 7);
        object.close();
        let line = object.finish();
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["text"], "a\"b\\c\n\u{1}\u{e9}");
        assert_eq!(read["list"], serde_json::json!([1, "x", { "b": true }]));
        assert_eq!(read["inner"]["n"], 7);
        assert!(line.ends_with("}\n"));
    }
}
