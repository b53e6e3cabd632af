//! Strings: joining, converting, ranging; and the output of `print`.

use crate::code::{Code, Op, Slot};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;
use crate::types::{Num, Shape, Ty};

const REPLACEMENT: u32 = 0xfffd;

impl Machine<'_> {
    /// The bytes of a string value.
    pub(crate) fn string(&self, addr: Addr) -> Result<&[u8], Trap> {
        let (data, len) = (self.memory.word(addr)?, self.memory.word(addr + 8)?);
        self.memory.slice(data, len)
    }

    /// Writes a string value with these bytes, which are copied.
    pub(crate) fn set_string(&mut self, dst: Addr, bytes: &[u8]) -> Result<(), Trap> {
        let data = self.memory.alloc_bytes(bytes)?;
        self.memory.set_word(dst, data)?;
        self.memory.set_word(dst + 8, bytes.len() as u64)
    }

    pub(super) fn compute_text(&mut self, code: &Code, base: Addr, op: Op) -> Result<(), Trap> {
        let at = |slot: Slot| base + u64::from(slot);
        match op {
            Op::ConcatStrings { dst, x, y } => {
                let (x_data, x_len) = (self.memory.word(at(x))?, self.memory.word(at(x) + 8)?);
                let (y_data, y_len) = (self.memory.word(at(y))?, self.memory.word(at(y) + 8)?);
                let (data, len) = if y_len == 0 {
                    (x_data, x_len)
                } else if x_len == 0 {
                    (y_data, y_len)
                } else {
                    let data = self.memory.alloc_plain(x_len + y_len)?;
                    self.memory.copy(data, x_data, x_len)?;
                    self.memory.copy(data + x_len, y_data, y_len)?;
                    (data, x_len + y_len)
                };
                self.memory.set_word(at(dst), data)?;
                self.memory.set_word(at(dst) + 8, len)?;
            }
            Op::IntToString { num, dst, x } => {
                let value = self.number(at(x), num)?;
                let point = u32::try_from(value).ok().and_then(char::from_u32);
                let mut buffer = [0; 4];
                let text = point.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buffer);
                let text = text.as_bytes().to_vec();
                self.set_string(at(dst), &text)?;
            }
            Op::BytesToString { dst, x } => {
                let (data, len) = (self.memory.word(at(x))?, self.memory.word(at(x) + 8)?);
                let copy = if len == 0 { 0 } else { self.memory.alloc_plain(len)? };
                self.memory.copy(copy, data, len)?;
                self.memory.set_word(at(dst), copy)?;
                self.memory.set_word(at(dst) + 8, len)?;
            }
            Op::StringToBytes { dst, x } => {
                let (data, len) = (self.memory.word(at(x))?, self.memory.word(at(x) + 8)?);
                let cap = crate::growth::rounded(len, false).unwrap_or(len);
                let copy =
                    if cap == 0 { self.zero_base() } else { self.memory.alloc_plain(cap)? };
                self.memory.copy(copy, data, len)?;
                self.memory.set_word(at(dst), copy)?;
                self.memory.set_word(at(dst) + 8, len)?;
                self.memory.set_word(at(dst) + 16, if len == 0 { 0 } else { cap })?;
            }
            Op::RunesToString { dst, x } => {
                let (data, len) = (self.memory.word(at(x))?, self.memory.word(at(x) + 8)?);
                let mut text = String::new();
                for index in 0..len {
                    let rune = self.memory.read(data + index * 4, 4)? as u32;
                    text.push(char::from_u32(rune).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.set_string(at(dst), text.as_bytes())?;
            }
            Op::StringToRunes { dst, x } => {
                let bytes = self.string(at(x))?;
                let mut runes = Vec::new();
                let mut rest = bytes;
                while !rest.is_empty() {
                    let (rune, width) = decode_rune(rest);
                    runes.push(rune);
                    rest = &rest[width..];
                }
                let cap = crate::growth::rounded(runes.len() as u64 * 4, false).unwrap_or(0) / 4;
                let data =
                    if cap == 0 { self.zero_base() } else { self.memory.alloc_plain(cap * 4)? };
                for (index, &rune) in runes.iter().enumerate() {
                    self.memory.write(data + index as u64 * 4, 4, u64::from(rune))?;
                }
                self.memory.set_word(at(dst), data)?;
                self.memory.set_word(at(dst) + 8, runes.len() as u64)?;
                self.memory.set_word(at(dst) + 16, if runes.is_empty() { 0 } else { cap })?;
            }
            Op::RangeString { dst, string } => {
                // The iterator: the string, and the index of the next rune.
                let iterator = self.memory.alloc(24)?;
                self.memory.copy(iterator, at(string), 16)?;
                self.memory.set_word(at(dst), iterator)?;
            }
            Op::NextString { iterator, ok, key, value } => {
                let iterator = self.memory.word(at(iterator))?;
                let index = self.memory.word(iterator + 16)?;
                let bytes = self.string(iterator)?;
                let rest = bytes.get(index as usize..).unwrap_or_default();
                let more = !rest.is_empty();
                let (rune, width) = if more { decode_rune(rest) } else { (0, 0) };
                self.memory.set_word(iterator + 16, index + width as u64)?;
                self.memory.write(at(ok), 1, u64::from(more))?;
                self.memory.set_word(at(key), if more { index } else { 0 })?;
                self.memory.write(at(value), 4, u64::from(rune))?;
            }
            Op::Print { x, ty } => {
                let text = self.printed(at(x), ty)?;
                self.output.write(2, &text);
            }
            Op::PrintText { at: from, size } => {
                self.output.write(2, &code.data[from as usize..(from + size) as usize]);
            }
            other => self.compute_interfaces(base, other)?,
        }
        Ok(())
    }

    /// What `print` shows of a value.
    pub(crate) fn printed(&self, addr: Addr, ty: Ty) -> Result<Vec<u8>, Trap> {
        let text = match self.types.info(ty).shape {
            Shape::Bool => (self.memory.read(addr, 1)? & 1 == 1).to_string(),
            Shape::Num(num) => match num {
                Num::F32 | Num::F64 => print_float(self.float(addr, num)?),
                Num::C64 | Num::C128 => {
                    let (real, imaginary) = self.complex(addr, num)?;
                    format!("({}{}i)", print_float(real), print_float(imaginary))
                }
                _ if num.is_signed() => (self.number(addr, num)? as i64).to_string(),
                _ => self.number(addr, num)?.to_string(),
            },
            Shape::String => return Ok(self.string(addr)?.to_vec()),
            Shape::Slice(_) => {
                let len = self.memory.word(addr + 8)?;
                let cap = self.memory.word(addr + 16)?;
                format!("[{len}/{cap}]{:#x}", self.memory.word(addr)?)
            }
            Shape::Interface { .. } => {
                let (first, second) = (self.memory.word(addr)?, self.memory.word(addr + 8)?);
                format!("({first:#x},{second:#x})")
            }
            _ => format!("{:#x}", self.memory.word(addr)?),
        };
        Ok(text.into_bytes())
    }
}

