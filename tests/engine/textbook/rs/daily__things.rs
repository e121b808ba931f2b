use std::fmt;

pub struct Lorry {
    diesel: u32,
    boxes: u32,
}

impl Lorry {
    pub fn refuel(&mut self, gallons: u32) {
        self.diesel += gallons;
    }

    pub fn consume(&mut self, gallons: u32) {
        self.diesel -= gallons;
    }
}

pub struct Shelf {
    jars: u32,
}

impl Shelf {
    pub fn restock(&mut self, count: u32) {
        self.jars += count;
    }

    pub fn take(&mut self, count: u32) {
        self.jars -= count;
    }
}

pub struct Phone {
    maker: String,
    battery: u32,
}

impl Phone {
    pub fn recharge(&mut self, percent: u32) {
        self.battery += percent;
    }

    pub fn drain(&mut self, percent: u32) {
        self.battery -= percent;
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.maker, self.battery)
    }
}

struct Medal {
    metal: String,
    weight: f64,
}

impl fmt::Display for Medal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.metal, self.weight)
    }
}

struct Spot {
    left: i64,
    top: i64,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.left, self.top)
    }
}

struct Price {
    cents: u64,
    currency: String,
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cents, self.currency)
    }
}

struct Wheel {
    radius: f64,
}

impl Wheel {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }
}

struct Tile {
    side: f64,
}

impl Tile {
    fn area(&self) -> f64 {
        self.side * self.side
    }
}

struct Field {
    length: f64,
    breadth: f64,
}

impl Field {
    fn area(&self) -> f64 {
        self.length * self.breadth
    }
}

fn evens(values: &[i32]) -> Vec<i32> {
    values.iter().filter(|value| *value % 2 == 0).copied().collect()
}

fn above(values: &[i32], limit: i32) -> Vec<i32> {
    values.iter().filter(|value| **value > limit).copied().collect()
}

fn doubled(values: &[i32]) -> Vec<i32> {
    values.iter().map(|value| value * 2).collect()
}

fn double_all(values: &[i32]) -> Vec<i32> {
    values.iter().map(|value| value * 2).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
