//! Tables of cases: one row a case, named by the case's id. All rows are tried, and one failure lists every row that failed.

use serde_json::Value;

use super::{FakeGateway, Recorded, Reply, Request};

/// A case.
pub(crate) struct Row {
    id: &'static str,
    request: Request,
    expect: Expect,
}

/// What a case expects.
#[derive(Debug, Clone)]
pub(crate) struct Expect {
    status: u16,
    body: Option<Value>,
    text: Option<String>,
    fields: Vec<(&'static str, Option<String>)>,
    asked: usize,
    forwarded: Vec<(&'static str, Option<Value>)>,
    sent: Vec<(&'static str, Option<String>)>,
}

pub(crate) fn row(id: &'static str, request: Request, expect: Expect) -> Row {
    Row {
        id,
        request,
        expect,
    }
}

/// Success, for which the gateway is asked once.
pub(crate) fn accepted() -> Expect {
    Expect::status(200).asking_gateway(1)
}

/// A refusal with that JSON body, of which the gateway learns nothing.
pub(crate) fn refused(status: u16, body: &str) -> Expect {
    Expect::status(status).json(body)
}

/// Tries all rows, one after the other.
#[track_caller]
pub(crate) fn check(gateway: &FakeGateway, rows: Vec<Row>) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let mut failures = Vec::new();
        for Row {
            id,
            request,
            expect,
        } in rows
        {
            gateway.forget();
            let reply = request.send().await;
            let problems = expect.problems(&reply, &gateway.requests());
            if !problems.is_empty() {
                failures.push(format!("{id}: {}", problems.join("\n     ")));
            }
        }
        assert!(failures.is_empty(), "{place}\n{}", failures.join("\n"));
    }
}

impl Expect {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            body: None,
            text: None,
            fields: Vec::new(),
            asked: 0,
            forwarded: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// The body is this JSON; the order of members does not matter.
    pub(crate) fn json(mut self, body: &str) -> Self {
        self.body = Some(serde_json::from_str(body).unwrap());
        self
    }

    /// The body is exactly this text.
    pub(crate) fn text(mut self, body: &str) -> Self {
        self.text = Some(body.to_owned());
        self
    }

    pub(crate) fn field(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, Some(value.to_owned())));
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.fields.push((name, None));
        self
    }

    /// `+O` of the contract: marked as a refusal of the server itself.
    pub(crate) fn marked(self) -> Self {
        self.field("x-gitlab-error-origin", "monolith")
    }

    /// `-O` of the contract.
    pub(crate) fn unmarked(self) -> Self {
        self.without("x-gitlab-error-origin")
    }

    /// How often the gateway is asked for it.
    pub(crate) fn asking_gateway(mut self, times: usize) -> Self {
        self.asked = times;
        self
    }

    /// The gateway's request has this value at that JSON pointer.
    pub(crate) fn forwarding(mut self, pointer: &'static str, value: impl Into<Value>) -> Self {
        self.forwarded.push((pointer, Some(value.into())));
        self
    }

    /// The gateway's request has nothing at that JSON pointer.
    pub(crate) fn dropping(mut self, pointer: &'static str) -> Self {
        self.forwarded.push((pointer, None));
        self
    }

    /// The gateway's request has this field.
    pub(crate) fn sending(mut self, name: &'static str, value: &str) -> Self {
        self.sent.push((name, Some(value.to_owned())));
        self
    }

    /// The gateway's request has no such field.
    pub(crate) fn not_sending(mut self, name: &'static str) -> Self {
        self.sent.push((name, None));
        self
    }

    fn problems(&self, reply: &Reply, requests: &[Recorded]) -> Vec<String> {
        let mut problems = Vec::new();
        let mut problem = |text: String| problems.push(text);
        if reply.status != self.status || !reply.whole {
            problem(format!(
                "{} instead of {} (whole: {}): {}",
                reply.status,
                self.status,
                reply.whole,
                shortened(&reply.text())
            ));
        }
        let json = serde_json::from_slice::<Value>(&reply.body).ok();
        if self.body.is_some() && json != self.body {
            problem(format!("the body is {}", shortened(&reply.text())));
        }
        if self.body.is_some() && reply.field("content-type").as_deref() != Some("application/json")
        {
            problem(format!(
                "the content type is {:?}",
                reply.field("content-type")
            ));
        }
        if self.text.as_ref().is_some_and(|text| *text != reply.text()) {
            problem(format!("the body is {}", shortened(&reply.text())));
        }
        for (name, value) in &self.fields {
            if reply.field(name) != *value {
                problem(format!("{name} is {:?}", reply.field(name)));
            }
        }
        if requests.len() != self.asked {
            problem(format!("the gateway was asked {} times", requests.len()));
        }
        if let Some(request) = requests.last() {
            self.upstream_problems(request, &mut problem);
        }
        problems
    }

    fn upstream_problems(&self, request: &Recorded, problem: &mut impl FnMut(String)) {
        let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        for (pointer, value) in &self.forwarded {
            if body.pointer(pointer) != value.as_ref() {
                let found = body.pointer(pointer).map(Value::to_string);
                let found = found.map(|found| shortened(&found));
                problem(format!("{pointer} was forwarded as {found:?}"));
            }
        }
        for (name, value) in &self.sent {
            if request.field(name) != *value {
                problem(format!("{name} was sent as {:?}", request.field(name)));
            }
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
