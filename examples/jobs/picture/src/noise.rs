//! Noise: the same for the same seed, everywhere.

/// Smooth random numbers over the plane.
#[derive(Clone, Copy)]
pub struct Noise {
    seed: u32,
}

impl Noise {
    /// Another seed, other noise.
    pub fn new(seed: u32) -> Self {
        Self { seed }
    }

    /// A number in 0..1 for a lattice point.
    pub fn lattice(&self, x: i32, y: i32) -> f32 {
        let mut bits = self
            .seed
            .wrapping_mul(0x9e37_79b9)
            .wrapping_add((x as u32).wrapping_mul(0x85eb_ca6b))
            ^ (y as u32).wrapping_mul(0xc2b2_ae35);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
        bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
        bits ^= bits >> 15;
        (bits >> 8) as f32 / (1 << 24) as f32
    }

    /// Value noise in 0..1.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (x.floor(), y.floor());
        let (ix, iy) = (fx as i32, fy as i32);
        let (u, v) = (fade(x - fx), fade(y - fy));
        let low = mix(self.lattice(ix, iy), self.lattice(ix + 1, iy), u);
        let high = mix(self.lattice(ix, iy + 1), self.lattice(ix + 1, iy + 1), u);
        mix(low, high, v)
    }

    /// Layers of noise, each finer and weaker, in 0..1.
    pub fn layers(&self, mut x: f32, mut y: f32, layers: u32) -> f32 {
        let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
        for _ in 0..layers {
            sum += weight * self.at(x, y);
            total += weight;
            weight *= 0.5;
            (x, y) = turn(x, y);
        }
        sum / total
    }

    /// Layers of noise folded into sharp crests, in 0..1. Fine layers show on
    /// the crests and not in the valleys.
    pub fn ridges(&self, mut x: f32, mut y: f32, layers: u32) -> f32 {
        let (mut sum, mut weight, mut total, mut crest) = (0.0, 1.0, 0.0, 1.0);
        for _ in 0..layers {
            let fold = 1.0 - (2.0 * self.at(x, y) - 1.0).abs();
            let ridge = fold * fold * crest;
            sum += weight * ridge;
            total += weight;
            crest = (ridge * 1.6).min(1.0);
            weight *= 0.5;
            (x, y) = turn(x, y);
        }
        sum / total
    }
}

/// Doubles the frequency and turns the lattice, so that layers do not line up.
fn turn(x: f32, y: f32) -> (f32, f32) {
    (1.6 * x + 1.2 * y + 17.3, -1.2 * x + 1.6 * y + 5.1)
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}
