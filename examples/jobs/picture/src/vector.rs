//! Three numbers: a place, a direction or a colour.

use std::ops::{Add, Mul, Sub};

/// A place, a direction or a colour (red, green, blue, without upper bound).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec3 {
    /// To the right.
    pub x: f32,
    /// Up.
    pub y: f32,
    /// Away from the camera.
    pub z: f32,
}

/// Short for a [`Vec3`].
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    /// The sum of the products.
    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// The same direction with length 1.
    pub fn normalized(self) -> Self {
        self * (1.0 / self.dot(self).sqrt())
    }

    /// Part by part.
    pub fn times(self, other: Self) -> Self {
        self.map2(other, |a, b| a * b)
    }

    /// From here to `other` as `t` goes from 0 to 1.
    pub fn mix(self, other: Self, t: f32) -> Self {
        self + (other - self) * t
    }

    /// Applies a function to each part.
    pub fn map(self, f: impl Fn(f32) -> f32) -> Self {
        vec3(f(self.x), f(self.y), f(self.z))
    }

    fn map2(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        vec3(f(self.x, other.x), f(self.y, other.y), f(self.z, other.z))
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.map2(other, |a, b| a + b)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.map2(other, |a, b| a - b)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        self.map(|a| a * factor)
    }
}

/// 0 below `low`, 1 above `high`, smooth in between.
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