/// `print` shows floats with seven digits in the form `+1.000000e+000`.
pub(crate) fn print_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{value:+.6e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:03}", exponent.abs())
}

/// The first rune of bytes that are not empty, and how many bytes it takes: U+FFFD and one byte
/// where they are no UTF-8.
pub(crate) fn decode_rune(bytes: &[u8]) -> (u32, usize) {
    let first = bytes[0];
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let width = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (REPLACEMENT, 1),
    };
    let text = bytes.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match text.and_then(|text| text.chars().next()) {
        Some(rune) => (rune as u32, width),
        None => (REPLACEMENT, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_go_prints_them() {
        assert_eq!(print_float(1.0), "+1.000000e+000");
        assert_eq!(print_float(-0.0), "-0.000000e+000");
        assert_eq!(print_float(1.5e-300), "+1.500000e-300");
        assert_eq!(print_float(f64::NEG_INFINITY), "-Inf");
    }

    #[test]
    fn broken_text_gives_one_replacement_for_each_byte() {
        assert_eq!(decode_rune("é".as_bytes()), (0xe9, 2));
        assert_eq!(decode_rune(&[0xe2, 0x82]), (REPLACEMENT, 1));
        assert_eq!(decode_rune(&[0xed, 0xa0, 0x80]), (REPLACEMENT, 1));
        assert_eq!(decode_rune(&[0xff]), (REPLACEMENT, 1));
    }
}
