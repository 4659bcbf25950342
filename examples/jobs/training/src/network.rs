//! A multi-layer perceptron and its gradients. Libraries that have one are either
//! too large for a job or do not build for it; this much fits on a page.

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt};

/// Neurons that all see the layer before.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// One row for each neuron, one column for each input.
    pub weights: DMatrix<f64>,
    /// One for each neuron.
    pub biases: DVector<f64>,
}

/// Layers with `max(0, x)` between them and softmax after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// From the input to the classes.
    pub layers: Vec<Layer>,
}

impl Network {
    /// Layers of these sizes, from the input to the classes, with weights by chance:
    /// uniform with the variance 2/inputs (He and others, 2015).
    pub fn new(sizes: &[usize], chance: &mut impl Rng) -> Self {
        let layer = |pair: &[usize]| {
            let bound = (6.0 / pair[0] as f64).sqrt();
            Layer {
                weights: DMatrix::from_fn(pair[1], pair[0], |_, _| {
                    chance.random_range(-bound..=bound)
                }),
                biases: DVector::zeros(pair[1]),
            }
        };
        Self {
            layers: sizes.windows(2).map(layer).collect(),
        }
    }

    /// The probability of each class, one column for each column of the input.
    pub fn probabilities(&self, input: &DMatrix<f64>) -> DMatrix<f64> {
        let mut output = self.activations(input).pop().unwrap_or_default();
        softmax(&mut output);
        output
    }

    /// The mean of `-ln(probability of the class)` and its gradient.
    pub fn gradients(&self, input: &DMatrix<f64>, classes: &[usize]) -> (f64, Self) {
        let mut activations = self.activations(input);
        let count = classes.len() as f64;
        let sums = activations.pop().unwrap_or_default();
        let mut error = sums.clone();
        let totals = softmax(&mut error);
        let mut loss = 0.0;
        for (row, class) in classes.iter().enumerate() {
            loss += totals[row] - sums[(*class, row)];
            error[(*class, row)] -= 1.0;
        }
        error /= count;

        let mut layers = Vec::with_capacity(self.layers.len());
        for (i, seen) in activations.iter().enumerate().rev() {
            layers.push(Layer {
                weights: &error * seen.transpose(),
                biases: error.column_sum(),
            });
            if i > 0 {
                error = self.layers[i].weights.tr_mul(&error);
                error.zip_apply(seen, |error, seen| {
                    if seen <= 0.0 {
                        *error = 0.0;
                    }
                });
            }
        }
        layers.reverse();
        (loss / count, Self { layers })
    }

    /// Goes down along the gradient.
    pub fn step(&mut self, gradient: &Self, rate: f64) {
        for (layer, slope) in self.layers.iter_mut().zip(&gradient.layers) {
            layer.weights -= &slope.weights * rate;
            layer.biases -= &slope.biases * rate;
        }
    }

    /// Whether all weights are within this bound of 0.
    pub fn is_within(&self, bound: f64) -> bool {
        let mut layers = self.layers.iter();
        layers.all(|layer| {
            let mut numbers = layer.weights.iter().chain(&layer.biases);
            numbers.all(|x| x.abs() <= bound)
        })
    }

    /// The input, what each hidden layer makes of it, and the last layer's sums.
    fn activations(&self, input: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut activations = vec![input.clone()];
        for (i, layer) in self.layers.iter().enumerate() {
            let mut sums = &layer.weights * &activations[i];
            for mut column in sums.column_iter_mut() {
                column += &layer.biases;
            }
            if i + 1 < self.layers.len() {
                sums.apply(|x| *x = x.max(0.0));
            }
            activations.push(sums);
        }
        activations
    }
}

/// Turns each column into probabilities. Gives the logarithm of the sum of
/// exponentials of each, which stays finite where a probability becomes 0.
fn softmax(columns: &mut DMatrix<f64>) -> Vec<f64> {
    let mut totals = Vec::with_capacity(columns.ncols());
    for mut column in columns.column_iter_mut() {
        let most = column.max();
        column.apply(|x| *x = (*x - most).exp());
        let sum = column.sum();
        column /= sum;
        totals.push(most + sum.ln());
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::{Layer, Network};
    use nalgebra::{DMatrix, DVector};
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn a_network_computes_what_is_computed_by_hand() {
        let network = Network {
            layers: vec![
                Layer {
                    weights: DMatrix::from_row_slice(2, 2, &[1.0, -1.0, -2.0, 0.5]),
                    biases: DVector::from_column_slice(&[0.5, 0.0]),
                },
                Layer {
                    weights: DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 0.0, 1.0]),
                    biases: DVector::from_column_slice(&[0.0, 1.5]),
                },
            ],
        };
        // Hidden: max(0, 2 - 1 + 0.5) = 1.5 and max(0, -4 + 0.5) = 0. Sums: 1.5 and 1.5.
        let p = network.probabilities(&DMatrix::from_row_slice(2, 1, &[2.0, 1.0]));
        assert_eq!(p.as_slice(), [0.5, 0.5]);
        let (loss, _) = network.gradients(&DMatrix::from_row_slice(2, 1, &[2.0, 1.0]), &[1]);
        assert!((loss - 2.0_f64.ln()).abs() < 1e-15);
    }

    #[test]
    fn probabilities_of_sums_that_are_far_apart_stay_numbers() {
        let network = Network {
            layers: vec![Layer {
                weights: DMatrix::from_row_slice(2, 1, &[5000.0, -5000.0]),
                biases: DVector::from_column_slice(&[0.0, 0.0]),
            }],
        };
        assert_eq!(
            network
                .probabilities(&DMatrix::from_row_slice(1, 1, &[1.0]))
                .as_slice(),
            [1.0, 0.0]
        );
        let (loss, gradient) = network.gradients(&DMatrix::from_row_slice(1, 1, &[1.0]), &[1]);
        assert_eq!(loss, 10_000.0);
        assert_eq!(gradient.layers[0].weights.as_slice(), [1.0, -1.0]);
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut network = Network::new(&[3, 5, 4, 3], &mut chance);
        // Away from 0, where `max(0, x)` has no slope.
        for layer in &mut network.layers {
            layer
                .biases
                .apply(|bias| *bias = chance.random_range(-0.5..0.5));
        }
        let input = DMatrix::from_fn(3, 7, |_, _| chance.random_range(-1.0..1.0));
        let classes = [0, 1, 2, 2, 1, 0, 1];
        let (_, gradient) = network.gradients(&input, &classes);
        let slope = |change: &dyn Fn(&mut Network, f64)| {
            let at = |step| {
                let mut moved = network.clone();
                change(&mut moved, step);
                moved.gradients(&input, &classes).0
            };
            (at(1e-6) - at(-1e-6)) / 2e-6
        };
        for (l, layer) in gradient.layers.iter().enumerate() {
            for i in 0..layer.weights.len() {
                let found = slope(&|network, step| network.layers[l].weights[i] += step);
                assert!((layer.weights[i] - found).abs() < 1e-8);
            }
            for i in 0..layer.biases.len() {
                let found = slope(&|network, step| network.layers[l].biases[i] += step);
                assert!((layer.biases[i] - found).abs() < 1e-8);
            }
        }
    }
}
