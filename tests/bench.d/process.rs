//! What a server costs, as the kernel counts it: processor time and memory of a process and its children. Linux only, as
//! the figures that are compared are.

use std::{
    collections::HashMap,
    fs, io,
    process::{Child, Command},
    time::Duration,
};

/// Processor time by thread: threads that end between two looks must not take their time along.
pub(crate) struct CpuTime(HashMap<(u32, u32), Duration>);

/// A process that is ended with its owner.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts one.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        command.spawn().map(|child| Self { child })
    }

    /// Whether it has ended already.
    pub(crate) fn has_ended(&mut self) -> io::Result<bool> {
        self.child.try_wait().map(|ended| ended.is_some())
    }

    /// Processor time so far, with its children's.
    pub(crate) fn cpu_time(&self) -> io::Result<CpuTime> {
        let mut times = HashMap::new();
        for process in self.family()? {
            for thread in fs::read_dir(format!("/proc/{process}/task"))? {
                let thread = thread?;
                let Some(number) = number(&thread.file_name()) else {
                    continue;
                };
                // A thread may end between the listing and the look.
                let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else {
                    continue;
                };
                let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
                let time = Duration::from_nanos(nanos.unwrap_or_default());
                times.insert((process, number), time);
            }
        }
        Ok(CpuTime(times))
    }

    /// Resident memory in kB, with its children's.
    pub(crate) fn resident_kb(&self) -> io::Result<u32> {
        let mut total = 0;
        for process in self.family()? {
            let status = fs::read_to_string(format!("/proc/{process}/status"))?;
            let resident = status
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))
                .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u32>().ok());
            total += resident.unwrap_or_default();
        }
        Ok(total)
    }

    fn family(&self) -> io::Result<Vec<u32>> {
        let mut family = vec![self.child.id()];
        let mut parents = HashMap::new();
        for entry in fs::read_dir("/proc")? {
            let Some(process) = number(&entry?.file_name()) else {
                continue;
            };
            if let Some(parent) = parent(process) {
                parents.insert(process, parent);
            }
        }
        let mut seen = 0;
        while let Some(&process) = family.get(seen) {
            let children = parents.iter().filter(|(_, parent)| **parent == process);
            family.extend(children.map(|(child, _)| *child));
            seen += 1;
        }
        Ok(family)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked to end rather than killed: a master ends its workers, and a profiler writes what it has found.
        let pid = self.child.id().to_string();
        if Command::new("kill").arg(pid).status().is_err() {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

impl CpuTime {
    /// What was used since an earlier look.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let before = |thread| earlier.0.get(thread).copied().unwrap_or_default();
        self.0
            .iter()
            .map(|(thread, time)| time.saturating_sub(before(thread)))
            .sum()
    }
}

fn number(name: &std::ffi::OsStr) -> Option<u32> {
    name.to_str()?.parse().ok()
}

/// The parent is the second word behind the name, which stands in brackets and may hold anything.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    behind.split_whitespace().nth(1)?.parse().ok()
}
