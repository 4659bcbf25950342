//! How far the coefficients would spread if the rows had fallen differently.

use nalgebra::{DMatrix, DVector};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::fit::Fit;
use crate::options::Options;

/// One in so many resamples may fail to determine the coefficients.
const UNUSABLE_ONE_IN: usize = 10;
/// A pivot below this share of its column is zero but for rounding.
const PIVOT_TOLERANCE: f64 = 1e-10;

/// What the resamples say.
#[derive(Debug, PartialEq)]
pub struct Spread {
    /// Of each coefficient.
    pub coefficients: Vec<Interval>,
    /// Of the share of the variance explained.
    pub r_squared: Interval,
    /// Resamples that counted.
    pub replicates: usize,
    /// The share of the resamples that an interval holds.
    pub confidence: f64,
}

/// Where a number lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The standard deviation over the resamples.
    pub std_error: f64,
    /// As many resamples lie below as above `high`.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

/// Resamples the rows, with replacement, and fits again each time.
pub fn resample(fit: &Fit, options: &Options) -> Result<Spread, String> {
    let rows = fit.residuals.len();
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(options.seed);
    let mut times = vec![0_u32; rows];
    let mut coefficients = vec![vec![]; fit.coefficients.len()];
    let mut r_squared = vec![];
    for _ in 0..options.replicates {
        times.fill(0);
        for _ in 0..rows {
            times[chance.random_range(0..rows)] += 1;
        }
        if let Some((again, share)) = refit(fit, &times) {
            for (values, value) in coefficients.iter_mut().zip(again.iter()) {
                values.push(*value);
            }
            r_squared.push(share);
        }
    }

    let unusable = options.replicates - r_squared.len();
    let allowed = options.replicates / UNUSABLE_ONE_IN;
    if unusable > allowed {
        return Err(format!(
            "{unusable} of {} resamples leave a coefficient open, and {allowed} are the most: \
             send more rows, or choose fewer columns with --features",
            options.replicates
        ));
    }
    if unusable > 0 {
        eprintln!("{unusable} resamples leave a coefficient open and do not count");
    }
    let interval = |values| interval(values, options.confidence);
    Ok(Spread {
        replicates: r_squared.len(),
        coefficients: coefficients.into_iter().map(interval).collect(),
        r_squared: interval(r_squared),
        confidence: options.confidence,
    })
}

/// Coefficients and explained share when each row counts so many times. Nothing
/// when the rows that are left do not determine them.
///
/// It solves for the change against the fit of all rows, in the fit's own basis:
/// there the normal equations are close to the identity, so squaring costs no digits.
fn refit(fit: &Fit, times: &[u32]) -> Option<(DVector<f64>, f64)> {
    let terms = fit.coefficients.len();
    let mut normal = DMatrix::<f64>::zeros(terms, terms);
    let mut right = DVector::<f64>::zeros(terms);
    let (mut left_over, mut sum, mut squares, mut rows) = (0.0, 0.0, 0.0, 0.0);
    for (row, count) in times.iter().enumerate().filter(|(_, count)| **count > 0) {
        let count = f64::from(*count);
        let basis = &fit.basis.as_slice()[row * terms..][..terms];
        let (centred, residual) = (fit.centred[row], fit.residuals[row]);
        // Slices, because most of the work is here; the lower triangle is enough.
        let (right, normal) = (right.as_mut_slice(), normal.as_mut_slice());
        for (i, sums) in normal.chunks_exact_mut(terms).enumerate() {
            let part = count * basis[i];
            right[i] += part * residual;
            for (sum, other) in sums[i..].iter_mut().zip(&basis[i..]) {
                *sum += part * other;
            }
        }
        left_over += count * residual * residual;
        sum += count * centred;
        squares += count * centred * centred;
        rows += count;
    }
    let diagonal = normal.diagonal();
    let triangle = normal.cholesky()?;
    let l = triangle.l_dirty();
    if (0..terms).any(|i| l[(i, i)].powi(2) <= PIVOT_TOLERANCE * diagonal[i]) {
        return None;
    }
    let change = triangle.solve(&right);
    let total = squares - sum * sum / rows;
    if total <= PIVOT_TOLERANCE * squares {
        return None;
    }
    let unexplained = (left_over - right.dot(&change)).max(0.0);
    let change = fit.r.solve_upper_triangular(&change)?;
    Some((&fit.coefficients + change, 1.0 - unexplained / total))
}

fn interval(mut values: Vec<f64>, confidence: f64) -> Interval {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let outside = (1.0 - confidence) / 2.0;
    Interval {
        std_error: variance.sqrt(),
        low: quantile(&values, outside),
        high: quantile(&values, 1.0 - outside),
    }
}

