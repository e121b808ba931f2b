//! Lines of the log on their way to standard error, written in batches by a thread of its own. Requests and events only append
//! to a buffer: a reader of the log that is stuck, or gone, must hold up nobody and end nothing. Lines beyond 8 MiB are
//! dropped and counted.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

const LARGEST_BUFFER: usize = 8 * 1024 * 1024;
const BATCH: Duration = Duration::from_millis(50);

/// Where lines go. Copies lead to the same place.
#[derive(Clone)]
pub struct Lines(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    /// Whether a batch has been taken and is not out yet.
    writing: bool,
    /// Whether somebody waits for the lines to be out.
    hurried: bool,
}

impl Lines {
    /// Lines to `out`.
    pub fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
        });
        let for_writer = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || for_writer.write_to(out))?;
        Ok(Self(shared))
    }

    /// This process's lines to standard error.
    pub fn stderr() -> io::Result<Self> {
        static STDERR: OnceLock<Lines> = OnceLock::new();
        if let Some(lines) = STDERR.get() {
            return Ok(lines.clone());
        }
        let lines = Self::start(io::stderr())?;
        Ok(STDERR.get_or_init(|| lines).clone())
    }

    /// Adds a whole line.
    pub fn append(&self, line: &[u8]) {
        let mut state = self.0.state();
        if state.lines.len() > LARGEST_BUFFER {
            state.dropped += 1;
            return;
        }
        let was_empty = state.lines.is_empty();
        state.lines.extend_from_slice(line);
        drop(state);
        if was_empty {
            self.0.filled.notify_one();
        }
    }

    /// Waits until all lines are written, but no longer than `time`: whoever reads them may be stuck.
    pub fn finish(&self, time: Duration) {
        let mut state = self.0.state();
        state.hurried = true;
        let waiting = |state: &mut State| state.writing || !state.lines.is_empty();
        let waited = self.0.written.wait_timeout_while(state, time, waiting);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.hurried = false;
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.append(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        loop {
            let state = self.state();
            let empty = |state: &mut State| state.lines.is_empty();
            let filled = self.filled.wait_while(state, empty);
            let mut state = filled.unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut state.lines, &mut batch);
            state.writing = true;
            let dropped = mem::take(&mut state.dropped);
            drop(state);
            if dropped > 0 {
                tracing::warn!(dropped, "lines dropped: the log is not read fast enough");
            }
            if out.write_all(&batch).and_then(|()| out.flush()).is_err() {
                // Nobody reads the log any more; there is no better place to say so.
            }
            batch.clear();
            let mut state = self.state();
            state.writing = false;
            let hurried = state.hurried;
            drop(state);
            self.written.notify_all();
            if !hurried {
                std::thread::sleep(BATCH);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A reader that tells how much it is given and takes it only when it is let go.
    struct Stuck {
        let_go: mpsc::Receiver<()>,
        given: mpsc::Sender<usize>,
    }

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.given.send(bytes.len()).is_err() || self.let_go.recv().is_err() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stuck_reader_holds_nobody_up_and_a_bounded_share() {
        let (release, let_go) = mpsc::channel();
        let (given, told) = mpsc::channel();
        let lines = Lines::start(Stuck { let_go, given }).unwrap();
        let line = [b'x'; 1024];
        lines.append(&line);
        // From here on the writer is stuck in its first line, so all that follows is kept or dropped.
        assert_eq!(told.recv().unwrap(), line.len());
        let appended = 3 * LARGEST_BUFFER / line.len();
        for _ in 0..appended {
            lines.append(&line);
        }
        lines.finish(Duration::from_millis(1));
        let kept = lines.0.state().lines.len();
        let dropped = lines.0.state().dropped;
        assert!(
            (LARGEST_BUFFER..=LARGEST_BUFFER + line.len()).contains(&kept),
            "{kept}"
        );
        assert_eq!(
            kept / line.len() + usize::try_from(dropped).unwrap(),
            appended
        );
        for _ in 0..2 {
            release.send(()).unwrap();
        }
        assert_eq!(told.recv().unwrap(), kept);
        lines.finish(Duration::from_mins(1));
        assert!(lines.0.state().lines.is_empty());
    }

    #[test]
    fn a_reader_that_is_gone_ends_nothing() {
        let (_, let_go) = mpsc::channel();
        let lines = Lines::start(Stuck {
            let_go,
            given: mpsc::channel().0,
        })
        .unwrap();
        for _ in 0..3 {
            lines.append(b"line\n");
            lines.finish(Duration::from_mins(1));
            assert!(lines.0.state().lines.is_empty());
        }
    }
}
