//! `Params`: the parameters of one request, whatever form they came in. Made by the handlers from content type, query
//! and body.
//!
//! Everything ends as one JSON object. A JSON body without a query is that object already, and is neither copied nor
//! parsed a second time; forms and queries are made into JSON text first.

use std::{collections::HashSet, fmt};

use bytes::Bytes;

use super::{
    document::Document,
    error::ParamsError,
    escape, form, number,
    scan::{self, Kind, Member, Value},
};

/// Characters of an unknown media type that are repeated to the client.
const MAX_MEDIA_TYPE: usize = 200;

/// The parameters of one request.
#[derive(Clone)]
pub struct Params {
    pub(super) document: Document,
}

/// How a body is to be read.
enum Format {
    Empty,
    Json,
    Form,
    Multipart(String),
}

// === impl Params ===

impl Params {
    /// Reads the parameters of a request.
    ///
    /// # Errors
    ///
    /// See `ParamsError`; all of them are decided without knowing the endpoint.
    pub async fn read(
        content_type: Option<&[u8]>,
        query: Option<&str>,
        body: Bytes,
    ) -> Result<Self, ParamsError> {
        let document = match Format::of(content_type, &body)? {
            Format::Empty => Document::empty(),
            Format::Json => Document::parse(body)?,
            Format::Form => from_form(form::urlencoded(&body)?)?,
            Format::Multipart(boundary) => {
                from_form(Box::pin(form::multipart(boundary, body)).await?)?
            }
        };
        let params = Self { document };
        match query {
            None | Some("") => Ok(params),
            Some(query) => params.over(form::urlencoded(query.as_bytes())?),
        }
    }

    /// Adds a text parameter unless there is one of that name, as the router does for a format suffix of the path.
    ///
    /// # Errors
    ///
    /// `ParamsError::Limit` if the parameters are as many as they may be already.
    pub fn with_default(self, name: &str, value: &str) -> Result<Self, ParamsError> {
        self.over(form::Object::from_iter([(name.to_owned(), value.into())]))
    }

    /// The parameter of this name as text, if it is a text, a number or a boolean.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        match Kind::of(raw) {
            Kind::Text => Some(escape::decode(scan::unquoted(raw)).into_owned()),
            Kind::Number | Kind::True | Kind::False => Some(number::to_text(raw)),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    /// The credential `private_token`.
    #[must_use]
    pub fn private_token(&self) -> Option<String> {
        self.text("private_token")
    }

    /// The credential `access_token`.
    #[must_use]
    pub fn access_token(&self) -> Option<String> {
        self.text("access_token")
    }

    /// The credential `bearer_token`.
    #[must_use]
    pub fn bearer_token(&self) -> Option<String> {
        self.text("bearer_token")
    }

    /// The JSON text that all spans refer to.
    pub(super) fn json(&self) -> &Bytes {
        &self.document.text
    }

    /// The parameters in the order of the request.
    pub(super) fn members(&self) -> &[Member] {
        &self.document.members
    }

    /// The place of the parameter of this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        let may_be = self.document.names.may_have(name);
        may_be.then(|| position(self.json(), self.members(), name))?
    }

    /// The JSON spelling of a parameter that has not been taken apart.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&[u8]> {
        match &self.members().get(self.position(name)?)?.value {
            Value::Raw(span) => Some(span.of(self.json())),
            Value::Object(_) | Value::List(_) => None,
        }
    }

    /// Adds those of the given parameters that are not there yet.
    fn over(self, mut defaults: form::Object) -> Result<Self, ParamsError> {
        let given: HashSet<_> = self
            .members()
            .iter()
            .map(|member| member.name(self.json()))
            .collect();
        defaults.retain(|name, _| !given.contains(name.as_bytes()));
        if defaults.is_empty() {
            return Ok(self);
        }
        let mut text = serde_json::Value::Object(defaults).to_string().into_bytes();
        if !self.members().is_empty() {
            let object = self.json().trim_ascii();
            text.pop();
            text.push(b',');
            text.extend_from_slice(object.get(1..).unwrap_or_default());
        }
        Ok(Self {
            document: Document::parse(text.into())?,
        })
    }
}

/// Parameters are source code and credentials: only their number is shown.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Params({} members)", self.members().len())
    }
}

/// The place of the member of this name.
pub(super) fn position(text: &[u8], members: &[Member], name: &str) -> Option<usize> {
    members
        .iter()
        .position(|member| member.is_named(text, name))
}

fn from_form(object: form::Object) -> Result<Document, ParamsError> {
    Document::parse(serde_json::Value::Object(object).to_string().into())
}

// === impl Format ===

impl Format {
    fn of(content_type: Option<&[u8]>, body: &[u8]) -> Result<Self, ParamsError> {
        if body.is_empty() {
            return Ok(Self::Empty);
        }
        let Some(content_type) = content_type else {
            return Ok(Self::form_or_json(body));
        };
        // Media types end at the first parameter; a comma ends them too where header lines were joined.
        let media_type = content_type
            .split(|byte| matches!(byte, b';' | b','))
            .next()
            .unwrap_or_default();
        let media_type = media_type.trim_ascii();
        if media_type.eq_ignore_ascii_case(b"application/json") {
            return Ok(Self::Json);
        }
        match media_type.to_ascii_lowercase().as_slice() {
            b"application/x-www-form-urlencoded" => Ok(Self::form_or_json(body)),
            b"multipart/form-data" => Self::multipart(content_type),
            other => {
                let shown = String::from_utf8_lossy(other)
                    .chars()
                    .take(MAX_MEDIA_TYPE)
                    .collect();
                Err(ParamsError::UnsupportedMediaType(shown))
            }
        }
    }

    /// No form begins with a brace, but JSON sent by `curl --data` does, and is labelled as a form.
    fn form_or_json(body: &[u8]) -> Self {
        let first = body.get(scan::skip_blanks(body, 0));
        if first == Some(&b'{') {
            Self::Json
        } else {
            Self::Form
        }
    }

    fn multipart(content_type: &[u8]) -> Result<Self, ParamsError> {
        let content_type = std::str::from_utf8(content_type).map_err(|_| ParamsError::Malformed)?;
        let boundary = multer::parse_boundary(content_type).map_err(|_| ParamsError::Malformed)?;
        Ok(Self::Multipart(boundary))
    }
}
