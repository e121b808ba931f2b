class Garden:
    def __init__(self):
        self.height = 0
        self.water = 0
        self.fruits = 0

    def climb(self, meters):
        self.height += meters

    def descend(self, meters):
        self.height -= meters

    def rise(self, meters):
        self.height += meters

    def sink(self, meters):
        self.height -= meters

    def lift(self, meters):
        self.height += meters

    def drop(self, meters):
        self.height -= meters

    def refill(self, liters):
        self.water += liters

    def leak(self, liters):
        self.water -= liters

    def drink(self, liters):
        self.water -= liters

    def evaporate(self, liters):
        self.water -= liters

    def collect(self, count):
        self.fruits += count

    def harvest(self, count):
        self.fruits += count

    def eat(self, count):
        self.fruits -= count

    def give(self, count):
        self.fruits -= count

    def receive(self, count):
        self.fruits += count


class Screen:
    def __init__(self):
        self.light = 50
        self.width = 10
        self.heat = 0

    def brighten(self, step):
        self.light += step

    def dim(self, step):
        self.light -= step

    def darken(self, step):
        self.light -= step

    def boost(self, step):
        self.light += step

    def amplify(self, step):
        self.light += step

    def fade(self, step):
        self.light -= step

    def widen(self, size):
        self.width += size

    def narrow(self, size):
        self.width -= size

    def enlarge(self, size):
        self.width += size

    def expand(self, size):
        self.width += size

    def lengthen(self, size):
        self.width += size

    def cut(self, size):
        self.width -= size

    def trim(self, size):
        self.width -= size

    def inflate(self, size):
        self.width += size

    def deflate(self, size):
        self.width -= size


class Purse:
    def __init__(self, coins):
        self.coins = coins
        self.debt = 0

    def spend(self, amount):
        self.coins -= amount

    def save(self, amount):
        self.coins += amount

    def donate(self, amount):
        self.coins -= amount

    def collect(self, amount):
        self.coins += amount

    def top_up(self, amount):
        self.coins += amount

    def waste(self, amount):
        self.coins -= amount

    def award(self, amount):
        self.coins += amount

    def deduct(self, amount):
        self.coins -= amount

    def fine(self, amount):
        self.coins -= amount

    def borrow(self, amount):
        self.debt += amount

    def repay(self, amount):
        self.debt -= amount

    def add_funds(self, amount):
        self.coins += amount

    def remove_funds(self, amount):
        self.coins -= amount


class Wall:
    def __init__(self, bricks):
        self.bricks = bricks
        self.damage = 0

    def build(self, count):
        self.bricks += count

    def destroy(self, count):
        self.bricks -= count

    def wound(self, points):
        self.damage += points

    def repair(self, points):
        self.damage -= points

    def reinforce(self, count):
        self.bricks += count

    def wear(self, count):
        self.bricks -= count
