//! Why the parameters of a request cannot be read. Returned by `Params::read`; the reply is made where HTTP is known.

/// A request whose parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// The body is not JSON although it was sent as such.
    #[error("Invalid JSON format")]
    InvalidJson,
    /// The JSON is larger than parameters may be; the text names the limit.
    #[error("{0}")]
    Limit(&'static str),
    /// Nothing can be read from bodies of this media type.
    #[error("The provided content-type '{0}' is not supported.")]
    UnsupportedMediaType(String),
    /// The request holds text in no valid encoding, a character that no parameter may hold, or a form that
    /// contradicts itself.
    #[error("Bad Request")]
    Malformed,
}
