class Glider:
    def __init__(self):
        self.height = 0

    def ascend(self, meters):
        self.height += meters

    def descend(self, meters):
        self.height -= meters

    def rise(self, meters):
        self.height += meters

    def sink(self, meters):
        self.height -= meters

    def soar(self, meters):
        self.height += meters

    def glide(self, meters):
        self.height -= meters


class Diver:
    def __init__(self):
        self.depth = 0

    def dive(self, feet):
        self.depth += feet

    def surface(self, feet):
        self.depth -= feet

    def submerge(self, feet):
        self.depth += feet

    def emerge(self, feet):
        self.depth -= feet

    def deepen(self, feet):
        self.depth += feet

    def resurface(self, feet):
        self.depth -= feet


class Depot:
    def __init__(self):
        self.stock = 0

    def supply(self, pallets):
        self.stock += pallets

    def ship(self, pallets):
        self.stock -= pallets

    def deliver(self, pallets):
        self.stock += pallets

    def dispatch(self, pallets):
        self.stock -= pallets

    def produce(self, pallets):
        self.stock += pallets

    def distribute(self, pallets):
        self.stock -= pallets


class Tram:
    def __init__(self):
        self.riders = 0

    def board(self, people):
        self.riders += people

    def disembark(self, people):
        self.riders -= people

    def admit(self, people):
        self.riders += people

    def alight(self, people):
        self.riders -= people

    def embark(self, people):
        self.riders += people

    def evacuate(self, people):
        self.riders -= people


class Odograph:
    def __init__(self):
        self.kilometers = 0

    def drive(self, stretch):
        self.kilometers += stretch

    def rewind(self, stretch):
        self.kilometers -= stretch

    def ride(self, stretch):
        self.kilometers += stretch

    def undo(self, stretch):
        self.kilometers -= stretch

    def sail(self, stretch):
        self.kilometers += stretch

    def go_back(self, stretch):
        self.kilometers -= stretch


class Officer:
    def __init__(self):
        self.rank = 1

    def promote(self, steps):
        self.rank += steps

    def demote(self, steps):
        self.rank -= steps

    def advance(self, steps):
        self.rank += steps

    def degrade(self, steps):
        self.rank -= steps

    def upgrade(self, steps):
        self.rank += steps

    def downgrade(self, steps):
        self.rank -= steps


class Wagon:
    def __init__(self):
        self.cargo = 0

    def load(self, crates):
        self.cargo += crates

    def unload(self, crates):
        self.cargo -= crates

    def pack(self, crates):
        self.cargo += crates

    def unpack(self, crates):
        self.cargo -= crates

    def heap(self, crates):
        self.cargo += crates

    def drop(self, crates):
        self.cargo -= crates


class Borrower:
    def __init__(self):
        self.debt = 0

    def borrow(self, sum):
        self.debt += sum

    def repay(self, sum):
        self.debt -= sum

    def owe(self, sum):
        self.debt += sum

    def settle(self, sum):
        self.debt -= sum

    def lend(self, sum):
        self.debt += sum

    def pay_off(self, sum):
        self.debt -= sum


class Quiz:
    def __init__(self):
        self.points = 0

    def reward(self, extra):
        self.points += extra

    def penalize(self, extra):
        self.points -= extra

    def award(self, extra):
        self.points += extra

    def fine(self, extra):
        self.points -= extra

    def grant(self, extra):
        self.points += extra

    def deduct(self, extra):
        self.points -= extra


class Speaker:
    def __init__(self):
        self.loudness = 5

    def amplify(self, notches):
        self.loudness += notches

    def soften(self, notches):
        self.loudness -= notches

    def intensify(self, notches):
        self.loudness += notches

    def lower(self, notches):
        self.loudness -= notches

    def boost(self, notches):
        self.loudness += notches

    def quieten(self, notches):
        self.loudness -= notches


class Jug:
    def __init__(self):
        self.contents = 0

    def fill(self, amount):
        self.contents += amount

    def pour(self, amount):
        self.contents -= amount

    def pour_in(self, amount):
        self.contents += amount

    def spill(self, amount):
        self.contents -= amount

    def refill(self, amount):
        self.contents += amount

    def sip(self, amount):
        self.contents -= amount


class Puppy:
    def __init__(self):
        self.hunger = 0

    def starve(self, bites):
        self.hunger += bites

    def feed(self, bites):
        self.hunger -= bites

    def crave(self, bites):
        self.hunger += bites

    def nourish(self, bites):
        self.hunger -= bites

    def want(self, bites):
        self.hunger += bites

    def sate(self, bites):
        self.hunger -= bites


class Village:
    def __init__(self):
        self.people = 10

    def grow(self, count):
        self.people += count

    def shrink(self, count):
        self.people -= count

    def settle(self, count):
        self.people += count

    def abandon(self, count):
        self.people -= count

    def thrive(self, count):
        self.people += count

    def leave(self, count):
        self.people -= count


class Clock:
    def __init__(self):
        self.minutes = 0

    def wait(self, more):
        self.minutes += more

    def skip(self, more):
        self.minutes -= more

    def delay(self, more):
        self.minutes += more

    def hurry(self, more):
        self.minutes -= more

    def postpone(self, more):
        self.minutes += more

    def shorten(self, more):
        self.minutes -= more
