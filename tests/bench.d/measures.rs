//! The measurements. Each asks the servers in turn, round after round, so that whatever else the machine does falls on all
//! of them alike.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    Outcome, Plan,
    body::body,
    client::{Crowd, Requests},
    gateway::Gateway,
    report::{Bounds, Judged, Row},
    seed::Tokens,
    servers::{Kind, Server, Setup},
};

const KINDS: [Kind; 3] = [Kind::Nginx, Kind::Plain, Kind::Signed];

/// Connections under full load.
pub(crate) const CROWD: usize = 64;
/// Time between two events of a stream.
const EVENTS_EVERY: Duration = Duration::from_millis(100);
/// Long enough that a held stream carries nothing.
const NEVER: Duration = Duration::from_hours(1);
/// Less than this is not added by any server: a round that says so was disturbed.
const LEAST: Duration = Duration::from_micros(10);
/// Time after which a server has settled.
const SETTLED: Duration = Duration::from_millis(500);

/// What all measurements use.
pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) setup: Setup,
    pub(crate) gateway: Gateway,
    pub(crate) tokens: Tokens,
}

/// What a profiler looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// So many requests with bodies of so many kB.
    Requests(usize, usize),
    /// So many streams at once.
    Streams(u16),
}

/// A server for each kind.
pub(crate) struct Servers(Vec<(Kind, Server)>);

impl Servers {
    /// Starts all of them.
    pub(crate) fn start(setup: &Setup) -> Outcome<Self> {
        let servers = KINDS
            .into_iter()
            .map(|kind| Ok((kind, setup.start(kind)?)))
            .collect::<Outcome<_>>()?;
        Ok(Self(servers))
    }
}

