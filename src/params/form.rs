//! Forms and queries: from pairs of names and texts to one JSON object, by the nesting rules of Rack (`a[b]=c` makes an
//! object, `a[]=c` an array, `a[][b]=c` an array of objects). Called by `Params` for everything that is not JSON.
//!
//! What comes out is JSON text that takes the same way as a JSON body, limits included; here only what would cost
//! memory or stack before that point is bounded.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use multer::Multipart;
use serde_json::{Map, Value};

use super::{
    error::ParamsError,
    limits::{TOO_DEEP, TOO_MANY},
};

/// The members of an object under construction.
pub(super) type Object = Map<String, Value>;

const MAX_PAIRS: usize = 100_000;
const MAX_PARTS: usize = 4_096;
const MAX_NESTING: usize = 40;

/// Reads a query or a form of the type `application/x-www-form-urlencoded`.
pub(super) fn urlencoded(text: &[u8]) -> Result<Object, ParamsError> {
    let mut object = Object::new();
    for (count, pair) in text.split(|&byte| byte == b'&').enumerate() {
        if count >= MAX_PAIRS {
            return Err(TOO_MANY);
        }
        let pair = pair.trim_ascii_start();
        let (name, value) = match memchr::memchr(b'=', pair) {
            Some(at) => (&pair[..at], Value::String(unescape(&pair[at + 1..])?)),
            None => (pair, Value::Null),
        };
        insert(&mut object, &unescape(name)?, value, 0)?;
    }
    Ok(object)
}

/// Reads a form of the type `multipart/form-data`.
pub(super) async fn multipart(boundary: String, body: Bytes) -> Result<Object, ParamsError> {
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::new(body, boundary);
    let mut object = Object::new();
    let mut count = 0;
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|_| ParamsError::Malformed)?
    {
        count += 1;
        if count > MAX_PARTS {
            return Err(ParamsError::Malformed);
        }
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        let file = part.file_name().map(str::to_owned);
        let content = part.bytes().await.map_err(|_| ParamsError::Malformed)?;
        let value = match file {
            // An uploaded file is no text; as an object it fails every rule that asks for one.
            Some(file) => Value::Object(Map::from_iter([(
                "filename".to_owned(),
                Value::String(file),
            )])),
            None => Value::String(
                String::from_utf8(content.into()).map_err(|_| ParamsError::Malformed)?,
            ),
        };
        insert(&mut object, &name, value, 0)?;
    }
    Ok(object)
}

/// Resolves `+` and percent-encoding; what does not decode to UTF-8 is refused.
fn unescape(text: &[u8]) -> Result<String, ParamsError> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    rest.next()
                        .and_then(|&byte| char::from(byte).to_digit(16))
                        .ok_or(ParamsError::Malformed)
                };
                let value = digit()? * 16 + digit()?;
                u8::try_from(value).map_err(|_| ParamsError::Malformed)?
            }
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| ParamsError::Malformed)
}

/// Puts one value where its name says.
fn insert(object: &mut Object, name: &str, value: Value, depth: usize) -> Result<(), ParamsError> {
    if depth > MAX_NESTING {
        return Err(TOO_DEEP);
    }
    let bare = name.trim_start_matches(['[', ']']);
    let (key, rest) = bare.split_at(bare.find(['[', ']']).unwrap_or(bare.len()));
    let rest = rest.trim_start_matches(']');
    if key.is_empty() {
        return Ok(());
    }
    if let Some(item) = rest.strip_prefix("[]").filter(|item| !item.is_empty()) {
        return append(array(object, key)?, item_name(item), value, depth);
    }
    match rest {
        "" => drop(object.insert(key.to_owned(), value)),
        "[" => drop(object.insert(name.to_owned(), value)),
        "[]" => array(object, key)?.push(value),
        _ => return insert(child(object, key)?, rest, value, depth + 1),
    }
    Ok(())
}

/// Adds a value to the last object of an array, or to a new one if the last already has that name.
fn append(
    array: &mut Vec<Value>,
    name: &str,
    value: Value,
    depth: usize,
) -> Result<(), ParamsError> {
    if let Some(Value::Object(last)) = array.last_mut()
        && !has(last, name)
    {
        return insert(last, name, value, depth + 1);
    }
    if !name.contains(|char| !matches!(char, '[' | ']')) {
        // An item without any name: an array of its own, if it is spelled like one.
        array.push(if name == "[]" && !value.is_null() {
            Value::Array(vec![value])
        } else {
            Value::Null
        });
        return Ok(());
    }
    let mut item = Object::new();
    insert(&mut item, name, value, depth + 1)?;
    array.push(Value::Object(item));
    Ok(())
}

/// The name within an array's item: `[b]` is plain `b`, anything longer keeps its brackets.
fn item_name(rest: &str) -> &str {
    let inner = rest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner
        .filter(|inner| !inner.is_empty() && !inner.contains(['[', ']']))
        .unwrap_or(rest)
}

/// Whether the object has a value under a nested name.
fn has(object: &Object, name: &str) -> bool {
    if name.contains("[]") {
        return false;
    }
    let mut parts = name.split(['[', ']']).filter(|part| !part.is_empty());
    let Some(first) = parts.next() else {
        return true;
    };
    let found = parts.try_fold(object.get(first), |value, part| match value {
        Some(Value::Object(inner)) => Some(inner.get(part)),
        _ => None,
    });
    matches!(found, Some(Some(_)))
}

/// The array under `key`, made if there is none.
fn array<'a>(object: &'a mut Object, key: &str) -> Result<&'a mut Vec<Value>, ParamsError> {
    match entry(object, key, || Value::Array(Vec::new())) {
        Value::Array(array) => Ok(array),
        _ => Err(ParamsError::Malformed),
    }
}

/// The object under `key`, made if there is none.
fn child<'a>(object: &'a mut Object, key: &str) -> Result<&'a mut Object, ParamsError> {
    match entry(object, key, || Value::Object(Object::new())) {
        Value::Object(child) => Ok(child),
        _ => Err(ParamsError::Malformed),
    }
}

/// The value under `key`; a name that was given without a value counts as absent.
fn entry<'a>(object: &'a mut Object, key: &str, new: impl FnOnce() -> Value) -> &'a mut Value {
    let value = object.entry(key).or_insert(Value::Null);
    if value.is_null() {
        *value = new();
    }
    value
}
