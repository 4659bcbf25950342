//! What the owner of a machine decides: `node.toml`.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A block or two, and an hour.
const MARGIN_SECS: RangeInclusive<u64> = 10..=3_600;
/// Jobs that can be turned down within a margin one by one, where their requester undoes each
/// transaction of several.
const JOBS_IN_A_MARGIN: u64 = 6;

/// The owner's settings. All but the operator may be left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Name of the hot key: heartbeats, results, turning down.
    pub operator: String,
    /// Name of the cold key. Needed once, to join and to change what is offered.
    pub owner: Option<String>,
    /// The node, when the operator has several.
    pub node: Option<u32>,
    /// Journal and working files; one folder for one node.
    pub folder: Option<PathBuf>,
    /// Time between two looks at the chain, in milliseconds; a second on local chains and
    /// five on others when left out.
    pub look_millis: Option<u64>,
    /// Intervals between two heartbeats; one when left out. At most as many as the network
    /// calls a node silent after.
    pub heartbeat_every: Option<u64>,
    /// Where Prometheus finds metrics; nowhere when left out. Loopback only.
    pub metrics: Option<String>,
    /// What the machine offers.
    pub offer: Offer,
    /// What a job may use.
    pub limits: Limits,
    /// Where files are fetched and published.
    pub stores: Places,
    /// When earnings are fetched.
    pub earnings: Earnings,
}

/// What the machine offers to the network. Used for joining, and compared with what the
/// chain knows afterwards.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Offer {
    /// Class of machine, by name.
    pub class: String,
    /// Region, by name.
    pub region: Option<String>,
    /// Processor cores; all but one of the machine's, and at least one, when left out.
    pub cores: Option<u32>,
    /// Memory in MiB; half of the machine's when left out.
    pub memory_mib: Option<u32>,
    /// Storage in GiB; half of what is free when left out.
    pub storage_gib: Option<u32>,
    /// Bandwidth that jobs may reserve, in Mbit/s.
    pub bandwidth_mbps: u32,
    /// Speed of the line in Mbit/s: 10, 100, 1000 or 10000.
    pub line_mbps: u32,
    /// What it asks, in percent of the reference prices: no job pays less. Left out, a new
    /// node asks all of them, and one that is there keeps what it asks.
    pub price_percent: Option<u64>,
    /// Bond behind the node, such as `900 SURGE`. It quotes in the same.
    pub bond: Option<String>,
    /// Where earnings go: an address or the name of a key; the owner when left out.
    pub payout: Option<String>,
    /// What it draws at full load, in watts.
    pub watts: u32,
    /// Share of its energy that is clean, in percent.
    pub clean_percent: u32,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            class: "cpu".to_owned(),
            region: None,
            cores: None,
            memory_mib: None,
            storage_gib: None,
            bandwidth_mbps: 0,
            line_mbps: 100,
            price_percent: None,
            bond: None,
            payout: None,
            watts: 100,
            clean_percent: 0,
        }
    }
}

/// What a job may use beside what it reserved. A job that needs more is turned down.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Longest reservation that is taken, in seconds.
    pub reserved_secs: u64,
    /// Largest program, in MiB.
    pub program_mib: u64,
    /// Largest inputs together, in MiB.
    pub input_mib: u64,
    /// Largest output, in MiB.
    pub output_mib: u64,
    /// Longest time for one file, in seconds.
    pub fetch_secs: u64,
    /// Kept before a job's deadline to publish and deliver, and before the end of its accept
    /// window to turn it down, in seconds; twice as much to turn down with 6 jobs, and so
    /// on; half the accept window where that is shorter.
    pub margin_secs: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reserved_secs: 86_400,
            program_mib: 8,
            input_mib: 256,
            output_mib: 64,
            fetch_secs: 120,
            margin_secs: 60,
        }
    }
}

impl Limits {
    /// Longest time for one file.
    pub const fn fetch_time(&self) -> Duration {
        Duration::from_secs(self.fetch_secs)
    }

    /// Kept before the end of an accept window of this length to turn jobs down, in seconds,
    /// when the node has so many.
    pub fn margin_to_decline(&self, accept_secs: u64, jobs: u32) -> u64 {
        let margins = 1 + u64::from(jobs) / JOBS_IN_A_MARGIN;
        let margin_secs = self.margin_secs.saturating_mul(margins);
        margin_secs.min(accept_secs / 2)
    }

    /// What is kept of a job's time to speak to the chain, in seconds, when its accept window
    /// is this long. A run that begins in the window less this has all the time it reserved.
    pub fn margin_of(&self, accept_secs: u64) -> u64 {
        self.margin_secs.min(accept_secs / 2)
    }
}

/// Where files are fetched and published: folders or addresses of HTTP stores.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Places {
    /// Where outputs go, and inputs may come from; the user's own store when left out.
    pub publish: Option<String>,
    /// Where inputs may come from too.
    pub fetch: Vec<String>,
    /// Whether inputs may come from any public host; never from this machine or a private
    /// network.
    pub internet: bool,
}

