//! Heads of HTTP/1.1 messages: a request's is written, an answer's is read (RFC 9112, sections 3 to 6). Called by the
//! connection.
//!
//! What an answer says of its own length is held to more than the standard asks for: whoever reads an answer differently
//! than the one who wrote it gives one client's bytes to another. An answer that is framed in two ways is refused.

use std::mem::MaybeUninit;

use bytes::BytesMut;
use hyper::{
    HeaderMap, Method, Response, StatusCode, Version,
    header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING},
    http::request::Parts,
};

use super::{Endpoint, WireError, framing::Framing};

/// Most bytes of the head of an answer, and most fields in it.
const LARGEST_HEAD: usize = 64 * 1024;
pub(super) const MOST_FIELDS: usize = 100;

/// Fields that an answer gets on its way to the client: with room for them, its map is not made anew.
const FIELDS_ADDED: usize = 10;

/// The head of an answer.
pub(super) struct Head {
    pub(super) response: Response<()>,
    pub(super) framing: Framing,
    /// Whether the connection may be used again when the answer is whole.
    pub(super) keeps: bool,
}

/// Writes the head of a request with a body of `length` bytes, but for the empty line behind it.
pub(super) fn write(request: &Parts, length: usize) -> Vec<u8> {
    let target = request
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let fields = &request.headers;
    let size: usize = fields
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let mut head = Vec::with_capacity(size + target.len() + 64);
    for part in [request.method.as_str(), " ", target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in fields {
        // The length is said once, by whoever knows it.
        if name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
            field(&mut head, name.as_str(), value.as_bytes());
        }
    }
    // Methods that have no body by their nature say no length unless they have one (RFC 9110 section 8.6).
    if length > 0 || matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
        declare(&mut head, length);
    }
    head
}

/// Writes the head of a POST to a path below the base URL, up to its further fields.
pub(super) fn begin_post(endpoint: &Endpoint, path: &'static str, length: usize) -> Vec<u8> {
    let (prefix, host) = (endpoint.prefix(), endpoint.authority().as_bytes());
    let mut head = Vec::with_capacity(prefix.len() + path.len() + host.len() + 80);
    for part in ["POST ", prefix, path, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    field(&mut head, "host", host);
    declare(&mut head, length);
    head
}

/// Says the length of the body.
fn declare(head: &mut Vec<u8>, length: usize) {
    let mut digits = itoa::Buffer::new();
    field(head, "content-length", digits.format(length).as_bytes());
}

fn field(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}

/// Takes the head of an answer off what has been read; nothing if it has not come whole.
pub(super) fn take(unread: &mut BytesMut) -> Result<Option<Head>, WireError> {
    let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut answer = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut answer,
        unread,
        &mut fields,
    );
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) if length <= LARGEST_HEAD => length,
        Ok(httparse::Status::Partial) if unread.len() < LARGEST_HEAD => return Ok(None),
        Ok(_) => return Err(WireError::Malformed("its head is too large")),
        Err(_) => return Err(WireError::Malformed("its head is no HTTP")),
    };
    let old = answer.version == Some(0);
    let status = answer.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or(WireError::Malformed("its status is none"))?;
    let mut headers = HeaderMap::with_capacity(answer.headers.len() + FIELDS_ADDED);
    for field in &*answer.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes());
        let value = HeaderValue::from_bytes(field.value);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(WireError::Malformed("a field is none"));
        };
        headers.append(name, value);
    }
    let framing = framing(status, old, &headers)?;
    let keeps = !old && !says_close(&headers);
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.version_mut() = if old {
        Version::HTTP_10
    } else {
        Version::HTTP_11
    };
    *response.headers_mut() = headers;
    let _head = unread.split_to(length);
    Ok(Some(Head {
        response,
        framing,
        keeps,
    }))
}

/// How the body of an answer to a POST or GET is framed (RFC 9112, section 6.3).
fn framing(status: StatusCode, old: bool, headers: &HeaderMap) -> Result<Framing, WireError> {
    let length = content_length(headers)?;
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    if let Some(coding) = codings.next() {
        let chunked = coding.as_bytes().eq_ignore_ascii_case(b"chunked");
        if !chunked || codings.next().is_some() {
            return Err(WireError::Malformed("it is coded in an unknown way"));
        }
        if old || length.is_some() {
            return Err(WireError::Malformed("it is framed in two ways"));
        }
    }
    Ok(match (status, length) {
        (status, _) if status.is_informational() => Framing::Length(0),
        (StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED, _) => Framing::Length(0),
        _ if headers.contains_key(TRANSFER_ENCODING) => Framing::chunks(),
        (_, Some(length)) => Framing::Length(length),
        (_, None) => Framing::UntilEnd,
    })
}

/// The declared length; one that is said more than once has to be the same each time.
fn content_length(headers: &HeaderMap) -> Result<Option<u64>, WireError> {
    let mut length = None;
    for value in headers.get_all(CONTENT_LENGTH) {
        let digits = value.to_str().unwrap_or_default();
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let said = digits.parse().ok().filter(|_| plain);
        let said: u64 = said.ok_or(WireError::Malformed("its length is none"))?;
        if length.is_some_and(|length| length != said) {
            return Err(WireError::Malformed("it has two lengths"));
        }
        length = Some(said);
    }
    Ok(length)
}

fn says_close(headers: &HeaderMap) -> bool {
    headers.get_all(CONNECTION).iter().any(|value| {
        value
            .as_bytes()
            .split(|byte| *byte == b',')
            .any(|word| word.trim_ascii().eq_ignore_ascii_case(b"close"))
    })
}