impl Bench {
    /// Processor time and new connections per request with a body of so many kB.
    pub(crate) async fn requests(
        &self,
        servers: &Servers,
        (name, size, bounds): (&'static str, usize, Bounds),
    ) -> Outcome<[Row; 2]> {
        let mut cpu = Row::new(name, "µs", Judged::Ratio, Some(bounds));
        let mut connections = Row::new(
            "upstream connections per 1,000",
            "new",
            Judged::Value,
            Some([20.0, 2.0, 0.0]),
        );
        let count = if size > 50 {
            self.plan.requests / 3
        } else {
            self.plan.requests
        };
        for _ in 0..self.plan.rounds {
            for (kind, server) in &servers.0 {
                let mut crowd = self.completions(server, size).crowd(CROWD).await?;
                crowd.send(usize::from(count / 4)).await?;
                let before = self.gateway.connections();
                let took = cpu_per_request(server, &mut crowd, count).await?;
                let made = u32::try_from(self.gateway.connections() - before)?;
                cpu.add(*kind, micros(took));
                connections.add(*kind, f64::from(made) * 1000.0 / f64::from(count));
            }
        }
        Ok([cpu, connections])
    }

    /// Time added to a request at 100 a second: the middle, and the slowest hundredth.
    pub(crate) async fn latency(&self, servers: &Servers) -> Outcome<[Row; 2]> {
        let mut middle = Row::new(
            "p50 added at 100/s",
            "µs",
            Judged::Ratio,
            Some([2.0, 1.2, 1.0]),
        );
        let mut slow = Row::new(
            "p99 added at 100/s",
            "ms",
            Judged::Difference,
            Some([2.0, 0.5, 0.0]),
        );
        let count = usize::from(self.plan.seconds) * 100;
        let between = Duration::from_millis(10);
        let path = "/v2/code/completions";
        let direct = Requests::new(self.gateway.address, path, &self.tokens.one, &body(10));
        let mut direct = direct.crowd(8).await?;
        let mut crowds = Vec::new();
        for (_, server) in &servers.0 {
            crowds.push(self.completions(server, 10).crowd(8).await?);
        }
        for _ in 0..self.plan.rounds {
            let [nginx, plain, signed] = crowds.as_mut_slice() else {
                return Err("a server is missing".into());
            };
            // All at once, each in a quarter of the time between two requests of its own.
            let (direct, nginx, plain, signed) = tokio::try_join!(
                direct.at_rate(count, between, Duration::ZERO),
                nginx.at_rate(count, between, between / 4),
                plain.at_rate(count, between, between / 2),
                signed.at_rate(count, between, between * 3 / 4),
            )?;
            let direct = percentiles(direct);
            for (kind, took) in KINDS.into_iter().zip([nginx, plain, signed]) {
                let took = percentiles(took);
                middle.add(kind, micros(took.0.saturating_sub(direct.0).max(LEAST)));
                slow.add(kind, micros(took.1.saturating_sub(direct.1)) / 1000.0);
            }
        }
        Ok([middle, slow])
    }

    /// Processor time per event with many streams at once.
    pub(crate) async fn events(&self, servers: &Servers) -> Outcome<Row> {
        let mut row = Row::new(
            "CPU per event of a stream",
            "µs",
            Judged::Ratio,
            Some([1.5, 1.15, 0.9]),
        );
        let time = Duration::from_secs(u64::from(self.plan.seconds));
        self.gateway.pace(EVENTS_EVERY);
        for _ in 0..self.plan.rounds {
            for (kind, server) in &servers.0 {
                let mut crowd = self.streams(server, self.plan.streams).await?;
                crowd.read_streams(EVENTS_EVERY * 3).await?;
                let before = server.process.cpu_time()?;
                let events = u32::try_from(crowd.read_streams(time).await?)?;
                let used = server.process.cpu_time()?.since(&before);
                row.add(*kind, micros(used) / f64::from(events.max(1)));
            }
        }
        Ok(row)
    }

    /// Memory per stream that is open and silent.
    pub(crate) async fn held(&self) -> Outcome<Row> {
        let mut row = Row::new("held stream", "kB", Judged::Value, Some([40.0, 27.0, 16.0]));
        self.gateway.pace(NEVER);
        for _ in 0..self.plan.few_rounds() {
            for kind in KINDS {
                let server = self.setup.start(kind)?;
                drop(self.streams(&server, 16).await?);
                sleep(SETTLED).await;
                let before = server.process.resident_kb()?;
                let crowd = self.streams(&server, self.plan.held).await?;
                sleep(SETTLED).await;
                let more = server.process.resident_kb()?.saturating_sub(before);
                row.add(kind, f64::from(more) / f64::from(self.plan.held));
                drop(crowd);
            }
        }
        Ok(row)
    }

    /// Memory with many tokens in the store, memory when each has been used, what the many users cost compared with one,
    /// and the time from start to ready.
    pub(crate) async fn many_tokens(&self) -> Outcome<[Row; 4]> {
        let bounds = Some([30.0, 15.0, 8.0]);
        let mut stored = Row::new(
            "resident, 20,000 tokens stored",
            "MB",
            Judged::Value,
            bounds,
        );
        let mut used = Row::new("resident, 20,000 tokens used", "MB", Judged::Value, bounds);
        let mut flat = Row::new("CPU, 20,000 users to one", "ratio", Judged::Value, None);
        let mut start = Row::new(
            "start to ready",
            "ms",
            Judged::Value,
            Some([200.0, 50.0, 20.0]),
        );
        for _ in 0..self.plan.few_rounds() {
            for kind in KINDS {
                let server = self.setup.start(kind)?;
                start.add(kind, micros(server.start_time) / 1000.0);
                sleep(SETTLED).await;
                stored.add(kind, f64::from(server.process.resident_kb()?) / 1024.0);

                let everyone = requests(&server, &self.tokens.many, 1);
                let mut everyone = everyone.crowd(CROWD).await?;
                everyone.send(self.tokens.many.len()).await?;
                drop(everyone);
                sleep(SETTLED).await;
                used.add(kind, f64::from(server.process.resident_kb()?) / 1024.0);

                flat.add(kind, self.many_to_one(&server).await?);
            }
        }
        Ok([stored, used, flat, start])
    }

    async fn many_to_one(&self, server: &Server) -> Outcome<f64> {
        let mut ratios = Vec::new();
        for _ in 0..self.plan.few_rounds() {
            let mut times = Vec::new();
            for tokens in [&self.tokens.many, &self.tokens.one] {
                let mut crowd = requests(server, tokens, 10).crowd(CROWD).await?;
                crowd.send(usize::from(self.plan.requests / 4)).await?;
                times.push(cpu_per_request(server, &mut crowd, self.plan.requests).await?);
            }
            if let [many, one] = times.as_slice() {
                ratios.push(many.as_secs_f64() / one.as_secs_f64());
            }
        }
        ratios.sort_by(f64::total_cmp);
        Ok(ratios.get(ratios.len() / 2).copied().unwrap_or_default())
    }

    /// Load on a server that runs below a profiler.
    pub(crate) async fn load_below(&self, profiler: &str, load: Load) -> Outcome {
        let server = self.setup.start_below(Kind::Plain, profiler)?;
        match load {
            Load::Requests(number, size) => {
                let mut crowd = self.completions(&server, size).crowd(CROWD).await?;
                crowd.send(number).await
            }
            Load::Streams(number) => {
                self.gateway.pace(EVENTS_EVERY);
                let mut crowd = self.streams(&server, number).await?;
                crowd.read_streams(SETTLED * 10).await.map(drop)
            }
        }
    }

    fn completions(&self, server: &Server, size: usize) -> Requests {
        requests(server, &self.tokens.one, size)
    }

    async fn streams(&self, server: &Server, streams: u16) -> Outcome<Crowd> {
        let body = body(1).replacen('{', r#"{"intent":"generation","stream":true,"#, 1);
        let requests = Requests::new(server.address, server.streams(), &self.tokens.one, &body);
        let mut crowd = requests.crowd(usize::from(streams)).await?;
        crowd.begin_streams().await?;
        Ok(crowd)
    }
}

/// Completions with each of these tokens in turn.
fn requests(server: &Server, tokens: &[String], size: usize) -> Requests {
    Requests::new(server.address, Server::COMPLETIONS, tokens, &body(size))
}

pub(crate) async fn cpu_per_request(
    server: &Server,
    crowd: &mut Crowd,
    requests: u16,
) -> Outcome<Duration> {
    let before = server.process.cpu_time()?;
    crowd.send(usize::from(requests)).await?;
    let used = server.process.cpu_time()?.since(&before);
    Ok(used / u32::from(requests))
}

fn percentiles(mut took: Vec<Duration>) -> (Duration, Duration) {
    took.sort();
    let at = |hundredth| {
        took.get(took.len() * hundredth / 100)
            .copied()
            .unwrap_or_default()
    };
    (at(50), at(99))
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
