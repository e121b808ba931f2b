class Berth:
    def __init__(self, limit):
        self.limit = limit
        self.boats = []
        self.anchored = False

    def is_crowded(self):
        return len(self.boats) >= self.limit

    def is_packed(self):
        return len(self.boats) >= self.limit

    def has_place(self):
        return len(self.boats) < self.limit

    def is_alone(self):
        return len(self.boats) == 1

    def has_boats(self):
        return len(self.boats) > 0

    def is_deserted(self):
        return len(self.boats) == 0

    def is_anchored(self):
        return self.anchored

    def anchor(self):
        self.anchored = True

    def cast_off(self):
        self.anchored = False


class Chest:
    def __init__(self, length, width, height):
        self.length = length
        self.width = width
        self.height = height

    def volume(self):
        return self.length * self.width * self.height

    def capacity(self):
        return self.length * self.width * self.height


class Coupon:
    def __init__(self, code, expires):
        self.code = code
        self.expires = expires

    def is_expired(self, now):
        return now > self.expires

    def is_overdue(self, today):
        return today > self.expires

    def is_valid(self, now):
        return now <= self.expires

    def has_ended(self, today):
        return today > self.expires


class Register:
    def __init__(self):
        self.places = {}

    def find(self, key):
        return self.places.get(key)

    def search(self, key):
        return self.places.get(key)

    def look_up(self, key):
        return self.places.get(key)

    def fetch(self, key):
        return self.places.get(key)

    def knows(self, key):
        return key in self.places

    def record(self, key, value):
        self.places[key] = value

    def store(self, key, value):
        self.places[key] = value

    def save(self, key, value):
        self.places[key] = value

    def forget(self, key):
        del self.places[key]

    def drop(self, key):
        del self.places[key]

    def erase(self, key):
        del self.places[key]


def count_down(start):
    while start > 0:
        print(start)
        start -= 1


def launch(seconds):
    while seconds > 0:
        print(seconds)
        seconds -= 1


def countdown(number):
    while number > 0:
        print(number)
        number -= 1


def count_up(limit):
    for number in range(1, limit + 1):
        print(number)


def print_numbers(limit):
    for number in range(1, limit + 1):
        print(number)


def print_each(things):
    for thing in things:
        print(thing)


def show_all(things):
    for thing in things:
        print(thing)


def list_all(things):
    for thing in things:
        print(thing)


def larger(one, other):
    if one > other:
        return one
    return other


def greater_of(one, other):
    if one > other:
        return one
    return other


def lesser(one, other):
    if one < other:
        return one
    return other


def may_ride(height, minimum):
    return height >= minimum


def can_enter(age, minimum):
    return age >= minimum


def is_allowed(age, limit):
    return age >= limit


def may_vote(age):
    return age >= 18


def can_drive(age):
    return age >= 18


def sum_of_digits(number):
    total = 0
    while number > 0:
        total += number % 10
        number //= 10
    return total


def odds(numbers):
    return [number for number in numbers if number % 2 != 0]


def odd_ones(numbers):
    return [number for number in numbers if number % 2 != 0]


def evens_only(numbers):
    return [number for number in numbers if number % 2 == 0]


def count_spaces(text):
    return text.count(" ")


def longest_of(words):
    return max(words, key=len)


def shortest_of(words):
    return min(words, key=len)


def swap(things, i, j):
    things[i], things[j] = things[j], things[i]


def exchange(values, first, second):
    values[first], values[second] = values[second], values[first]


def product(numbers):
    result = 1
    for number in numbers:
        result *= number
    return result
