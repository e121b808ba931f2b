use std::collections::HashMap;

pub struct Pile {
    papers: Vec<String>,
}

impl Pile {
    pub fn new() -> Self {
        Self { papers: Vec::new() }
    }

    pub fn push(&mut self, paper: String) {
        self.papers.push(paper);
    }

    pub fn pop(&mut self) -> Option<String> {
        self.papers.pop()
    }

    pub fn peek(&self) -> Option<&String> {
        self.papers.last()
    }

    pub fn is_empty(&self) -> bool {
        self.papers.is_empty()
    }

    pub fn len(&self) -> usize {
        self.papers.len()
    }

    pub fn size(&self) -> usize {
        self.papers.len()
    }

    pub fn clear(&mut self) {
        self.papers.clear();
    }
}

pub struct Line {
    people: Vec<u32>,
}

impl Line {
    pub fn new() -> Self {
        Self { people: Vec::new() }
    }

    pub fn enqueue(&mut self, person: u32) {
        self.people.push(person);
    }

    pub fn add(&mut self, person: u32) {
        self.people.push(person);
    }

    pub fn add_person(&mut self, person: u32) {
        self.people.push(person);
    }

    pub fn dequeue(&mut self) -> u32 {
        self.people.remove(0)
    }

    pub fn contains(&self, person: &u32) -> bool {
        self.people.contains(person)
    }

    pub fn has_person(&self, person: u32) -> bool {
        self.people.contains(&person)
    }

    pub fn count(&self) -> usize {
        self.people.len()
    }

    pub fn first(&self) -> Option<&u32> {
        self.people.first()
    }
}

pub struct Memory {
    cells: HashMap<String, u32>,
}

impl Memory {
    pub fn new() -> Self {
        Self {
            cells: HashMap::new(),
        }
    }

    pub fn set(&mut self, key: String, value: u32) {
        self.cells.insert(key, value);
    }

    pub fn insert(&mut self, key: String, value: u32) {
        self.cells.insert(key, value);
    }

    pub fn get(&self, key: &str) -> Option<&u32> {
        self.cells.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.cells.contains_key(key)
    }

    pub fn remove(&mut self, key: &str) {
        self.cells.remove(key);
    }
}

pub struct Till {
    amount: u64,
    open: bool,
}

impl Till {
    pub fn new(amount: u64) -> Self {
        Self {
            amount,
            open: false,
        }
    }

    pub fn deposit(&mut self, sum: u64) {
        self.amount += sum;
    }

    pub fn earn(&mut self, wage: u64) {
        self.amount += wage;
    }

    pub fn pay(&mut self, price: u64) {
        self.amount -= price;
    }

    pub fn withdraw(&mut self, sum: u64) -> Result<(), String> {
        if sum > self.amount {
            return Err("not enough money".to_string());
        }
        self.amount -= sum;
        Ok(())
    }

    pub fn toggle(&mut self) {
        self.open = !self.open;
    }

    pub fn amount(&self) -> u64 {
        self.amount
    }
}
