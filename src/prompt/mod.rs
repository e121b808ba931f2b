//! What is wanted and how a gateway is told: completion or generation, the language of a file, and the payload of a
//! generation. Pure functions of a checked request; used by `suggestions` and the gateways.

pub mod gateway_language;
pub mod intent;
pub mod language;
pub mod payload;
