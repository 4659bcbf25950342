//! The land: heights computed once on a grid, then looked up.

use crate::noise::Noise;
use crate::vector::{smoothstep, vec3, Vec3};

/// Cells along a side.
const CELLS: usize = 768;
/// Length of a side; the camera stands in the middle of one side.
const SIDE: f32 = 16.0;

/// Mountains around a lake whose surface is at height 0.
pub struct Terrain {
    heights: Vec<f32>,
    /// Nothing is higher.
    peak: f32,
    detail: Noise,
}

impl Terrain {
    /// Raises the land that belongs to a seed.
    pub fn new(seed: u32) -> Self {
        let noise = Noise::new(seed);
        let mut heights = Vec::with_capacity(CELLS * CELLS);
        for row in 0..CELLS {
            for column in 0..CELLS {
                heights.push(height(&noise, place(column) - SIDE / 2.0, place(row)));
            }
        }
        Self {
            peak: heights.iter().copied().fold(0.0, f32::max),
            heights,
            detail: Noise::new(seed ^ 0x5bd1_e995),
        }
    }

    /// The height at a place, negative under water.
    pub fn height(&self, x: f32, z: f32) -> f32 {
        let last = (CELLS - 2) as f32;
        let scale = (CELLS - 1) as f32 / SIDE;
        let column = ((x + SIDE / 2.0) * scale).clamp(0.0, last);
        let row = (z * scale).clamp(0.0, last);
        let (c, r) = (column as usize, row as usize);
        let (u, v) = (column - c as f32, row - r as f32);
        let at = r * CELLS + c;
        let near = self.heights[at] + (self.heights[at + 1] - self.heights[at]) * u;
        let at = at + CELLS;
        let far = self.heights[at] + (self.heights[at + 1] - self.heights[at]) * u;
        near + (far - near) * v
    }

    /// The direction that the ground faces, with roughness too fine for the grid.
    pub fn normal(&self, x: f32, z: f32) -> Vec3 {
        let e = 0.02;
        let rough =
            |x: f32, z: f32| self.height(x, z) + 0.022 * self.detail.layers(x * 14.0, z * 14.0, 3);
        vec3(
            rough(x - e, z) - rough(x + e, z),
            2.0 * e,
            rough(x, z - e) - rough(x, z + e),
        )
        .normalized()
    }

    /// How far a ray goes until it meets the land.
    pub fn meet(&self, from: Vec3, direction: Vec3, far: f32) -> Option<f32> {
        let mut distance = 0.02;
        while distance < far {
            let here = from + direction * distance;
            if here.y > self.peak && direction.y >= 0.0 {
                return None;
            }
            let gap = here.y - self.height(here.x, here.z);
            if gap < 0.0006 * distance {
                return Some(distance);
            }
            // Short steps: crests are steep and thin.
            distance += (gap * 0.3).clamp(0.004 + 0.0006 * distance, 0.12);
        }
        None
    }

    /// How much of the sun reaches a place, 0 to 1, with soft edges.
    pub fn sunlight(&self, from: Vec3, sun: Vec3) -> f32 {
        let mut light: f32 = 1.0;
        let mut distance = 0.05;
        while distance < 6.0 {
            let here = from + sun * distance;
            if here.y > self.peak {
                break;
            }
            let gap = here.y - self.height(here.x, here.z);
            if gap < 0.0 {
                return 0.0;
            }
            light = light.min(14.0 * gap / distance);
            distance += (gap * 0.6).max(0.03);
        }
        light.clamp(0.0, 1.0)
    }
}

fn place(cell: usize) -> f32 {
    cell as f32 * SIDE / (CELLS - 1) as f32
}

/// A valley with a lake in front of the camera, mountains on its sides and a
/// range behind.
fn height(noise: &Noise, x: f32, z: f32) -> f32 {
    let bend = 1.3 * (noise.at(z * 0.35, 3.7) - 0.5);
    let shore = 0.9 + 0.12 * z + 0.8 * (noise.layers(x * 0.6, z * 0.6, 3) - 0.5);
    let side = smoothstep(shore, shore + 3.2, (x - bend).abs());
    let back = smoothstep(5.0, 10.5, z);
    let rise = (side * smoothstep(0.5, 3.5, z)).max(back);
    let ridges = noise.ridges(x * 0.42 + 11.0, z * 0.42, 8);
    let hills = noise.layers(x * 1.1, z * 1.1, 6);
    let land = rise * (0.25 + 2.7 * ridges * (0.45 + 0.55 * back.max(side)));
    land + 0.22 * (hills - 0.5) * (0.3 + rise) - 0.16 * (1.0 - rise)
}
