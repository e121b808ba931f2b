//! HTTP at the edge: what is no request, what comes too slowly or too large, connections that are kept, and the stop.

mod bodies;
mod connections;
mod framing;
mod heads;
mod identifiers;
mod stop;

use crate::support::{Connection, Reply, TestServer};

/// Sends bytes on a connection of their own; the reply, if there is one before the end.
async fn sent(server: &TestServer, bytes: impl AsRef<[u8]>) -> (Option<Reply>, Connection) {
    let mut connection = Connection::open(server.address).await;
    connection.try_write(bytes).await;
    let reply = connection.reply_or_end().await;
    (reply, connection)
}

/// The status that bytes on a connection of their own get; 0 when the connection ends instead.
async fn status_of(server: &TestServer, bytes: impl AsRef<[u8]>) -> u16 {
    sent(server, bytes).await.0.map_or(0, |reply| reply.status)
}
