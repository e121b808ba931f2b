import math


class Choir:
    def __init__(self, town, capacity):
        self.town = town
        self.capacity = capacity
        self.singers = []
        self.open = True

    def hire(self, singer):
        self.singers.append(singer)

    def fire(self, singer):
        self.singers.remove(singer)

    def recruit(self, singer):
        self.singers.append(singer)

    def dismiss(self, singer):
        self.singers.remove(singer)

    def enroll(self, singer):
        self.singers.append(singer)

    def expel(self, singer):
        self.singers.remove(singer)

    def join(self, singer):
        self.singers.append(singer)

    def leave(self, singer):
        self.singers.remove(singer)

    def add_all(self, newcomers):
        self.singers.extend(newcomers)

    def hire_all(self, people):
        self.singers.extend(people)

    def is_full(self):
        return len(self.singers) >= self.capacity

    def has_room(self):
        return len(self.singers) < self.capacity

    def has_space(self):
        return len(self.singers) < self.capacity

    def free_places(self):
        return self.capacity - len(self.singers)

    def find_by_id(self, singer_id):
        for singer in self.singers:
            if singer.id == singer_id:
                return singer
        return None

    def find_by_name(self, name):
        for singer in self.singers:
            if singer.name == name:
                return singer
        return None

    def get_singer(self, name):
        for singer in self.singers:
            if singer.name == name:
                return singer
        return None

    def names(self):
        return [singer.name for singer in self.singers]

    def print_all(self):
        for singer in self.singers:
            print(singer)


class Hedge:
    def __init__(self):
        self.plants = []

    def plant(self, plant):
        self.plants.append(plant)

    def take(self, plant):
        self.plants.remove(plant)

    def pick(self, plant):
        self.plants.remove(plant)

    def pack(self, plant):
        self.plants.append(plant)

    def unpack(self, plant):
        self.plants.remove(plant)

    def invite(self, plant):
        self.plants.append(plant)

    def cancel(self, plant):
        self.plants.remove(plant)


class Order:
    def __init__(self):
        self.lines = []

    def add_line(self, label, price, quantity):
        self.lines.append({"label": label, "price": price, "quantity": quantity})

    def total(self):
        return sum(line["price"] * line["quantity"] for line in self.lines)

    def total_price(self):
        return sum(line["price"] * line["quantity"] for line in self.lines)


class Bill:
    def __init__(self):
        self.entries = []

    def add_entry(self, label, price):
        self.entries.append({"label": label, "price": price})

    def total(self):
        return sum(entry["price"] for entry in self.entries)

    def get_total(self):
        return sum(entry["price"] for entry in self.entries)


class Receipt:
    def __init__(self):
        self.parts = []

    def total(self):
        return sum(part.price * part.quantity for part in self.parts)

    def total_price(self):
        return sum(part.price for part in self.parts)

    def get_total(self):
        return sum(part.price * part.quantity for part in self.parts)

    def sum_amounts(self):
        return sum(part.amount for part in self.parts)


class Depot:
    def __init__(self):
        self.supplies = {}

    def add(self, part, count):
        self.supplies[part] = self.supplies.get(part, 0) + count

    def store(self, part, count):
        self.supplies[part] = self.supplies.get(part, 0) + count

    def count_of(self, part):
        return self.supplies.get(part, 0)

    def quantity(self, part):
        return self.supplies.get(part, 0)

    def amount_of(self, part):
        return self.supplies.get(part, 0)

    def is_available(self, part):
        return self.supplies.get(part, 0) > 0

    def remove(self, part):
        del self.supplies[part]

    def total_count(self):
        return sum(self.supplies.values())


class Wallet:
    def __init__(self, owner, cents=0):
        self.owner = owner
        self.cents = cents

    def can_afford(self, price):
        return self.cents >= price

    def can_pay(self, amount):
        return self.cents >= amount


class Magazine:
    def __init__(self, heading, copies):
        self.heading = heading
        self.copies = copies

    def is_available(self):
        return self.copies > 0

    def is_sold_out(self):
        return self.copies == 0


class Ball:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2

    def volume(self):
        return 4 / 3 * math.pi * self.radius ** 3

    def diameter(self):
        return self.radius * 2


class Cylinder:
    def __init__(self, radius, height):
        self.radius = radius
        self.height = height

    def base_area(self):
        return math.pi * self.radius ** 2

    def volume(self):
        return math.pi * self.radius ** 2 * self.height


class Spot:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __str__(self):
        return f"({self.x}, {self.y})"

    def distance_to(self, other):
        return math.sqrt((self.x - other.x) ** 2 + (self.y - other.y) ** 2)

    def distance(self, other):
        return math.sqrt((self.x - other.x) ** 2 + (self.y - other.y) ** 2)


class Diver:
    def __init__(self):
        self.depths = []

    def record(self, depth):
        self.depths.append(depth)

    def average(self):
        return sum(self.depths) / len(self.depths)

    def average_depth(self):
        return sum(self.depths) / len(self.depths)

    def deepest(self):
        return max(self.depths)

    def highest(self):
        return max(self.depths)

    def lowest(self):
        return min(self.depths)

    def latest(self):
        return self.depths[-1]


def circle_area(radius):
    return math.pi * radius ** 2


def is_prime(number):
    if number < 2:
        return False
    for i in range(2, int(number ** 0.5) + 1):
        if number % i == 0:
            return False
    return True


def check_prime(number):
    if number < 2:
        return False
    for i in range(2, number):
        if number % i == 0:
            return False
    return True


def minutes_to_seconds(minutes):
    return minutes * 60


def hours_to_minutes(hours):
    return hours * 60


def kilometers_to_miles(kilometers):
    return kilometers * 0.621371


def miles_to_kilometers(miles):
    return miles * 1.60934


def fahrenheit_to_celsius(fahrenheit):
    return (fahrenheit - 32) * 5 / 9


def count_odd(values):
    count = 0
    for value in values:
        if value % 2 != 0:
            count += 1
    return count


def seconds_to_minutes(seconds):
    return seconds / 60


def minutes_to_hours(minutes):
    return minutes / 60


def days_to_hours(days):
    return days * 24


def meters_to_kilometers(meters):
    return meters / 1000


def kilometers_to_meters(kilometers):
    return kilometers * 1000


def grams_to_kilograms(grams):
    return grams / 1000


def cents_to_euros(cents):
    return cents / 100


def euros_to_cents(euros):
    return euros * 100
