//! What a gateway can do wrong, and what the client sees of it: as long as nothing has been sent, a definite answer; after
//! that, a transfer that is visibly broken and never taken for a whole one.

mod before_the_first_byte;
mod breaker;
mod in_mid_stream;
mod pool;
mod refusals;
mod under_way;

const BAD_GATEWAY: &str = r#"{"message":"502 Bad Gateway"}"#;
const TIMEOUT: &str = r#"{"message":"504 Gateway Timeout"}"#;
