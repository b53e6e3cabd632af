//! How far `append` grows a slice: as Go's runtime does, since `cap` shows it.

/// Sizes that Go's allocator rounds small objects up to.
const SIZE_CLASSES: &[u64] = &[
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
    384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048,
    2304, 2688, 3072, 3200, 3456, 4096, 4864, 5120, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728,
    10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
    32768,
];
const PAGE: u64 = 8192;
/// Slices shorter than this double.
const DOUBLING_LIMIT: u64 = 256;
/// Larger objects with pointers carry a header of a word.
const HEADER_FROM: u64 = 512;
const HEADER: u64 = 8;

/// The capacity of a slice of elements of `size` bytes that had `old` and needs `needed`; `None`
/// where it is too large. `pointers`: whether the elements hold any.
#[must_use]
pub fn grown_capacity(old: u64, needed: u64, size: u64, pointers: bool) -> Option<u64> {
    if size == 0 {
        return Some(needed);
    }
    let bytes = desired(old, needed)?.checked_mul(size)?;
    Some(rounded(bytes, pointers)? / size)
}

fn desired(old: u64, needed: u64) -> Option<u64> {
    let double = old.checked_mul(2)?;
    if needed > double {
        return Some(needed);
    }
    if old < DOUBLING_LIMIT {
        return Some(double);
    }
    // From twice the size to 1.25 times, smoothly.
    let mut capacity = old;
    while capacity < needed {
        capacity = capacity.checked_add((capacity + 3 * DOUBLING_LIMIT) >> 2)?;
    }
    Some(capacity)
}

/// What the allocator makes of a request.
pub(crate) fn rounded(bytes: u64, pointers: bool) -> Option<u64> {
    let header = if pointers && bytes > HEADER_FROM { HEADER } else { 0 };
    let request = bytes + header;
    let largest = SIZE_CLASSES[SIZE_CLASSES.len() - 1];
    if request <= largest {
        let class = SIZE_CLASSES.partition_point(|&class| class < request);
        return Some(SIZE_CLASSES[class] - header);
    }
    bytes.checked_next_multiple_of(PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_are_those_of_gc() {
        // What `append([]T(nil), make([]T, n)...)` and single appends give with gc.
        assert_eq!(grown_capacity(0, 1, 8, false), Some(1));
        assert_eq!(grown_capacity(0, 5, 8, false), Some(6));
        assert_eq!(grown_capacity(4, 5, 8, false), Some(8));
        assert_eq!(grown_capacity(0, 5, 1, false), Some(8));
        assert_eq!(grown_capacity(512, 513, 8, false), Some(848));
        assert_eq!(grown_capacity(1024, 1025, 1, false), Some(1536));
        assert_eq!(grown_capacity(0, 3, 0, false), Some(3));
    }
}
