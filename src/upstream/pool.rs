//! Connections kept for the next request: at most 64, at most 30 s, the youngest first, so that a quiet hour closes
//! most of them. A connection of HTTP/1.1 comes back only after a whole answer; one of HTTP/2 stays here while it is used.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::exchange::{Connection, Many, One};

const MOST_IDLE: usize = 64;
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Connections of one upstream.
#[derive(Default)]
pub(super) struct Pool(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    idle: Vec<(Instant, One)>,
    shared: Vec<(Instant, Many)>,
}

/// A connection in use, given back when its answer is whole.
pub(super) struct Lease {
    connection: Option<Connection>,
    pool: Arc<Pool>,
}

impl Pool {
    pub(super) fn take(&self) -> Option<Connection> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(many) = kept.join() {
            return Some(Connection::Many(many));
        }
        while let Some((since, one)) = kept.idle.pop() {
            if since.elapsed() > LONGEST_IDLE {
                // Those below have waited longer still.
                kept.idle.clear();
            } else if !one.is_closed() {
                return Some(Connection::One(one));
            }
        }
        None
    }

    /// Lets others join a new connection, if it can be shared.
    pub(super) fn share(&self, connection: &Connection) {
        if let Connection::Many(many) = connection {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.shared.len() < MOST_IDLE {
                kept.shared.push((Instant::now(), many.clone()));
            }
        }
    }

    fn put(&self, one: One) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.idle.len() >= MOST_IDLE {
            kept.idle.remove(0);
        }
        kept.idle.push((Instant::now(), one));
    }
}

impl Kept {
    /// A connection that another exchange may join.
    fn join(&mut self) -> Option<Many> {
        self.shared.retain(|(since, many)| {
            let forgotten = many.is_idle() && since.elapsed() > LONGEST_IDLE;
            !many.is_closed() && !forgotten
        });
        let (since, many) = self.shared.iter_mut().find(|(_, many)| many.has_room())?;
        *since = Instant::now();
        Some(many.clone())
    }
}

impl Lease {
    pub(super) fn new(connection: Connection, pool: Arc<Pool>) -> Self {
        Self {
            connection: Some(connection),
            pool,
        }
    }

    /// The answer is whole: the connection may be used again.
    pub(super) fn finish(&mut self) {
        if let Some(Connection::One(one)) = self.connection.take()
            && !one.is_closed()
        {
            self.pool.put(one);
        }
    }
}
