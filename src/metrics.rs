//! The metrics of the server, for the people who run it.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Route {
    pub method: &'static str,
    pub route: String,
    pub status: u16,
}

pub struct Metrics {
    registry: Registry,
    pub connections: Gauge,
    pub rooms: Gauge,
    pub fan_out: Histogram,
    pub mailbox_overflows: Counter,
    pub gaps_read: Counter,
    pub rows_per_commit: Histogram,
    pub commit_time: Histogram,
    pub requests: Family<Route, Counter>,
    pub request_time: Histogram,
    pub redis_up: Gauge,
    pub look_age: Gauge,
    pub bus_sent: Counter,
    pub bus_received: Counter,
    pub bus_dropped: Counter,
    pub bus_unread: Counter,
    pub resyncs: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let seconds = || Histogram::new(exponential_buckets(0.000_1, 2.0, 16));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("gyosil"),
            connections: Gauge::default(),
            rooms: Gauge::default(),
            fan_out: seconds(),
            mailbox_overflows: Counter::default(),
            gaps_read: Counter::default(),
            rows_per_commit: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            commit_time: seconds(),
            requests: Family::default(),
            request_time: seconds(),
            redis_up: Gauge::default(),
            look_age: Gauge::default(),
            bus_sent: Counter::default(),
            bus_received: Counter::default(),
            bus_dropped: Counter::default(),
            bus_unread: Counter::default(),
            resyncs: Counter::default(),
        };
        let m = &mut metrics;
        let registry = &mut m.registry;
        registry.register("connections", "Open WebSockets", m.connections.clone());
        registry.register("rooms", "Rooms in which someone is", m.rooms.clone());
        registry.register("fan_out_seconds", "From one event to the last socket of its room", m.fan_out.clone());
        registry.register("mailbox_overflows", "Readers too slow for their mailbox", m.mailbox_overflows.clone());
        registry.register("gaps_read", "Gaps that were filled from the log", m.gaps_read.clone());
        registry.register("rows_per_commit", "Grouped writes that shared a commit", m.rows_per_commit.clone());
        registry.register("commit_seconds", "Time of a commit", m.commit_time.clone());
        registry.register("http_requests", "HTTP requests by route", m.requests.clone());
        registry.register("http_request_seconds", "Time of an HTTP request", m.request_time.clone());
        registry.register("redis_up", "1 while all channels are heard through Redis", m.redis_up.clone());
        registry.register(
            "look_age_seconds",
            "Time since this node last read what others had committed",
            m.look_age.clone(),
        );
        registry.register("bus_sent", "Messages to other nodes", m.bus_sent.clone());
        registry.register("bus_received", "Messages from nodes, this one included", m.bus_received.clone());
        registry.register(
            "bus_dropped",
            "Messages that this node could not send or had no room for",
            m.bus_dropped.clone(),
        );
        registry.register("bus_unread", "Messages that this version cannot read", m.bus_unread.clone());
        registry.register("resyncs", "Times that dashboards had to fetch anew", m.resyncs.clone());
        metrics
    }
}

impl Metrics {
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
