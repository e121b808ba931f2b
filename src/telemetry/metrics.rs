//! Metrics in the Prometheus text format. Labels come from fixed sets only, so that no client can make new series.

use std::{sync::OnceLock, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::routes;

/// Upper bounds of the request histogram, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0,
];

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabel, Histogram, fn() -> Histogram>,
    gateway: Family<OutcomeLabel, Counter>,
    suggestions: Family<SuggestionLabels, Counter>,
    usual: Usual,
    /// Connections from clients that are open.
    pub connections: Gauge,
}

/// The series that nearly every request adds to, each kept when it is first needed: finding one by its labels costs more than
/// everything else that is done with it.
#[derive(Default)]
struct Usual {
    completions: OnceLock<(Counter, Histogram)>,
    answered: OnceLock<Counter>,
    /// Of the editor that was the first to ask.
    requested: OnceLock<(SuggestionLabels, Counter)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SuggestionLabels {
    event: &'static str,
    editor: &'static str,
}

/// How asking the gateway ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With at least one suggestion, or a stream that began.
    Answered,
    /// With none.
    Empty,
    /// With a refusal that the client is told.
    Refused,
    /// With a failure.
    Failed,
    /// With a stream that broke off.
    Cut,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Empty => "empty",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cut => "cut",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("code_suggestions");
        let requests = Family::default();
        let durations =
            Family::<RouteLabel, Histogram, fn() -> Histogram>::new_with_constructor(|| {
                Histogram::new(BUCKETS)
            });
        let gateway = Family::default();
        let suggestions = Family::default();
        let connections = Gauge::default();
        registry.register(
            "http_requests",
            "Requests by route and status",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the end of its reply",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register(
            "gateway_requests",
            "Requests to the gateway by how they ended",
            gateway.clone(),
        );
        registry.register(
            "suggestions",
            "Suggestions by what happened to them and in which editor",
            suggestions.clone(),
        );
        registry.register(
            "connections",
            "Open connections from clients",
            connections.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            gateway,
            suggestions,
            usual: Usual::default(),
            connections,
        }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let find = || {
            let labels = RequestLabels {
                method,
                route,
                status,
            };
            let requests = self.requests.get_or_create_owned(&labels);
            let durations = self.durations.get_or_create_owned(&RouteLabel { route });
            (requests, durations)
        };
        let (requests, durations) = match (method, route, status) {
            ("POST", routes::COMPLETIONS, 200) => self.usual.completions.get_or_init(find),
            _ => &find(),
        };
        requests.inc();
        durations.observe(took.as_secs_f64());
    }

    /// Counts a request to the gateway.
    pub fn gateway(&self, outcome: Outcome) {
        let find = || {
            let outcome = outcome.as_str();
            self.gateway.get_or_create_owned(&OutcomeLabel { outcome })
        };
        let counter = match outcome {
            Outcome::Answered => self.usual.answered.get_or_init(find),
            _ => &find(),
        };
        counter.inc();
    }

    /// Counts what happened to a suggestion; both words come from fixed sets.
    pub fn suggestion(&self, event: &'static str, editor: &'static str) {
        let labels = SuggestionLabels { event, editor };
        let find = || self.suggestions.get_or_create_owned(&labels);
        let first = self
            .usual
            .requested
            .get_or_init(|| (labels.clone(), find()));
        let counter = if first.0 == labels { &first.1 } else { &find() };
        counter.inc();
    }

    /// The metrics as text.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _written = text::encode(&mut out, &self.registry);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_counted_like_the_rest() {
        let metrics = Metrics::default();
        for _ in 0..3 {
            for (route, status) in [
                (routes::COMPLETIONS, 200),
                (routes::COMPLETIONS, 429),
                ("/x", 200),
            ] {
                metrics.request("POST", route, status, Duration::from_millis(3));
            }
            for editor in ["vscode", "neovim"] {
                metrics.suggestion("requested", editor);
            }
            metrics.suggestion("shown", "vscode");
            metrics.gateway(Outcome::Answered);
            metrics.gateway(Outcome::Empty);
        }
        let text = metrics.render();
        for (line, count) in [
            (
                "http_requests_total{method=\"POST\",route=\"/api/v4/code_suggestions/completions\",status=\"200\"}",
                3,
            ),
            (
                "http_requests_total{method=\"POST\",route=\"/api/v4/code_suggestions/completions\",status=\"429\"}",
                3,
            ),
            (
                "http_requests_total{method=\"POST\",route=\"/x\",status=\"200\"}",
                3,
            ),
            (
                "http_request_duration_seconds_count{route=\"/api/v4/code_suggestions/completions\"}",
                6,
            ),
            (
                "suggestions_total{event=\"requested\",editor=\"vscode\"}",
                3,
            ),
            (
                "suggestions_total{event=\"requested\",editor=\"neovim\"}",
                3,
            ),
            ("suggestions_total{event=\"shown\",editor=\"vscode\"}", 3),
            ("gateway_requests_total{outcome=\"answered\"}", 3),
            ("gateway_requests_total{outcome=\"empty\"}", 3),
        ] {
            let line = format!("code_suggestions_{line} {count}\n");
            assert!(text.contains(&line), "{line} not in\n{text}");
        }
    }

    #[test]
    fn names_are_what_dashboards_rely_on() {
        let metrics = Metrics::default();
        metrics.request("POST", "/x", 200, Duration::from_millis(3));
        metrics.gateway(Outcome::Answered);
        metrics.suggestion("shown", "vscode");
        let text = metrics.render();
        for expected in [
            "code_suggestions_http_requests_total{method=\"POST\",route=\"/x\",status=\"200\"} 1",
            "code_suggestions_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/x\"} 1",
            "code_suggestions_gateway_requests_total{outcome=\"answered\"} 1",
            "code_suggestions_suggestions_total{event=\"shown\",editor=\"vscode\"} 1",
            "code_suggestions_connections 0",
        ] {
            assert!(text.contains(expected), "{expected} not in\n{text}");
        }
    }
}