// === impl Head ===

impl Head {
    /// Whether another answer follows (RFC 9110, section 15.2); one that switches protocols is final.
    pub(super) fn is_interim(&self) -> bool {
        let status = self.response.status();
        status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;
    use proptest::prelude::*;

    use super::*;
    use crate::upstream::Route;

    fn read(text: &str) -> Result<Option<Head>, WireError> {
        take(&mut BytesMut::from(text))
    }

    fn whole(text: &str) -> Head {
        read(text).unwrap().unwrap()
    }

    #[test]
    fn a_request_says_its_length_once() {
        let request = Request::post("/v2/code/completions?x=1")
            .header("host", "gateway:5052")
            .header("content-length", "7")
            .header("transfer-encoding", "chunked")
            .header("x-a", "1")
            .body(())
            .unwrap();
        let head = write(&request.into_parts().0, 2);
        let expected = "POST /v2/code/completions?x=1 HTTP/1.1\r\nhost: gateway:5052\r\nx-a: 1\r\ncontent-length: 2\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), expected);
        for (method, expected) in [
            (Method::GET, "GET / HTTP/1.1\r\n"),
            (Method::PUT, "PUT / HTTP/1.1\r\ncontent-length: 0\r\n"),
        ] {
            let request = Request::builder().method(method).uri("/").body(()).unwrap();
            let head = write(&request.into_parts().0, 0);
            assert_eq!(String::from_utf8(head).unwrap(), expected);
        }
    }

    #[test]
    fn a_post_is_the_same_as_text() {
        let endpoint = Endpoint::new("http://gateway:5052/ai/", Route::default()).unwrap();
        let request = Request::post(endpoint.target("/v2/x"))
            .header("host", endpoint.authority())
            .body(())
            .unwrap();
        assert_eq!(
            begin_post(&endpoint, "/v2/x", 7),
            write(&request.into_parts().0, 7)
        );
    }

    #[test]
    fn the_length_of_an_answer_is_said_in_one_way() {
        for (fields, framing) in [
            ("", Framing::UntilEnd),
            ("Content-Length: 5\r\n", Framing::Length(5)),
            (
                "Content-Length: 5\r\nContent-Length: 5\r\n",
                Framing::Length(5),
            ),
            ("Transfer-Encoding: Chunked\r\n", Framing::chunks()),
        ] {
            let head = whole(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n"));
            assert_eq!(head.framing, framing, "{fields}");
        }
        for status in ["204 No Content", "304 Not Modified"] {
            let head = whole(&format!("HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\n"));
            assert_eq!(head.framing, Framing::Length(0), "{status}");
        }
        for fields in [
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5, 5",
            "Content-Length: +5",
            "Content-Length: -5",
            "Content-Length: 0x5",
            "Content-Length: 99999999999999999999",
            "Content-Length:",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, identity",
        ] {
            assert!(
                read(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n")).is_err(),
                "{fields}"
            );
        }
        assert!(read("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }

    #[test]
    fn a_connection_is_kept_unless_something_speaks_against_it() {
        for (head, keeps) in [
            ("HTTP/1.1 200 OK\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: Close\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: x, close\r\n", false),
            (
                "HTTP/1.1 200 OK\r\nConnection: x\r\nConnection: close\r\n",
                false,
            ),
            ("HTTP/1.0 200 OK\r\n", false),
        ] {
            assert_eq!(whole(&format!("{head}\r\n")).keeps, keeps, "{head}");
        }
    }

    #[test]
    fn heads_that_are_none_are_refused() {
        for text in [
            "garbage garbage\r\n\r\n",
            "HTTP/2 200 OK\r\n\r\n",
            "HTTP/1.1 099 x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n X: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        let many = "X: 1\r\n".repeat(MOST_FIELDS + 1);
        assert!(read(&format!("HTTP/1.1 200 OK\r\n{many}\r\n")).is_err());
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(LARGEST_HEAD));
        assert!(read(&endless).is_err());
        assert!(read(&format!("{endless}\r\n\r\n")).is_err());
    }

    #[test]
    fn only_interim_answers_are_followed_by_another() {
        for (status, interim) in [(100, true), (103, true), (101, false), (200, false)] {
            let head = whole(&format!("HTTP/1.1 {status} x\r\n\r\n"));
            assert_eq!(head.is_interim(), interim, "{status}");
        }
    }

    proptest! {
        #![proptest_config(crate::same_cases())]

        #[test]
        fn a_head_is_there_with_its_last_byte(
            fields in prop::collection::vec(("X-[a-z]{1,8}", "[!-~]([ -~]{0,10}[!-~])?"), 0..6),
            behind in "[ -~]{0,9}",
        ) {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let text = format!("HTTP/1.1 200 OK\r\n{}\r\n", fields.concat());
            for end in 0..text.len() {
                prop_assert!(read(&text[..end]).unwrap().is_none());
            }
            let mut unread = BytesMut::from(format!("{text}{behind}").as_str());
            prop_assert!(take(&mut unread).unwrap().is_some());
            prop_assert_eq!(&unread[..], behind.as_bytes());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), nearly in "HTTP/1.1 [0-9]{3} [A-Za-z:\r\n0-9-]{0,60}") {
            for bytes in [&bytes[..], nearly.as_bytes()] {
                let mut unread = BytesMut::from(bytes);
                let _ = take(&mut unread);
                prop_assert!(unread.len() <= bytes.len());
            }
        }
    }
}
