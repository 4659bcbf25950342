//! Amounts as people write them, and as chains count them.

use std::fmt;

use surge_interface::{token, UncheckedDenom};

use crate::failure::{Failure, Outcome};

/// A denomination with how people call it.
#[derive(Clone, Debug, PartialEq)]
pub struct Coinage {
    /// On the chain.
    pub denom: UncheckedDenom,
    /// What people call it.
    pub display: String,
    /// Base units of one, as a power of ten.
    pub exponent: u8,
}

/// So much of a denomination.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// Base units.
    pub base: u128,
    /// Of what.
    pub coinage: Coinage,
}

impl Coinage {
    /// The reward token.
    pub fn surge(token: &str) -> Self {
        Self {
            denom: UncheckedDenom::Cw20(token.to_owned()),
            display: token::SYMBOL.to_owned(),
            exponent: token::DECIMALS,
        }
    }

    /// The coin that a network's fees are paid in.
    pub fn fees(fee: &surge_chain::Fee) -> Self {
        Self {
            denom: UncheckedDenom::Native(fee.denom.clone()),
            display: fee.display.clone(),
            exponent: fee.exponent,
        }
    }

    /// Hundredths of a percent, which are basis points.
    pub fn percent() -> Self {
        Self {
            denom: UncheckedDenom::Native("bps".to_owned()),
            display: "%".to_owned(),
            exponent: 2,
        }
    }

    /// Thousandths of processor cores.
    pub fn cores() -> Self {
        Self {
            denom: UncheckedDenom::Native("milli_cpu".to_owned()),
            display: "cores".to_owned(),
            exponent: 3,
        }
    }

    /// Ten-thousandths of a percent, which are millionths of the whole.
    pub fn share() -> Self {
        Self {
            denom: UncheckedDenom::Native("ppm".to_owned()),
            display: "%".to_owned(),
            exponent: 4,
        }
    }

    /// So much of it.
    pub fn of(&self, base: u128) -> Amount {
        Amount {
            base,
            coinage: self.clone(),
        }
    }
}

impl Amount {
    /// `2.5 SURGE`, `2.5SURGE` or base units as the chain calls them, `2500000ustake`. A mere
    /// number is of the first coinage.
    pub fn parse(text: &str, coinages: &[Coinage]) -> Outcome<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_');
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let (number, unit) = (number.replace('_', ""), unit.trim());
        let known = || coinages.iter().map(|coinage| coinage.display.as_str());
        let wrong = |reason: String| {
            let known: Vec<&str> = known().collect();
            Failure::new(reason).next(format!(
                "write a number and one of {}, such as \"2.5 {}\"",
                known.join(", "),
                known.first().unwrap_or(&"SURGE")
            ))
        };
        let whole = coinages
            .iter()
            .find(|coinage| unit.is_empty() || coinage.display.eq_ignore_ascii_case(unit));
        let (coinage, exponent) = match whole {
            Some(coinage) => (coinage, coinage.exponent),
            None => {
                let base = coinages
                    .iter()
                    .find(|coinage| coinage.denom.to_string() == unit)
                    .ok_or_else(|| wrong(format!("{unit:?} is no denomination of this network")))?;
                (base, 0)
            }
        };
        match scaled(&number, exponent) {
            Some(base) => Ok(coinage.of(base)),
            None => Err(wrong(format!(
                "{text:?} is no amount: digits, with at most {exponent} decimal places"
            ))),
        }
    }

    /// How much, exactly, without of what.
    pub fn number(&self) -> String {
        let scale = 10u128.pow(self.coinage.exponent.into());
        let (whole, part) = (self.base / scale, self.base % scale);
        let places = usize::from(self.coinage.exponent);
        let part = format!("{part:0>places$}");
        let part = part.trim_end_matches('0');
        match part.is_empty() {
            true => whole.to_string(),
            false => format!("{whole}.{part}"),
        }
    }
}

/// A decimal number times a power of ten, exactly.
fn scaled(number: &str, exponent: u8) -> Option<u128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let places = usize::from(exponent);
    if whole.is_empty() || part.len() > places || part.contains('.') {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.coinage.display)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coinages() -> [Coinage; 2] {
        [
            Coinage::surge("wasm1token"),
            Coinage {
                denom: UncheckedDenom::Native("ustake".to_owned()),
                display: "STAKE".to_owned(),
                exponent: 6,
            },
        ]
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let coinages = coinages();
        let read =
            |text| Amount::parse(text, &coinages).map(|amount| (amount.base, amount.to_string()));
        for (text, base, shown) in [
            ("2", 2_000_000, "2 SURGE"),
            ("2.5 SURGE", 2_500_000, "2.5 SURGE"),
            ("0.000001surge", 1, "0.000001 SURGE"),
            ("7 stake", 7_000_000, "7 STAKE"),
            ("1_000_000ustake", 1_000_000, "1 STAKE"),
        ] {
            let (found, text) = read(text).expect("an amount");
            assert_eq!((found, text.as_str()), (base, shown));
        }
    }

    #[test]
    fn what_is_no_amount_says_so_and_how_to_write_one() {
        let coinages = coinages();
        for (text, what) in [
            ("2.0000001", "at most 6 decimal places"),
            ("two", "\"two\" is no denomination"),
            ("1.5ustake", "at most 0 decimal places"),
            ("1 OSMO", "\"OSMO\" is no denomination"),
            ("", "is no amount"),
            ("340282366920938463463374607431768211456", "is no amount"),
        ] {
            let failure = Amount::parse(text, &coinages).expect_err(text);
            assert!(failure.what().contains(what), "{text}: {}", failure.what());
            assert!(failure
                .step()
                .is_some_and(|step| step.contains("2.5 SURGE")));
        }
    }
}
