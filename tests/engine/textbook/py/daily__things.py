class Lorry:
    def __init__(self, diesel, load=0):
        self.diesel = diesel
        self.load = load

    def refuel(self, gallons):
        self.diesel += gallons

    def consume(self, gallons):
        self.diesel -= gallons

    def unload(self, boxes):
        self.load -= boxes

    def __repr__(self):
        return f"Lorry({self.diesel}, {self.load})"


class Shelf:
    def __init__(self, jars):
        self.jars = jars

    def restock(self, count):
        self.jars += count

    def replenish(self, count):
        self.jars += count

    def use(self, count):
        self.jars -= count

    def take(self, count):
        if count > self.jars:
            raise ValueError("not enough jars")
        self.jars -= count


class Phone:
    def __init__(self, owner, battery=100):
        self.owner = owner
        self.battery = battery

    def recharge(self, percent):
        self.battery += percent

    def charge(self, percent):
        self.battery += percent

    def drain(self, percent):
        self.battery -= percent

    def __repr__(self):
        return f"Phone({self.owner}, {self.battery})"

    def __str__(self):
        return f"{self.owner}: {self.battery}"


class Patient:
    def __init__(self, name, pulse):
        self.name = name
        self._pulse = pulse

    @property
    def pulse(self):
        return self._pulse

    @pulse.setter
    def pulse(self, value):
        self._pulse = value

    def heal(self, points):
        self._pulse += points

    def hurt(self, points):
        self._pulse -= points


class Oven:
    def __init__(self, heat):
        self._heat = heat

    @property
    def heat(self):
        return self._heat

    @heat.setter
    def heat(self, value):
        self._heat = value


class Medal:
    def __init__(self, metal, weight):
        self.metal = metal
        self.weight = weight

    def __repr__(self):
        return f"Medal({self.metal}, {self.weight})"

    def __eq__(self, other):
        return self.metal == other.metal and self.weight == other.weight


class Ticket:
    def __init__(self, film, row, seat):
        self.film = film
        self.row = row
        self.seat = seat

    def __repr__(self):
        return f"Ticket({self.film}, {self.row}, {self.seat})"

    def __str__(self):
        return f"{self.film} ({self.row}, {self.seat})"


class Flag:
    def __init__(self, color, stripes):
        self.color = color
        self.stripes = stripes

    def __repr__(self):
        return f"Flag({self.color}, {self.stripes})"


def keep_odd(values):
    return [value for value in values if value % 2 != 0]


def even_numbers(values):
    return [value for value in values if value % 2 == 0]


def filter_even(values):
    return [value for value in values if value % 2 == 0]


def get_evens(values):
    return [value for value in values if value % 2 == 0]


def positives(values):
    return [value for value in values if value > 0]


def keep_positives(values):
    return [value for value in values if value > 0]


def remove_negatives(values):
    return [value for value in values if value >= 0]


def above(values, limit):
    return [value for value in values if value > limit]


def keep_above(values, limit):
    return [value for value in values if value > limit]


def below(values, limit):
    return [value for value in values if value < limit]


def longer_than(names, size):
    return [name for name in names if len(name) > size]


def keep_longer(names, size):
    return [name for name in names if len(name) > size]


def longest(names):
    return max(names, key=len)


def longest_name(names):
    return max(names, key=len)


def shortest_name(names):
    return min(names, key=len)


def triple_all(values):
    return [value * 3 for value in values]


def double_all(values):
    return [value * 2 for value in values]


def upper_all(names):
    return [name.upper() for name in names]


def lengths(names):
    return [len(name) for name in names]


def mean(values):
    return sum(values) / len(values)


def average_score(points):
    return sum(points) / len(points)
