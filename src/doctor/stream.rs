//! Whether what stands in front of this server passes streams on piece by piece: the running server is asked for a stream by the
//! URL of its clients, and told what each piece says as soon as that is read. It sends the next one then, and says at the end
//! whether it learned of all.

use std::time::Duration;

use futures_util::FutureExt;
use reqwest::{Client, Response, StatusCode};

use super::{Finding, Verdict, explain::told};
use crate::{routes, state::App};

const NAME: &str = "streams";

/// Time for the whole of it.
const TIME: Duration = Duration::from_secs(10);

/// Longest event that is read, in bytes.
const LONGEST: usize = 4096;

/// Name of the last event.
const END: &str = "stream_end";

/// What a stream has shown.
enum Shown {
    InTime,
    Late,
    /// The answer to a piece did not reach whoever sent it.
    Elsewhere,
    Refused(StatusCode),
    Cut,
}

/// Looks at streams by way of the external URL, about which `reached` says whether it leads here.
pub(super) async fn finding(app: &App, reached: &Finding) -> Finding {
    if reached.verdict != Verdict::Good {
        return Finding::skipped(NAME, "the external URL does not lead to this instance");
    }
    let url = format!("{}{}", app.instance.external_url, routes::STREAM_PROBE);
    match shown(app, &url).await {
        Err(error) => Finding::bad(
            NAME,
            told(&error),
            "look at what stands in front of this server",
        ),
        Ok(Shown::InTime) => Finding::good(NAME, "arrive piece by piece"),
        Ok(Shown::Late) => Finding::doubtful(
            NAME,
            "are held back until they end: editors see nothing until then",
            "let what stands in front pass them on at once: proxy_buffering off in nginx, flushpackets=on in Apache, \
             flush_interval -1 in Caddy (config/gitlab has examples)",
        ),
        Ok(Shown::Elsewhere) => Finding::skipped(
            NAME,
            "several servers answer there, one cannot tell of another",
        ),
        Ok(Shown::Refused(status)) => Finding::doubtful(
            NAME,
            format!("{url} answers {status}"),
            "check that everything below /api/v4/code_suggestions/ is passed on to this server, and that it has been restarted \
             since it was installed",
        ),
        Ok(Shown::Cut) => Finding::bad(
            NAME,
            "end before their last piece",
            "look at the log of what stands in front of this server, and at its time-outs",
        ),
    }
}

async fn shown(app: &App, url: &str) -> Result<Shown, reqwest::Error> {
    let client = Client::builder()
        .timeout(TIME)
        // A proxy on the way out does not know the way back.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let Ok(ticket) = app.secret.probe_ticket(app.clock.unix()) else {
        return Ok(Shown::Cut);
    };
    let asked = client.get(url).header(routes::PROBE_TICKET, ticket);
    let mut answer = asked.send().await?;
    if answer.status() != StatusCode::OK {
        return Ok(Shown::Refused(answer.status()));
    }
    let mut text = String::new();
    loop {
        let Some(event) = next_event(&mut answer, &mut text).await? else {
            return Ok(Shown::Cut);
        };
        let word = event.rsplit("data: ").next().unwrap_or_default().to_owned();
        if event.contains(END) {
            return Ok(if word == routes::PROBE_IN_TIME {
                Shown::InTime
            } else {
                Shown::Late
            });
        }
        let told = client.post(url).header(routes::PROBE_WORD, word);
        if told.send().await?.status() != StatusCode::NO_CONTENT {
            // Nobody waits for the word any more, or somebody else does: then the stream still runs.
            let next = next_event(&mut answer, &mut text).now_or_never();
            return Ok(match next.transpose()? {
                Some(_) => Shown::Late,
                None => Shown::Elsewhere,
            });
        }
    }
}

/// Reads up to the end of an event; what came with it stays in `text`. `None` at the end of the stream.
async fn next_event(
    answer: &mut Response,
    text: &mut String,
) -> Result<Option<String>, reqwest::Error> {
    loop {
        if let Some((event, rest)) = text.split_once("\n\n") {
            let (event, rest) = (event.to_owned(), rest.to_owned());
            *text = rest;
            return Ok(Some(event));
        }
        match answer.chunk().await? {
            Some(piece) if text.len() < LONGEST => text.push_str(&String::from_utf8_lossy(&piece)),
            _ => return Ok(None),
        }
    }
}
