//! Which of some known names was meant by one that is not known: for hints in messages.

/// Of the known names the one that `name` was probably meant to be.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let nearest = known.into_iter().min_by_key(|known| distance(known, name))?;
    (distance(nearest, name) <= 3.max(name.len() / 3)).then_some(nearest)
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substitute = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["read", "write", "return"];
        assert_eq!(nearest("raed", known), Some("read"));
        assert_eq!(nearest("returns", known), Some("return"));
        assert_eq!(nearest("something", known), None);
    }
}
