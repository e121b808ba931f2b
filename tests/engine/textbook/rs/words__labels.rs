use std::fmt;

pub struct Stamp {
    country: String,
    value: u32,
}

impl Stamp {
    pub fn country(&self) -> &str {
        &self.country
    }

    pub fn country_ref(&self) -> &String {
        &self.country
    }

    pub fn value(&self) -> u32 {
        self.value
    }

    pub fn rename(&mut self, new_country: String) {
        self.country = new_country;
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} ({})", self.country, self.value)
    }
}

pub struct Tank {
    oil: u32,
    owner: String,
}

impl Tank {
    pub fn refill(&mut self, liters: u32) {
        self.oil += liters;
    }

    pub fn burn(&mut self, liters: u32) {
        self.oil -= liters;
    }

    pub fn owner(&self) -> &String {
        &self.owner
    }

    pub fn owner_name(&self) -> &str {
        &self.owner
    }

    pub fn has_oil(&self) -> bool {
        self.oil > 0
    }
}

impl fmt::Display for Tank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.owner, self.oil)
    }
}

struct Pixel {
    row: i32,
    column: i32,
}

impl fmt::Display for Pixel {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "({}, {})", self.row, self.column)
    }
}

struct Label {
    text: String,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.text)
    }
}

fn smallest(values: &[i32]) -> i32 {
    let mut best = values[0];
    for value in values {
        if *value < best {
            best = *value;
        }
    }
    best
}

fn count_positive(values: &[i32]) -> usize {
    values.iter().filter(|value| **value > 0).count()
}
