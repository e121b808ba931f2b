pub struct Knight {
    title: String,
    strength: u32,
    honor: i32,
    asleep: bool,
}

impl Knight {
    pub fn new(title: String, strength: u32) -> Self {
        Self {
            title,
            strength,
            honor: 0,
            asleep: false,
        }
    }

    pub fn increase_strength(&mut self, amount: u32) {
        self.strength += amount;
    }

    pub fn decrease_strength(&mut self, amount: u32) {
        self.strength -= amount;
    }

    pub fn gain_honor(&mut self, points: i32) {
        self.honor += points;
    }

    pub fn lose_honor(&mut self, points: i32) {
        self.honor -= points;
    }

    pub fn sleep(&mut self) {
        self.asleep = true;
    }

    pub fn wake(&mut self) {
        self.asleep = false;
    }

    pub fn is_asleep(&self) -> bool {
        self.asleep
    }

    pub fn is_strong(&self) -> bool {
        self.strength > 50
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn strength(&self) -> u32 {
        self.strength
    }

    pub fn set_title(&mut self, title: String) {
        self.title = title;
    }
}

pub struct Monster {
    life: i32,
}

impl Monster {
    pub fn hurt(&mut self, points: i32) {
        self.life -= points;
    }

    pub fn heal(&mut self, points: i32) {
        self.life += points;
    }

    pub fn is_alive(&self) -> bool {
        self.life > 0
    }
}

pub struct Tally {
    points: u32,
}

impl Tally {
    pub fn new() -> Self {
        Self { points: 0 }
    }

    pub fn increment(&mut self) {
        self.points += 1;
    }

    pub fn decrement(&mut self) {
        self.points -= 1;
    }

    pub fn reset(&mut self) {
        self.points = 0;
    }

    pub fn add(&mut self, points: u32) {
        self.points += points;
    }

    pub fn points(&self) -> u32 {
        self.points
    }
}

struct Vector {
    x: f64,
    y: f64,
}

impl Vector {
    fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    fn dot(&self, other: &Vector) -> f64 {
        self.x * other.x + self.y * other.y
    }
}
