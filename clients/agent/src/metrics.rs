//! What Prometheus sees.

use std::{net::ToSocketAddrs, thread};

use prometheus::{
    core::Collector, Counter, CounterVec, Gauge, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};
use tiny_http::{Response, Server};

use crate::{
    journal::{Purpose, Stage},
    Error,
};

/// The node's numbers. Amounts of money are floating: chains of 18 decimals pass 64 bits.
pub struct Metrics {
    registry: Registry,
    /// Jobs at each stage.
    pub jobs: IntGaugeVec,
    /// Programs that run now.
    pub running: IntGauge,
    /// Seconds that programs ran.
    pub ran_secs: Counter,
    /// Transactions by purpose and what became of them.
    pub transactions: IntCounterVec,
    /// Fees paid since the start, in base units.
    pub fees: Counter,
    /// Earned with jobs that ended since the start, in base units by denomination.
    pub earned: CounterVec,
    /// Coins of the operator, in base units.
    pub balance: Gauge,
    /// Strikes of the node.
    pub strikes: IntGauge,
    /// Bond behind the node that no job locks, in base units.
    pub free_bond: Gauge,
    /// Whether the network counts the node as live.
    pub live: IntGauge,
    /// What runs: always 1.
    pub info: IntGaugeVec,
    /// Height of the newest block seen.
    pub height: IntGauge,
    /// Time of the last heartbeat in a block.
    pub last_heartbeat: IntGauge,
    /// Rounds that failed.
    pub failed_rounds: IntCounter,
    /// Whether no new jobs are taken.
    pub draining: IntGauge,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let registry = Registry::new();
        let metrics = Self {
            jobs: made(IntGaugeVec::new(
                Opts::new("surge_node_jobs", "Jobs in the journal by stage"),
                &["stage"],
            )),
            running: made(IntGauge::new(
                "surge_node_programs_running",
                "Jobs that are fetched, run or published now",
            )),
            ran_secs: made(Counter::new(
                "surge_node_program_seconds_total",
                "Time that programs ran",
            )),
            transactions: made(IntCounterVec::new(
                Opts::new(
                    "surge_node_transactions_total",
                    "Transactions by purpose and end: included, failed, lapsed, refused",
                ),
                &["purpose", "end"],
            )),
            fees: made(Counter::new(
                "surge_node_fees_base_units_total",
                "Fees paid, in base units of the chain's coin",
            )),
            earned: made(CounterVec::new(
                Opts::new(
                    "surge_node_earned_base_units_total",
                    "Earned with jobs that ended, in base units",
                ),
                &["denom"],
            )),
            balance: made(Gauge::new(
                "surge_node_operator_balance_base_units",
                "Coins that the operator has for gas, in base units",
            )),
            strikes: made(IntGauge::new("surge_node_strikes", "Strikes of the node")),
            free_bond: made(Gauge::new(
                "surge_node_free_bond_base_units",
                "Bond behind the node that no job locks, in base units",
            )),
            live: made(IntGauge::new(
                "surge_node_live",
                "1 while the network counts the node as live",
            )),
            info: made(IntGaugeVec::new(
                Opts::new("surge_node_info", "What runs; always 1"),
                &["version", "provider", "node"],
            )),
            height: made(IntGauge::new(
                "surge_node_block_height",
                "Height of the newest block seen",
            )),
            last_heartbeat: made(IntGauge::new(
                "surge_node_last_heartbeat_seconds",
                "Time of the last heartbeat in a block, since 1970",
            )),
            failed_rounds: made(IntCounter::new(
                "surge_node_failed_rounds_total",
                "Looks at the chain that failed",
            )),
            draining: made(IntGauge::new(
                "surge_node_draining",
                "1 while no new jobs are taken",
            )),
            registry,
        };
        let all: [Box<dyn Collector>; 15] = [
            Box::new(metrics.jobs.clone()),
            Box::new(metrics.running.clone()),
            Box::new(metrics.ran_secs.clone()),
            Box::new(metrics.transactions.clone()),
            Box::new(metrics.fees.clone()),
            Box::new(metrics.earned.clone()),
            Box::new(metrics.balance.clone()),
            Box::new(metrics.strikes.clone()),
            Box::new(metrics.free_bond.clone()),
            Box::new(metrics.live.clone()),
            Box::new(metrics.info.clone()),
            Box::new(metrics.height.clone()),
            Box::new(metrics.last_heartbeat.clone()),
            Box::new(metrics.failed_rounds.clone()),
            Box::new(metrics.draining.clone()),
        ];
        for one in all {
            made(metrics.registry.register(one));
        }
        for stage in Stage::ALL {
            metrics.jobs.with_label_values(&[stage.word()]).set(0);
        }
        for purpose in Purpose::ALL {
            metrics
                .transactions
                .with_label_values(&[purpose.word(), "included"])
                .inc_by(0);
        }
        metrics
    }

    /// Serves them at `/metrics` of this address until the process ends. Loopback only: what
    /// a machine earns is its owner's business.
    pub fn serve(&self, listen: &str) -> Result<String, Error> {
        let failed = |reason: String| Error::Metrics {
            address: listen.to_owned(),
            reason,
        };
        let address = listen
            .to_socket_addrs()
            .map_err(|error| failed(error.to_string()))?
            .next()
            .ok_or_else(|| failed("it is no address and port".to_owned()))?;
        if !address.ip().is_loopback() {
            return Err(failed("they are served on loopback only".to_owned()));
        }
        let server = Server::http(address).map_err(|error| failed(error.to_string()))?;
        let at = server.server_addr().to_string();
        let registry = self.registry.clone();
        thread::Builder::new()
            .name("metrics".into())
            .spawn(move || {
                while let Ok(request) = server.recv() {
                    let (status, text) = match request.url() {
                        "/metrics" => {
                            let text = TextEncoder::new().encode_to_string(&registry.gather());
                            (200, text.unwrap_or_default())
                        }
                        _ => (404, "see /metrics\n".to_owned()),
                    };
                    // Who asked may have gone.
                    let _ = request.respond(Response::from_string(text).with_status_code(status));
                }
            })
            .map_err(|error| failed(error.to_string()))?;
        Ok(at)
    }
}

