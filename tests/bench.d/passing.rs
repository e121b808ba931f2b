//! What passes through: small requests for what they cost, and bodies as long as packs for how fast they go. nginx does the
//! same to the same upstream.

use tokio::{net::TcpStream, time::Instant};

use crate::{
    Outcome,
    body::body,
    client::Requests,
    gateway::PACK,
    measures::{Bench, CROWD, cpu_per_request, micros},
    report::{Judged, Row},
    servers::{Kind, Server},
    wire::Wire,
};

const KINDS: [Kind; 2] = [Kind::Nginx, Kind::Front];

/// Sent to GitLab's path by whoever it is.
const SMALL: &str = "/group/project/-/notes";

impl Bench {
    /// Processor time per request of 10 kB, and the time that a pack takes in each direction.
    pub(crate) async fn passing(&self) -> Outcome<[Row; 4]> {
        let row = |name, unit, bounds| Row::new(name, unit, Judged::Ratio, bounds);
        let mut cpu = row("passed on, CPU, 10 kB", "µs", Some([1.5, 1.2, 1.0]));
        // Four fifths of the throughput are five quarters of the time.
        let mut down = row("passed on, 1 GiB down", "ms", Some([1.25, 1.0, 0.8]));
        let mut up = row("passed on, 1 GiB up", "ms", None);
        let mut work = row("passed on, CPU, 1 GiB down", "ms", None);
        let mut servers = Vec::new();
        for kind in KINDS {
            servers.push((kind, self.setup.start(kind)?));
        }
        for _ in 0..self.plan.rounds {
            for (kind, server) in &servers {
                let requests = Requests::new(server.front, SMALL, &self.tokens.one, &body(10));
                let mut crowd = requests.crowd(CROWD).await?;
                crowd.send(usize::from(self.plan.requests / 4)).await?;
                let took = cpu_per_request(server, &mut crowd, self.plan.requests).await?;
                cpu.add(*kind, micros(took));

                let before = server.process.cpu_time()?;
                let begun = Instant::now();
                download(server).await?;
                down.add(*kind, micros(begun.elapsed()) / 1000.0);
                let used = server.process.cpu_time()?.since(&before);
                work.add(*kind, micros(used) / 1000.0);

                let begun = Instant::now();
                upload(server).await?;
                up.add(*kind, micros(begun.elapsed()) / 1000.0);
            }
        }
        Ok([cpu, down, up, work])
    }
}

async fn download(server: &Server) -> Outcome {
    let mut wire = Wire::new(TcpStream::connect(server.front).await?)?;
    let request = "GET /group/project.git/pack HTTP/1.1\r\nHost: gitlab.test\r\n\r\n";
    wire.send(request.as_bytes()).await?;
    read_answer(&mut wire, PACK).await
}

async fn upload(server: &Server) -> Outcome {
    let mut wire = Wire::new(TcpStream::connect(server.front).await?)?;
    let head = format!(
        "POST /group/project.git/git-receive-pack HTTP/1.1\r\nHost: gitlab.test\r\nContent-Length: {PACK}\r\n\r\n"
    );
    wire.send(head.as_bytes()).await?;
    let piece = vec![b'p'; 256 * 1024];
    for _ in 0..PACK / piece.len() {
        wire.send(&piece).await?;
    }
    read_answer(&mut wire, 0).await
}

/// Reads an answer that has to have at least so many bytes.
async fn read_answer(wire: &mut Wire, least: usize) -> Outcome {
    let head = wire.head().await?.ok_or("no answer")?;
    let length = head.content_length()?;
    if !head.begins_with("HTTP/1.1 200 ") || length < least {
        return Err(format!("answered {} with {length} bytes", head.first_line()).into());
    }
    Ok(wire.skip(length).await?)
}
