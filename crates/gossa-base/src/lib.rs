//! Text ranges, interned names, entity ids, interners: what every crate shares and nothing of Go.
