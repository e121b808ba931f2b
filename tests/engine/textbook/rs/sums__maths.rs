fn add(first: i32, second: i32) -> i32 {
    first + second
}

fn subtract(first: i32, second: i32) -> i32 {
    first - second
}

fn multiply(first: i32, second: i32) -> i32 {
    first * second
}

fn divide(first: f64, second: f64) -> f64 {
    first / second
}

fn square(value: i32) -> i32 {
    value * value
}

fn double(value: i32) -> i32 {
    value * 2
}

fn is_even(number: i32) -> bool {
    number % 2 == 0
}

fn max(p: i32, q: i32) -> i32 {
    if p > q { p } else { q }
}

fn factorial(number: u64) -> u64 {
    if number <= 1 {
        return 1;
    }
    number * factorial(number - 1)
}

fn fibonacci(number: u32) -> u32 {
    if number <= 1 {
        return number;
    }
    fibonacci(number - 1) + fibonacci(number - 2)
}

fn sum(values: &[i32]) -> i32 {
    values.iter().sum()
}

fn add_all(values: &[i32]) -> i32 {
    let mut total = 0;
    for value in values {
        total += value;
    }
    total
}

fn total(costs: &[f64]) -> f64 {
    costs.iter().sum()
}

fn average(marks: &[f64]) -> f64 {
    marks.iter().sum::<f64>() / marks.len() as f64
}

fn largest(values: &[i32]) -> i32 {
    let mut best = values[0];
    for &value in values {
        if value > best {
            best = value;
        }
    }
    best
}

fn only_even(values: Vec<i32>) -> Vec<i32> {
    values.into_iter().filter(|value| value % 2 == 0).collect()
}

fn greet(person: &str) -> String {
    format!("Hello, {}!", person)
}

fn welcome(guest: &str) {
    println!("Welcome, {}!", guest);
}

fn shout(text: &str) -> String {
    text.to_uppercase()
}

struct Rectangle {
    base: f64,
    height: f64,
}

impl Rectangle {
    fn new(base: f64, height: f64) -> Self {
        Self { base, height }
    }

    fn area(&self) -> f64 {
        self.base * self.height
    }

    fn perimeter(&self) -> f64 {
        2.0 * (self.base + self.height)
    }

    fn scale(&mut self, factor: f64) {
        self.base *= factor;
        self.height *= factor;
    }

    fn is_square(&self) -> bool {
        self.base == self.height
    }
}

struct Circle {
    radius: f64,
}

impl Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }

    fn grow(&mut self, by: f64) {
        self.radius += by;
    }

    fn shrink(&mut self, by: f64) {
        self.radius -= by;
    }
}
