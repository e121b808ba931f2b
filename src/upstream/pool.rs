//! Connections kept for the next request: at most 64, at most 30 s, the youngest first, so that a quiet hour closes all of
//! them. A connection of HTTP/1.1 comes back only after a whole answer; one of HTTP/2 stays here while it is used.

use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{
    exchange::{Connection, Many},
    wire::Wire,
};

const MOST_IDLE: usize = 64;
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Time between two looks at what is kept.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// Connections of one upstream.
#[derive(Default)]
pub(super) struct Pool(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The youngest stand last.
    idle: Vec<(Instant, Box<Wire>)>,
    shared: Vec<(Instant, Many)>,
    swept: bool,
}

impl Pool {
    /// A connection that the other side has not ended.
    pub(super) fn take(&self) -> Option<Connection> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(many) = kept.join() {
            return Some(Connection::Many(many));
        }
        while let Some((since, mut wire)) = kept.idle.pop() {
            if since.elapsed() > LONGEST_IDLE {
                // Those below have waited longer still.
                kept.idle.clear();
            } else if wire.is_idle() {
                return Some(Connection::One(wire));
            }
        }
        None
    }

    /// Lets others join a new connection, if it can be shared.
    pub(super) fn share(self: &Arc<Self>, connection: &Connection) {
        if let Connection::Many(many) = connection {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.shared.len() < MOST_IDLE {
                kept.shared.push((Instant::now(), many.clone()));
                kept.have_swept(self);
            }
        }
    }

    /// Keeps a connection for the next request.
    pub(super) fn put(self: &Arc<Self>, wire: Box<Wire>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.idle.len() >= MOST_IDLE {
            kept.idle.remove(0);
        }
        kept.idle.push((Instant::now(), wire));
        kept.have_swept(self);
    }

    /// Closes what is old and what the other side has ended; whether anything is left.
    fn sweep(&self) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.idle
            .retain_mut(|(since, wire)| since.elapsed() <= LONGEST_IDLE && wire.is_idle());
        kept.forget_shared();
        kept.swept = !kept.idle.is_empty() || !kept.shared.is_empty();
        kept.swept
    }
}

/// Nobody asks a quiet upstream's connections whether they have ended, and descriptors are not for keeping.
async fn sweep(pool: Weak<Pool>) {
    loop {
        sleep(SWEEP_EVERY).await;
        match pool.upgrade() {
            Some(pool) if pool.sweep() => {}
            _ => return,
        }
    }
}

impl Kept {
    /// Has the connections of `pool` looked at from now on, unless somebody does already; it ends with the last of them.
    fn have_swept(&mut self, pool: &Arc<Pool>) {
        if !self.swept {
            self.swept = true;
            tokio::spawn(sweep(Arc::downgrade(pool)));
        }
    }

    fn forget_shared(&mut self) {
        self.shared.retain(|(since, many)| {
            let forgotten = many.is_idle() && since.elapsed() > LONGEST_IDLE;
            !many.is_closed() && !many.is_stuck() && !forgotten
        });
    }

    /// A connection that another exchange may join.
    fn join(&mut self) -> Option<Many> {
        self.forget_shared();
        let (since, many) = self.shared.iter_mut().find(|(_, many)| many.has_room())?;
        *since = Instant::now();
        Some(many.clone())
    }
}
