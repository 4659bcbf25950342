//! What the camera sees.

use crate::light::Light;
use crate::noise::Noise;
use crate::options::Options;
use crate::terrain::Terrain;
use crate::vector::{smoothstep, vec3, Vec3};

/// How far the camera sees.
const FAR: f32 = 16.0;
const CAMERA: Vec3 = vec3(0.0, 0.38, 0.1);

struct Scene {
    terrain: Terrain,
    light: Light,
    ripples: Noise,
}

/// Renders a picture: three bytes a pixel, row by row.
pub fn render(options: &Options) -> Vec<u8> {
    let scene = Scene {
        terrain: Terrain::new(options.seed),
        light: Light::new(options.seed),
        ripples: Noise::new(options.seed.wrapping_add(303)),
    };
    let (width, height) = (options.width as f32, options.height as f32);
    let mut pixels = Vec::with_capacity(options.width as usize * options.height as usize * 3);
    for row in 0..options.height {
        for column in 0..options.width {
            // Two samples on a diagonal smooth the edges.
            let mut colour = Vec3::default();
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.75)] {
                let x = (2.0 * (column as f32 + dx) - width) / height;
                let y = (height - 2.0 * (row as f32 + dy)) / height;
                let direction = vec3(x * 0.56, y * 0.56 + 0.10, 1.0).normalized();
                colour = colour + develop(scene.look(direction)) * 0.5;
            }
            let edge = vignette(
                (column as f32 + 0.5) / width - 0.5,
                (row as f32 + 0.5) / height - 0.5,
            );
            let grain = scene.ripples.lattice(column as i32, row as i32) - 0.5;
            for part in [colour.x, colour.y, colour.z] {
                pixels.push((part * edge * 255.0 + 0.5 + grain).clamp(0.0, 255.0) as u8);
            }
        }
    }
    pixels
}

impl Scene {
    /// The colour in a direction.
    fn look(&self, direction: Vec3) -> Vec3 {
        let water = (direction.y < 0.0).then(|| -CAMERA.y / direction.y);
        let far = water.map_or(FAR, |distance| distance.min(FAR));
        if let Some(distance) = self.terrain.meet(CAMERA, direction, far) {
            return self.land(CAMERA, direction, distance);
        }
        match water {
            Some(distance) if distance < FAR => self.water(direction, distance),
            _ => self.light.sky(direction),
        }
    }

    /// Rock, snow and woods in the sun, seen through the air.
    fn land(&self, from: Vec3, direction: Vec3, distance: f32) -> Vec3 {
        let here = from + direction * distance;
        let normal = self.terrain.normal(here.x, here.z);
        let patches = self.ripples.layers(here.x * 5.0, here.z * 5.0, 3);

        let rock = vec3(0.16, 0.13, 0.12).mix(vec3(0.30, 0.24, 0.21), patches);
        let woods = vec3(0.035, 0.06, 0.03).mix(vec3(0.09, 0.10, 0.035), patches);
        let snow = vec3(0.85, 0.88, 0.95);
        let flat = smoothstep(0.45, 0.75, normal.y);
        let wooded = flat * (1.0 - smoothstep(0.35, 0.8, here.y + 0.3 * patches));
        let snowed =
            smoothstep(0.7, 1.15, here.y + 0.5 * patches) * smoothstep(0.35, 0.6, normal.y);
        let ground = rock.mix(woods, wooded).mix(snow, snowed);

        let facing = normal.dot(self.light.sun).max(0.0);
        let mut lit = self.light.ambient(normal.y);
        if facing > 0.0 {
            let above = here + normal * 0.02;
            let sun = self.terrain.sunlight(above, self.light.sun);
            lit = lit + self.light.colour * (0.75 * facing * sun);
        }
        self.light
            .through_air(ground.times(lit), distance, direction, here.y)
    }

    /// The lake: a mirror with ripples, clearer at a flat angle.
    fn water(&self, direction: Vec3, distance: f32) -> Vec3 {
        let here = CAMERA + direction * distance;
        let calm = 0.05 / (1.0 + 0.5 * distance);
        let ripple = |x: f32, z: f32| self.ripples.layers(x, z, 3) - 0.5;
        let normal = vec3(
            calm * ripple(here.x * 9.0, here.z * 26.0),
            1.0,
            calm * 1.6 * ripple(here.x * 7.0 + 40.0, here.z * 30.0),
        )
        .normalized();
        let mut mirrored = direction - normal * (2.0 * direction.dot(normal));
        mirrored.y = mirrored.y.abs().max(0.004);
        let mirrored = mirrored.normalized();

        let image = match self.terrain.meet(here, mirrored, FAR) {
            Some(further) => self.land(here, mirrored, further),
            None => self.light.sky(mirrored),
        };
        let deep = vec3(0.012, 0.035, 0.055);
        let clear = 0.04 + 0.96 * (1.0 - normal.dot(direction).abs()).powi(4);
        let shallow = smoothstep(-0.12, 0.0, self.terrain.height(here.x, here.z));
        let water = deep.mix(vec3(0.05, 0.08, 0.075), shallow);
        let colour = water.mix(image, 0.25 + 0.72 * clear);
        self.light.through_air(colour, distance, direction, 0.4)
    }
}

/// Light to brightness on a screen: richer colours, a film curve, then gamma.
fn develop(light: Vec3) -> Vec3 {
    let grey = light.dot(vec3(0.21, 0.72, 0.07));
    let rich = vec3(grey, grey, grey).mix(light, 1.22);
    rich.map(|x| {
        let x = x.max(0.0) * 0.85;
        let film = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14);
        film.clamp(0.0, 1.0).powf(1.0 / 2.2)
    })
}

fn vignette(x: f32, y: f32) -> f32 {
    1.0 - 0.45 * (x * x + y * y)
}
