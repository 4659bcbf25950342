//! The sky, the sun and the air.

use crate::noise::Noise;
use crate::vector::{smoothstep, vec3, Vec3};

/// The hour: where the sun stands and what colour things have in its light.
pub struct Light {
    /// Towards the sun.
    pub sun: Vec3,
    /// The colour of sunlight.
    pub colour: Vec3,
    zenith: Vec3,
    horizon: Vec3,
    clouds: Noise,
}

impl Light {
    /// The hour that belongs to a seed.
    pub fn new(seed: u32) -> Self {
        let noise = Noise::new(seed.wrapping_add(101));
        let side = noise.lattice(1, 1) - 0.5;
        let late = noise.lattice(2, 2);
        Self {
            sun: vec3(
                0.42 * side.signum() + 0.35 * side,
                0.16 + 0.1 * (1.0 - late),
                0.9,
            )
            .normalized(),
            colour: vec3(1.0, 0.58 - 0.12 * late, 0.30 - 0.12 * late) * 5.0,
            zenith: vec3(0.05, 0.13, 0.38).mix(vec3(0.08, 0.07, 0.30), late),
            horizon: vec3(0.95, 0.50, 0.30).mix(vec3(0.92, 0.36, 0.34), late),
            clouds: Noise::new(seed.wrapping_add(202)),
        }
    }

    /// The colour of the sky in a direction.
    pub fn sky(&self, direction: Vec3) -> Vec3 {
        let up = direction.y.max(0.0);
        let towards = direction.dot(self.sun).max(0.0);
        let mut colour = self.horizon.mix(self.zenith, 1.0 - (-4.2 * up).exp());
        colour = colour + self.colour * (0.05 * towards.powi(8) + 0.20 * towards.powi(60));
        colour = self.with_clouds(colour, direction, towards);
        let disc = smoothstep(0.99945, 0.99975, towards);
        colour + self.colour * (disc * 6.0 + 0.8 * towards.powi(900))
    }

    /// Thin clouds on a plane high above, brighter around the sun.
    fn with_clouds(&self, sky: Vec3, direction: Vec3, towards: f32) -> Vec3 {
        if direction.y < 0.02 {
            return sky;
        }
        let (x, z) = (direction.x / direction.y, direction.z / direction.y);
        let drift = self.clouds.layers(x * 0.5, z * 0.22, 3);
        let shape = self
            .clouds
            .layers(x * 0.8 + 2.0 * drift, z * 0.45 + drift, 5);
        let cover = smoothstep(0.48, 0.78, shape) * smoothstep(0.02, 0.22, direction.y);
        let lit = self.colour * (0.11 + 0.16 * towards.powi(12)) + self.zenith * 0.4;
        sky.mix(lit, 0.8 * cover)
    }

    /// The light that comes from everywhere, for ground that faces `up` so much.
    pub fn ambient(&self, up: f32) -> Vec3 {
        (self.zenith * 0.9 + self.horizon * 0.12) * (0.55 + 0.45 * up)
    }

    /// What the air leaves of a colour after a distance: haze in the colour of
    /// the sky, thicker close to the water, glowing towards the sun.
    pub fn through_air(&self, colour: Vec3, distance: f32, direction: Vec3, height: f32) -> Vec3 {
        let towards = direction.dot(self.sun).max(0.0);
        let haze = self.horizon.mix(self.zenith, 0.6) * 0.6
            + self.colour * (0.025 * towards.powi(6) + 0.08 * towards.powi(40));
        let thick = 0.04 + 0.09 * (-2.2 * height.max(0.0)).exp();
        colour.mix(haze, 1.0 - (-thick * distance).exp())
    }
}
