//! Ordinary least squares by QR decomposition.

use nalgebra::{DMatrix, DVector};

use crate::data::Data;

/// A column of which less than this share is left after the columns before it are
/// taken out says nothing new.
const RANK_TOLERANCE: f64 = 1e-10;

/// The plane through the data.
pub struct Fit {
    /// The intercept, then one for each feature.
    pub coefficients: DVector<f64>,
    /// The share of the target's variance that is explained.
    pub r_squared: f64,
    /// Orthonormal columns that span the design, transposed: one column a row of
    /// the table.
    pub basis: DMatrix<f64>,
    /// From coefficients to weights of the basis.
    pub r: DMatrix<f64>,
    /// The target less its mean.
    pub centred: DVector<f64>,
    /// What is not explained.
    pub residuals: DVector<f64>,
}

impl Fit {
    /// Fits all rows.
    pub fn new(data: &Data) -> Result<Self, String> {
        let rows = data.y.len();
        let terms = data.features.len() + 1;
        if rows <= terms {
            return Err(format!(
                "{rows} rows for {terms} coefficients, and {} are the least: \
                 send more rows, or choose fewer columns with --features",
                terms + 1
            ));
        }
        let design = DMatrix::from_fn(rows, terms, |row, term| match term {
            0 => 1.0,
            _ => data.x[row * (terms - 1) + term - 1],
        });
        let lengths: Vec<f64> = design.column_iter().map(|column| column.norm()).collect();
        let qr = design.qr();
        let (q, r) = (qr.q(), qr.r());
        for (term, length) in lengths.iter().enumerate().skip(1) {
            let name = &data.features[term - 1];
            if !r.column(term).iter().all(|part| part.is_finite()) {
                return Err(format!(
                    "column `{name}` is too large to compute with: divide it by a power of 10"
                ));
            }
            if r[(term, term)].abs() <= RANK_TOLERANCE * length {
                return Err(format!(
                    "column `{name}` says nothing new, it is constant or follows from \
                     the columns before it: leave it out with --features"
                ));
            }
        }

        let mean = data.y.iter().sum::<f64>() / rows as f64;
        let centred = DVector::from_iterator(rows, data.y.iter().map(|y| y - mean));
        let total = centred.norm_squared();
        if !total.is_finite() {
            return Err(format!(
                "column `{}` is too large to compute with: divide it by a power of 10",
                data.target
            ));
        }
        if data.y.iter().all(|y| *y == data.y[0]) {
            return Err(format!(
                "column `{}` is {} in all rows, so there is nothing to explain: \
                 set another --target",
                data.target, data.y[0]
            ));
        }
        let weights = q.tr_mul(&centred);
        let residuals = &centred - &q * &weights;
        let mut coefficients = weights;
        if !r.solve_upper_triangular_mut(&mut coefficients) {
            return Err("the columns determine no coefficients: choose with --features".into());
        }
        coefficients[0] += mean;
        Ok(Self {
            coefficients,
            r_squared: 1.0 - residuals.norm_squared() / total,
            basis: q.transpose(),
            r,
            centred,
            residuals,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Fit;
    use crate::data::Data;
    use crate::options::Options;
    use proptest::prelude::*;

    fn fit(text: &str) -> Result<Fit, String> {
        Fit::new(&Data::read(text.as_bytes(), &Options::default()).unwrap())
    }

    fn near(found: f64, expected: f64, digits: i32) {
        let error = (found - expected).abs();
        assert!(
            error <= expected.abs() * 10_f64.powi(-digits),
            "{found} is not {expected}"
        );
    }

    #[test]
    fn a_plane_is_found_exactly() {
        // z = 3 + 2 a - 5 b
        let plane = fit("a,b,z\n0,0,3\n1,0,5\n0,1,-2\n1,1,0\n2,1,2\n").unwrap();
        for (found, expected) in plane.coefficients.iter().zip([3.0, 2.0, -5.0]) {
            near(*found, expected, 14);
        }
        near(plane.r_squared, 1.0, 14);
    }

    /// Values that the US National Institute of Standards and Technology certifies
    /// for the data of J. W. Longley (1967), which few programs of its time solved.
    #[test]
    fn the_reference_data_of_longley_give_the_certified_values() {
        let longley = fit("x1,x2,x3,x4,x5,x6,y
83.0,234289,2356,1590,107608,1947,60323
88.5,259426,2325,1456,108632,1948,61122
88.2,258054,3682,1616,109773,1949,60171
89.5,284599,3351,1650,110929,1950,61187
96.2,328975,2099,3099,112075,1951,63221
98.1,346999,1932,3594,113270,1952,63639
99.0,365385,1870,3547,115094,1953,64989
100.0,363112,3578,3350,116219,1954,63761
101.2,397469,2904,3048,117388,1955,66019
104.6,419180,2822,2857,118734,1956,67857
108.4,442769,2936,2798,120445,1957,68169
110.8,444546,4681,2637,121950,1958,66513
112.6,482704,3813,2552,123366,1959,68655
114.2,502601,3931,2514,125368,1960,69564
115.7,518173,4806,2572,127852,1961,69331
116.9,554894,4007,2827,130081,1962,70551
")
        .unwrap();
        let certified = [
            -3482258.63459582,
            15.0618722713733,
            -0.0358191792925910,
            -2.02022980381683,
            -1.03322686717359,
            -0.0511041056535807,
            1829.15146461355,
        ];
        for (found, expected) in longley.coefficients.iter().zip(certified) {
            near(*found, expected, 9);
        }
        near(longley.r_squared, 0.995479004577296, 12);
    }

    #[test]
    fn what_has_no_answer_is_refused() {
        let problem = |text: &str| fit(text).err().unwrap();
        assert!(problem("a,b\n1,2\n2,3\n").contains("2 rows for 2 coefficients, and 3"));
        assert!(problem("a,b\n").contains("0 rows"));
        assert!(problem("a,c,b\n1,7,2\n2,7,3\n4,7,5\n6,7,1\n").contains("`c` says nothing new"));
        let sum = problem("a,b,c,y\n1,2,3,0\n4,1,5,1\n2,2,4,5\n7,3,10,2\n0,1,1,1\n");
        assert!(sum.contains("`c` says nothing new"), "{sum}");
        assert!(problem("a,b\n1,3\n2,3\n4,3\n").contains("`b` is 3 in all rows"));
        assert!(problem("a,b\n1e300,3\n2e300,1\n4e300,3\n").contains("`a` is too large"));
        assert!(problem("a,b\n1,3e300\n2,1\n4,3\n").contains("`b` is too large"));
    }

    proptest! {
        #[test]
        fn residuals_are_orthogonal_to_every_column(
            rows in prop::collection::vec(prop::array::uniform3(-100.0..100.0_f64), 8..40),
        ) {
            let data = Data {
                target: "y".into(),
                features: vec!["a".into(), "b".into()],
                y: rows.iter().map(|row| row[2]).collect(),
                x: rows.iter().flat_map(|row| [row[0], row[1]]).collect(),
            };
            let fit = Fit::new(&data).unwrap();
            let against = |column: &dyn Fn(usize) -> f64| -> f64 {
                (0..rows.len()).map(|i| fit.residuals[i] * column(i)).sum()
            };
            prop_assert!(against(&|_| 1.0).abs() < 1e-7);
            prop_assert!(against(&|i| rows[i][0]).abs() < 1e-7);
            prop_assert!(against(&|i| rows[i][1]).abs() < 1e-7);
            prop_assert!((0.0..=1.0).contains(&fit.r_squared));
            // The coefficients say what the residuals say.
            for (i, row) in rows.iter().enumerate() {
                let c = &fit.coefficients;
                let explained = c[0] + c[1] * row[0] + c[2] * row[1];
                prop_assert!((row[2] - explained - fit.residuals[i]).abs() < 1e-7);
            }
        }
    }
}
