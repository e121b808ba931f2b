//! What the requests of a thread leave to those after them: room for small pieces of bytes, and maps of fields. Making each anew
//! costs as much as a tenth of a request, most of it for what is too large for the quick lists of the C library's allocator (1 kB).

use std::{
    cell::{Cell, RefCell},
    mem,
};

use axum::http::HeaderMap;
use bytes::{Bytes, BytesMut};

/// Bytes of which small pieces are cut off. A block lives as long as the last of its pieces, so a request that waits
/// for long holds so much at most.
const BLOCK: usize = 32 * 1024;

/// Largest piece that is cut off a block.
pub const LARGEST_PIECE: usize = 4 * 1024;

/// Most maps that are kept, and the most fields that such a one may have room for: a connection holds on to the map of its
/// last answer, so a large one would be dear.
const MOST_MAPS: usize = 32;
const MOST_FIELDS: usize = 12;

thread_local! {
    static BYTES: RefCell<BytesMut> = RefCell::default();
    static DRAFT: Cell<Vec<u8>> = Cell::default();
    static MAPS: RefCell<Vec<HeaderMap>> = RefCell::default();
}

/// Room for so many bytes.
pub fn room(capacity: usize) -> BytesMut {
    if capacity > LARGEST_PIECE {
        return BytesMut::with_capacity(capacity);
    }
    BYTES.with_borrow_mut(|block| {
        if block.capacity() < capacity {
            // The same block again if nobody holds a piece of it any more, else another one.
            block.reserve(BLOCK);
        }
        let rest = block.split_off(capacity);
        mem::replace(block, rest)
    })
}

/// A copy of these bytes.
pub fn copy(bytes: &[u8]) -> Bytes {
    let mut copy = room(bytes.len());
    copy.extend_from_slice(bytes);
    copy.freeze()
}

/// What `write` writes, about so many bytes.
pub fn written(length: usize, write: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    if length > LARGEST_PIECE {
        let mut text = Vec::with_capacity(length);
        write(&mut text);
        return text.into();
    }
    let mut draft = DRAFT.take();
    draft.clear();
    write(&mut draft);
    let text = copy(&draft);
    DRAFT.set(draft);
    text
}

/// An empty map with room for so many fields, or more.
pub fn fields(capacity: usize) -> HeaderMap {
    let spare = MAPS.with_borrow_mut(Vec::pop);
    let spare = spare.filter(|map| map.capacity() >= capacity);
    spare.unwrap_or_else(|| HeaderMap::with_capacity(capacity))
}

/// Keeps a map of which nothing is needed any more.
pub fn keep_fields(mut map: HeaderMap) {
    map.clear();
    MAPS.with_borrow_mut(|maps| {
        if maps.len() < MOST_MAPS && (1..=MOST_FIELDS).contains(&map.capacity()) {
            maps.push(map);
        }
    });
}

#[cfg(test)]
mod tests {
    use axum::http::{
        HeaderValue,
        header::{ACCEPT, HOST},
    };
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(crate::same_cases())]
        #[test]
        fn no_piece_reaches_into_another(
            pieces in prop::collection::vec((0..2 * LARGEST_PIECE, 0..64_usize, any::<u8>(), any::<bool>()), 1..40),
        ) {
            let mut kept = Vec::new();
            for (capacity, beyond, byte, keeps) in pieces {
                let mut piece = room(capacity);
                prop_assert!(piece.is_empty() && piece.capacity() >= capacity);
                // More than was asked for is no harm either.
                let bytes = vec![byte; capacity + beyond];
                piece.extend_from_slice(&bytes);
                let piece = piece.freeze();
                prop_assert_eq!(&piece, &bytes);
                if keeps {
                    kept.push((piece, bytes));
                }
            }
            for (piece, bytes) in kept {
                prop_assert_eq!(piece, bytes);
            }
        }
    }

    #[test]
    fn a_block_is_used_again_when_all_its_pieces_are_gone() {
        let first = copy(b"first");
        let place = first.as_ptr();
        drop(first);
        let pieces = 3 * BLOCK / LARGEST_PIECE;
        let again = (0..pieces).any(|_| room(LARGEST_PIECE).as_ptr() == place);
        assert!(again);
        let held = copy(b"held");
        let place = held.as_ptr();
        let meanwhile = (0..pieces).any(|_| room(LARGEST_PIECE).as_ptr() == place);
        assert!(!meanwhile);
        assert_eq!(held, "held");
    }

    #[test]
    fn a_map_comes_back_empty() {
        let mut map = fields(4);
        map.insert(HOST, HeaderValue::from_static("gitlab"));
        map.append(ACCEPT, HeaderValue::from_static("a"));
        map.append(ACCEPT, HeaderValue::from_static("b"));
        keep_fields(map);
        let map = fields(4);
        assert!(map.is_empty() && map.get(HOST).is_none() && map.capacity() >= 4);
        keep_fields(map);
        assert!(fields(100).capacity() >= 100);
        for _ in 0..2 * MOST_MAPS {
            keep_fields(HeaderMap::with_capacity(4));
        }
        keep_fields(HeaderMap::with_capacity(4 * MOST_FIELDS));
        let all_small = MAPS.with_borrow(|maps| {
            maps.len() <= MOST_MAPS && maps.iter().all(|map| map.capacity() <= MOST_FIELDS)
        });
        assert!(all_small);
    }
}