/// Names and labels stand in this file; they are valid.
fn made<T>(metric: prometheus::Result<T>) -> T {
    metric.unwrap_or_else(|error| unreachable!("{error}"))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    use super::*;

    #[test]
    fn numbers_are_served_on_loopback_only() {
        let metrics = Metrics::new();
        let error = metrics.serve("0.0.0.0:0").expect_err("for everybody");
        assert!(error.to_string().contains("on loopback only"), "{error}");
        metrics.fees.inc_by(7.0);
        // Twenty coins of 18 decimals.
        metrics.balance.set(2e19);
        metrics.earned.with_label_values(&["wei"]).inc_by(2e19);
        let at = metrics.serve("127.0.0.1:0").expect("an address");
        let ask = |path: &str| {
            let mut stream = TcpStream::connect(&at).expect("a connection");
            write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("a request");
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("an answer");
            text
        };
        let text = ask("/metrics");
        assert!(text.contains("\nsurge_node_fees_base_units_total 7\n"));
        for name in [
            "operator_balance_base_units",
            "earned_base_units_total{denom=\"wei\"}",
        ] {
            let row = format!("\nsurge_node_{name} 20000000000000000000\n");
            assert!(text.contains(&row), "{text}");
        }
        for stage in Stage::ALL {
            let row = format!("\nsurge_node_jobs{{stage=\"{}\"}} 0\n", stage.word());
            assert!(text.contains(&row), "{text}");
        }
        assert!(ask("/").starts_with("HTTP/1.0 404") || ask("/").starts_with("HTTP/1.1 404"));
    }
}
