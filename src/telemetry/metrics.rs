//! Metrics in the Prometheus text format. Labels come from fixed sets only, so that no client can make new series.

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

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
    /// Connections from clients that are open.
    pub connections: Gauge,
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
            connections,
        }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        self.requests
            .get_or_create(&RequestLabels {
                method,
                route,
                status,
            })
            .inc();
        self.durations
            .get_or_create(&RouteLabel { route })
            .observe(took.as_secs_f64());
    }

    /// Counts a request to the gateway.
    pub fn gateway(&self, outcome: Outcome) {
        self.gateway
            .get_or_create(&OutcomeLabel {
                outcome: outcome.as_str(),
            })
            .inc();
    }

    /// Counts what happened to a suggestion; both words come from fixed sets.
    pub fn suggestion(&self, event: &'static str, editor: &'static str) {
        let labels = SuggestionLabels { event, editor };
        self.suggestions.get_or_create(&labels).inc();
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
