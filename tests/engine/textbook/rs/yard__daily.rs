use std::collections::HashMap;

struct Berth {
    limit: usize,
    boats: Vec<String>,
    anchored: bool,
}

impl Berth {
    fn is_crowded(&self) -> bool {
        self.boats.len() >= self.limit
    }

    fn is_packed(&self) -> bool {
        self.boats.len() >= self.limit
    }

    fn has_place(&self) -> bool {
        self.boats.len() < self.limit
    }

    fn is_deserted(&self) -> bool {
        self.boats.is_empty()
    }

    fn is_anchored(&self) -> bool {
        self.anchored
    }

    fn anchor(&mut self) {
        self.anchored = true;
    }

    fn cast_off(&mut self) {
        self.anchored = false;
    }

    fn release(&mut self, boat: &str) {
        self.boats.retain(|other| other != boat);
    }

    fn dismiss(&mut self, boat: &str) {
        self.boats.retain(|other| other != boat);
    }
}

struct Register {
    places: HashMap<String, u32>,
}

impl Register {
    fn find(&self, key: &str) -> Option<&u32> {
        self.places.get(key)
    }

    fn look_up(&self, key: &str) -> Option<&u32> {
        self.places.get(key)
    }

    fn count(&self, key: &str) -> u32 {
        self.places.get(key).copied().unwrap_or(0)
    }

    fn amount(&self, key: &str) -> u32 {
        self.places.get(key).copied().unwrap_or(0)
    }

    fn score_or(&self, key: &str, default: u32) -> u32 {
        self.places.get(key).copied().unwrap_or(default)
    }

    fn value_or(&self, key: &str, default: u32) -> u32 {
        self.places.get(key).copied().unwrap_or(default)
    }

    fn record(&mut self, key: String, value: u32) {
        self.places.insert(key, value);
    }

    fn store(&mut self, key: String, value: u32) {
        self.places.insert(key, value);
    }

    fn forget(&mut self, key: &str) {
        self.places.remove(key);
    }

    fn erase(&mut self, key: &str) {
        self.places.remove(key);
    }

    fn knows(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }
}

struct Chest {
    length: f64,
    width: f64,
    height: f64,
}

impl Chest {
    fn volume(&self) -> f64 {
        self.length * self.width * self.height
    }
}

fn larger(one: i32, other: i32) -> i32 {
    if one > other { one } else { other }
}

fn may_ride(height: u32, minimum: u32) -> bool {
    height >= minimum
}

fn parse_or(text: &str, default: i32) -> i32 {
    text.parse().unwrap_or(default)
}

fn number_or(text: &str, fallback: i32) -> i32 {
    text.parse().unwrap_or(fallback)
}

fn odds(numbers: &[i32]) -> Vec<i32> {
    numbers.iter().copied().filter(|number| number % 2 != 0).collect()
}
