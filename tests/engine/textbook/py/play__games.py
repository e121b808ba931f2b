import random


class Knight:
    def __init__(self, title, strength=10):
        self.title = title
        self.strength = strength
        self.stamina = 50
        self.honor = 0
        self.asleep = False

    def increase_strength(self, amount):
        self.strength += amount

    def decrease_strength(self, amount):
        self.strength -= amount

    def decrease_stamina(self, effort):
        self.stamina -= effort

    def gain_honor(self, points):
        self.honor += points

    def lose_honor(self, points):
        self.honor -= points

    def tire(self, effort):
        self.stamina -= effort

    def recover(self, amount):
        self.stamina += amount

    def sleep(self):
        self.asleep = True

    def wake(self):
        self.asleep = False

    def is_tired(self):
        return self.stamina < 10

    def is_asleep(self):
        return self.asleep

    def get_title(self):
        return self.title

    def set_title(self, title):
        self.title = title


class Monster:
    def __init__(self, kind, life):
        self.kind = kind
        self.life = life
        self.armor = 5

    def take_damage(self, damage):
        self.life -= damage

    def hurt(self, points):
        self.life -= points

    def heal(self, amount):
        self.life += amount

    def strengthen(self, by):
        self.armor += by

    def weaken(self, by):
        self.armor -= by

    def is_alive(self):
        return self.life > 0

    def is_dead(self):
        return self.life <= 0

    def __str__(self):
        return f"{self.kind} ({self.life})"


class Team:
    def __init__(self, city):
        self.city = city
        self.players = []
        self.wins = 0
        self.losses = 0

    def sign(self, player):
        self.players.append(player)

    def drop(self, player):
        self.players.remove(player)

    def has_player(self, player):
        return player in self.players

    def player_count(self):
        return len(self.players)

    def win(self):
        self.wins += 1

    def lose(self):
        self.losses += 1

    def games_played(self):
        return self.wins + self.losses

    def is_full(self):
        return len(self.players) >= 11


class Dice:
    def __init__(self, sides=6):
        self.sides = sides
        self.value = 1

    def roll(self):
        self.value = random.randint(1, self.sides)
        return self.value

    def __repr__(self):
        return f"Dice({self.sides})"


class Robot:
    def __init__(self, x=0, y=0):
        self.x = x
        self.y = y
        self.energy = 100

    def move(self, dx, dy):
        self.x += dx
        self.y += dy

    def move_left(self, steps):
        self.x -= steps

    def move_right(self, steps):
        self.x += steps

    def advance(self, distance):
        self.y += distance

    def retreat(self, distance):
        self.y -= distance

    def use_energy(self, amount):
        self.energy -= amount

    def consume(self, amount):
        self.energy -= amount

    def recharge(self, amount):
        self.energy += amount

    def position(self):
        return self.x, self.y