/// When earnings are fetched. The operator pays the gas, and the log says how much.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Earnings {
    /// Have jobs paid that their requesters left alone past the review.
    pub settle: bool,
    /// Free the machine of a delivered job that its requester left alone for so many
    /// seconds, when no further one fits beside it; 0 is never.
    pub vacate_secs: u64,
    /// Send what is owed to the payout address this often, in hours; 0 is never.
    pub withdraw_hours: f64,
    /// Claim rewards this often, in hours; 0 is never.
    pub claim_hours: f64,
}

impl Default for Earnings {
    fn default() -> Self {
        Self {
            settle: true,
            vacate_secs: 60,
            withdraw_hours: 24.0,
            claim_hours: 7.0 * 24.0,
        }
    }
}

impl Settings {
    /// Those of a file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.into(),
            source,
        })?;
        Self::parse(&text).map_err(|error| Error::Settings(format!("{}: {error}", path.display())))
    }

    /// Those of a text.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let settings: Self =
            toml::from_str(text).map_err(|error| Error::Settings(error.to_string()))?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether they make sense.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |what: &str, found: &dyn std::fmt::Display, wanted: &str| {
            Err(Error::Settings(format!(
                "{what} is {found}; it has to be {wanted}"
            )))
        };
        let tiers = surge_interface::registry::BANDWIDTH_TIERS_MBPS;
        if !tiers.contains(&self.offer.line_mbps) {
            let wanted = format!("one of {tiers:?}");
            return wrong("offer.line_mbps", &self.offer.line_mbps, &wanted);
        }
        if self.offer.clean_percent > 100 {
            return wrong(
                "offer.clean_percent",
                &self.offer.clean_percent,
                "at most 100",
            );
        }
        if self.offer.price_percent == Some(0) {
            return wrong("offer.price_percent", &0, "at least 1");
        }
        if self.look_millis.is_some_and(|millis| millis < 100) {
            return wrong(
                "look_millis",
                &self.look_millis.unwrap_or_default(),
                "at least 100",
            );
        }
        if !MARGIN_SECS.contains(&self.limits.margin_secs) {
            let wanted = format!("{} to {}", MARGIN_SECS.start(), MARGIN_SECS.end());
            return wrong("limits.margin_secs", &self.limits.margin_secs, &wanted);
        }
        for (what, hours) in [
            ("earnings.withdraw_hours", self.earnings.withdraw_hours),
            ("earnings.claim_hours", self.earnings.claim_hours),
        ] {
            if !(0.0..=1e6).contains(&hours) {
                return wrong(what, &hours, "0 or more");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_enough_and_a_wrong_word_is_named() {
        let settings = Settings::parse("operator = \"operator1\"").expect("defaults");
        assert_eq!(settings.offer, Offer::default());
        assert!(settings.earnings.settle);
        let error = Settings::parse("[offer]\ncoers = 2").expect_err("a typing error");
        assert!(error.to_string().contains("coers"), "{error}");
    }

    #[test]
    fn the_providers_page_shows_the_defaults() {
        let page = include_str!("../../../docs/provider.md");
        let shown = page.split_once("```toml\n").and_then(|(_, rest)| {
            let (shown, _) = rest.split_once("```")?;
            Some(shown)
        });
        let settings = Settings::parse(shown.expect("settings")).expect("valid");
        let defaults = Settings {
            operator: "operator1".to_owned(),
            ..Settings::default()
        };
        assert_eq!(settings, defaults);
    }

    #[test]
    fn a_margin_is_never_more_than_half_the_accept_window() {
        let limits = Limits::default();
        assert_eq!(limits.margin_of(600), 60);
        assert_eq!(limits.margin_of(10), 5);
    }

    #[test]
    fn many_jobs_are_turned_down_earlier() {
        let limits = Limits::default();
        let margins = [0, 3, 5, 6, 15, 1_000].map(|jobs| limits.margin_to_decline(600, jobs));
        assert_eq!(margins, [60, 60, 60, 120, 180, 300]);
        assert_eq!(limits.margin_to_decline(10, 1_000), 5);
    }

    #[test]
    fn a_value_out_of_bounds_is_named_with_its_bound() {
        for (text, what) in [
            (
                "[offer]\nline_mbps = 50",
                "offer.line_mbps is 50; it has to be one of",
            ),
            ("[offer]\nclean_percent = 101", "offer.clean_percent is 101"),
            ("[offer]\nprice_percent = 0", "offer.price_percent is 0"),
            ("look_millis = 1", "look_millis is 1"),
            (
                "[limits]\nmargin_secs = 9",
                "limits.margin_secs is 9; it has to be 10 to 3600",
            ),
            (
                "[earnings]\nclaim_hours = -1.0",
                "earnings.claim_hours is -1",
            ),
        ] {
            let error = Settings::parse(text).expect_err(text).to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