/// Between the two nearest of the sorted values (type 7 of Hyndman and Fan, 1996).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::{interval, quantile, refit, resample, Spread};
    use crate::data::Data;
    use crate::fit::Fit;
    use crate::options::Options;
    use crate::sample;

    fn ask(text: &str, options: &Options) -> Result<Spread, String> {
        resample(&fit(text), options)
    }

    fn fit(text: &str) -> Fit {
        Fit::new(&Data::read(text.as_bytes(), &Options::default()).unwrap()).unwrap()
    }

    #[test]
    fn quantiles_lie_between_the_nearest_values() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!(quantile(&sorted, 0.0), 1.0);
        assert_eq!(quantile(&sorted, 0.5), 4.0);
        assert_eq!(quantile(&sorted, 0.625), 6.0);
        assert_eq!(quantile(&sorted, 1.0), 16.0);
        let of = interval(vec![4.0, 2.0, 16.0, 1.0, 8.0], 0.5);
        assert_eq!((of.low, of.high), (2.0, 8.0));
        assert_eq!(of.std_error, (148.8_f64 / 4.0).sqrt());
    }

    #[test]
    fn a_resample_is_the_fit_of_its_rows() {
        let all = fit("a,y\n1,2\n2,1\n3,5\n4,4\n");
        let (coefficients, share) = refit(&all, &[2, 0, 1, 1]).unwrap();
        let same = fit("a,y\n1,2\n1,2\n3,5\n4,4\n");
        assert!((coefficients - same.coefficients).norm() < 1e-12);
        assert!((share - same.r_squared).abs() < 1e-12);
        assert!(refit(&all, &[0, 4, 0, 0]).is_none());
    }

    #[test]
    fn a_plane_does_not_spread() {
        let plane: String = (0..30)
            .map(|i| format!("{},{},{}\n", i, i * i % 7, 3 + 2 * i - 5 * (i * i % 7)))
            .collect();
        let spread = ask(&format!("a,b,z\n{plane}"), &Options::default()).unwrap();
        for (interval, truth) in spread.coefficients.iter().zip([3.0, 2.0, -5.0]) {
            assert!(interval.std_error < 1e-12);
            assert!((interval.low - truth).abs() < 1e-12);
            assert!((interval.high - truth).abs() < 1e-12);
        }
        assert!((spread.r_squared.low - 1.0).abs() < 1e-12);
    }

    #[test]
    fn nine_in_ten_intervals_hold_the_truth() {
        let options = Options {
            confidence: 0.9,
            replicates: 200,
            ..Options::default()
        };
        let (mut held, mut all) = (0, 0);
        for seed in 0..100 {
            let spread = ask(&sample::flats(seed), &options).unwrap();
            for (interval, truth) in spread.coefficients.iter().zip(sample::TRUTH) {
                held += usize::from(interval.low <= truth && truth <= interval.high);
                all += 1;
            }
        }
        assert_eq!(all, 400);
        assert!((340..=380).contains(&held), "{held} of {all}");
    }

    /// The noise of the sample is the same everywhere, so that theory knows the
    /// standard errors too.
    #[test]
    fn standard_errors_are_those_of_theory() {
        let fit = fit(include_str!("../sample.csv"));
        let spread = resample(&fit, &Options::default()).unwrap();
        assert_eq!(spread.replicates, 2_000);
        let rows = fit.residuals.len() as f64;
        let terms = fit.coefficients.len();
        let sigma = (fit.residuals.norm_squared() / (rows - terms as f64)).sqrt();
        let inverse = fit.r.clone().try_inverse().unwrap();
        for (i, interval) in spread.coefficients.iter().enumerate() {
            let theory = sigma * inverse.row(i).norm();
            let ratio = interval.std_error / theory;
            assert!((0.85..1.15).contains(&ratio), "term {i}: {ratio}");
        }
    }

    #[test]
    fn the_seed_decides() {
        let fit = fit(include_str!("../sample.csv"));
        let with = |seed| {
            let options = Options {
                seed,
                replicates: 100,
                ..Options::default()
            };
            resample(&fit, &options).unwrap()
        };
        assert_eq!(with(1), with(1));
        assert_ne!(with(1), with(2));
    }

    #[test]
    fn rows_too_few_to_resample_are_refused() {
        let problem = ask("a,b,y\n1,0,2\n2,0,3\n4,0,5\n6,1,1\n", &Options::default());
        let problem = problem.unwrap_err();
        assert!(problem.contains("of 2000 resamples") && problem.contains("200 are the most"));
        assert!(problem.contains("--features"));
    }
}
