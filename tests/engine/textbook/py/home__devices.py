class Radio:
    def __init__(self, station):
        self.station = station
        self.loudness = 10
        self.playing = False

    def turn_up(self, by):
        self.loudness += by

    def turn_down(self, by):
        self.loudness -= by

    def turn_on(self):
        self.playing = True

    def turn_off(self):
        self.playing = False

    def toggle(self):
        self.playing = not self.playing

    def mute(self):
        self.loudness = 0

    def tune(self, station):
        self.station = station

    def change_station(self, new_station):
        self.station = new_station

    def is_playing(self):
        return self.playing


class Heater:
    def __init__(self):
        self.degrees = 18
        self.active = False

    def warm(self, step):
        self.degrees += step

    def heat(self, step):
        self.degrees += step

    def cool(self, step):
        self.degrees -= step

    def lower(self, step):
        self.degrees -= step

    def raise_degrees(self, step):
        self.degrees += step

    def activate(self):
        self.active = True

    def deactivate(self):
        self.active = False

    def flip(self):
        self.active = not self.active

    def set_degrees(self, degrees):
        self.degrees = degrees

    def reset(self):
        self.degrees = 18


class Bucket:
    def __init__(self, capacity):
        self.capacity = capacity
        self.level = 0

    def fill(self, liters):
        self.level += liters

    def pour(self, liters):
        self.level -= liters

    def drain(self, liters):
        self.level -= liters

    def empty(self):
        self.level = 0

    def is_full(self):
        return self.level >= self.capacity

    def is_empty(self):
        return self.level == 0

    def remaining(self):
        return self.capacity - self.level

    def percentage(self):
        return self.level / self.capacity * 100


class Truck:
    def __init__(self, brand, tonnes):
        self.brand = brand
        self.tonnes = tonnes
        self.pace = 0
        self.miles = 0
        self.locked = True

    def load(self, weight):
        self.tonnes += weight

    def unload(self, weight):
        self.tonnes -= weight

    def accelerate(self, amount):
        self.pace += amount

    def brake(self, amount):
        self.pace -= amount

    def slow_down(self, amount):
        self.pace -= amount

    def speed_up(self, amount):
        self.pace += amount

    def stop(self):
        self.pace = 0

    def drive(self, distance):
        self.miles += distance

    def lock(self):
        self.locked = True

    def unlock(self):
        self.locked = False

    def is_moving(self):
        return self.pace > 0

    def __repr__(self):
        return f"Truck({self.brand}, {self.tonnes})"


class Timer:
    def __init__(self, seconds):
        self.seconds = seconds
        self.running = False
        self.laps = []

    def start(self):
        self.running = True

    def pause(self):
        self.running = False

    def tick(self):
        self.seconds += 1

    def extend(self, seconds):
        self.seconds += seconds

    def shorten(self, seconds):
        self.seconds -= seconds

    def add_lap(self, lap):
        self.laps.append(lap)

    def last_lap(self):
        return self.laps[-1]

    def fastest_lap(self):
        return min(self.laps)

    def slowest_lap(self):
        return max(self.laps)

    def average_lap(self):
        return sum(self.laps) / len(self.laps)
