use std::collections::HashMap;

pub struct Singer {
    id: u32,
    name: String,
}

pub struct Choir {
    singers: Vec<Singer>,
    capacity: usize,
}

impl Choir {
    pub fn new(capacity: usize) -> Self {
        Self {
            singers: Vec::new(),
            capacity,
        }
    }

    pub fn hire(&mut self, singer: Singer) {
        self.singers.push(singer);
    }

    pub fn enroll(&mut self, singer: Singer) {
        self.singers.push(singer);
    }

    pub fn add_all(&mut self, newcomers: Vec<Singer>) {
        self.singers.extend(newcomers);
    }

    pub fn hire_all(&mut self, people: Vec<Singer>) {
        self.singers.extend(people);
    }

    pub fn is_full(&self) -> bool {
        self.singers.len() >= self.capacity
    }

    pub fn has_room(&self) -> bool {
        self.singers.len() < self.capacity
    }

    pub fn free_places(&self) -> usize {
        self.capacity - self.singers.len()
    }

    pub fn find_by_id(&self, id: u32) -> Option<&Singer> {
        self.singers.iter().find(|singer| singer.id == id)
    }

    pub fn find(&self, id: u32) -> Option<&Singer> {
        self.singers.iter().find(|singer| singer.id == id)
    }

    pub fn find_by_name(&self, name: &str) -> Option<&Singer> {
        self.singers.iter().find(|singer| singer.name == name)
    }
}

pub struct Entry {
    price: f64,
}

pub struct Bill {
    entries: Vec<Entry>,
}

impl Bill {
    pub fn total(&self) -> f64 {
        self.entries.iter().map(|entry| entry.price).sum()
    }

    pub fn total_price(&self) -> f64 {
        self.entries.iter().map(|entry| entry.price).sum()
    }
}

pub struct Depot {
    supplies: HashMap<String, u32>,
}

impl Depot {
    pub fn new() -> Self {
        Self { supplies: HashMap::new() }
    }

    pub fn add(&mut self, part: &str, count: u32) {
        *self.supplies.entry(part.to_string()).or_insert(0) += count;
    }

    pub fn count(&self, part: &str) -> u32 {
        *self.supplies.get(part).unwrap_or(&0)
    }

    pub fn count_of(&self, part: &str) -> u32 {
        *self.supplies.get(part).unwrap_or(&0)
    }

    pub fn quantity(&self, part: &str) -> u32 {
        *self.supplies.get(part).unwrap_or(&0)
    }
}

pub struct Wallet {
    cents: u32,
}

impl Wallet {
    pub fn spend(&mut self, amount: u32) -> bool {
        if amount > self.cents {
            return false;
        }
        self.cents -= amount;
        true
    }

    pub fn withdraw(&mut self, amount: u32) -> bool {
        if amount > self.cents {
            return false;
        }
        self.cents -= amount;
        true
    }

    pub fn can_afford(&self, price: u32) -> bool {
        self.cents >= price
    }
}

pub struct Magazine {
    copies: u32,
}

impl Magazine {
    pub fn is_available(&self) -> bool {
        self.copies > 0
    }

    pub fn is_sold_out(&self) -> bool {
        self.copies == 0
    }
}

pub struct Ball {
    radius: f64,
}

impl Ball {
    pub fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }

    pub fn circumference(&self) -> f64 {
        2.0 * std::f64::consts::PI * self.radius
    }

    pub fn diameter(&self) -> f64 {
        2.0 * self.radius
    }
}

pub struct Diver {
    depths: Vec<f64>,
}

impl Diver {
    pub fn record(&mut self, depth: f64) {
        self.depths.push(depth);
    }

    pub fn average(&self) -> f64 {
        self.depths.iter().sum::<f64>() / self.depths.len() as f64
    }

    pub fn total(&self) -> f64 {
        self.depths.iter().sum()
    }
}

pub fn celsius_to_fahrenheit(celsius: f64) -> f64 {
    celsius * 9.0 / 5.0 + 32.0
}

pub fn fahrenheit_to_celsius(fahrenheit: f64) -> f64 {
    (fahrenheit - 32.0) * 5.0 / 9.0
}
