class Cargo:
    def __init__(self):
        self.weight = 0

    def add(self, kilos):
        self.weight += kilos

    def subtract(self, kilos):
        self.weight -= kilos

    def gain(self, kilos):
        self.weight += kilos

    def shed(self, kilos):
        self.weight -= kilos

    def increase(self, kilos):
        self.weight += kilos

    def decrease(self, kilos):
        self.weight -= kilos


class Shelter:
    def __init__(self):
        self.animals = []

    def adopt(self, animal):
        self.animals.append(animal)

    def release(self, animal):
        self.animals.remove(animal)

    def accept(self, animal):
        self.animals.append(animal)

    def surrender(self, animal):
        self.animals.remove(animal)

    def house(self, animal):
        self.animals.append(animal)

    def free(self, animal):
        self.animals.remove(animal)


class Garage:
    def __init__(self):
        self.scooters = []

    def park(self, scooter):
        self.scooters.append(scooter)

    def unpark(self, scooter):
        self.scooters.remove(scooter)

    def shelter(self, scooter):
        self.scooters.append(scooter)

    def fetch(self, scooter):
        self.scooters.remove(scooter)

    def lock_up(self, scooter):
        self.scooters.append(scooter)

    def release(self, scooter):
        self.scooters.remove(scooter)


class Feast:
    def __init__(self):
        self.visitors = []

    def invite(self, visitor):
        self.visitors.append(visitor)

    def uninvite(self, visitor):
        self.visitors.remove(visitor)

    def welcome(self, visitor):
        self.visitors.append(visitor)

    def dismiss(self, visitor):
        self.visitors.remove(visitor)

    def seat(self, visitor):
        self.visitors.append(visitor)

    def send_home(self, visitor):
        self.visitors.remove(visitor)


class Letter:
    def __init__(self):
        self.readers = []

    def subscribe(self, reader):
        self.readers.append(reader)

    def unsubscribe(self, reader):
        self.readers.remove(reader)

    def sign_up(self, reader):
        self.readers.append(reader)

    def sign_off(self, reader):
        self.readers.remove(reader)

    def enroll(self, reader):
        self.readers.append(reader)

    def drop(self, reader):
        self.readers.remove(reader)


class Profile:
    def __init__(self):
        self.friends = []

    def follow(self, friend):
        self.friends.append(friend)

    def unfollow(self, friend):
        self.friends.remove(friend)

    def befriend(self, friend):
        self.friends.append(friend)

    def unfriend(self, friend):
        self.friends.remove(friend)

    def like(self, friend):
        self.friends.append(friend)

    def block(self, friend):
        self.friends.remove(friend)


class Hostel:
    def __init__(self):
        self.lodgers = []

    def check_in(self, lodger):
        self.lodgers.append(lodger)

    def check_out(self, lodger):
        self.lodgers.remove(lodger)

    def lodge(self, lodger):
        self.lodgers.append(lodger)

    def evict(self, lodger):
        self.lodgers.remove(lodger)

    def admit(self, lodger):
        self.lodgers.append(lodger)

    def expel(self, lodger):
        self.lodgers.remove(lodger)


class Device:
    def __init__(self):
        self.cables = []

    def connect(self, cable):
        self.cables.append(cable)

    def disconnect(self, cable):
        self.cables.remove(cable)

    def attach(self, cable):
        self.cables.append(cable)

    def detach(self, cable):
        self.cables.remove(cable)

    def plug(self, cable):
        self.cables.append(cable)

    def unplug(self, cable):
        self.cables.remove(cable)


class Journal:
    def __init__(self):
        self.essays = []

    def publish(self, essay):
        self.essays.append(essay)

    def retract(self, essay):
        self.essays.remove(essay)

    def post(self, essay):
        self.essays.append(essay)

    def withdraw(self, essay):
        self.essays.remove(essay)

    def append(self, essay):
        self.essays.append(essay)

    def unpublish(self, essay):
        self.essays.remove(essay)


class Page:
    def __init__(self):
        self.labels = []

    def tag(self, label):
        self.labels.append(label)

    def untag(self, label):
        self.labels.remove(label)

    def pin(self, label):
        self.labels.append(label)

    def unpin(self, label):
        self.labels.remove(label)

    def stick(self, label):
        self.labels.append(label)

    def peel(self, label):
        self.labels.remove(label)


class Ferry:
    def __init__(self):
        self.trucks = []

    def board(self, truck):
        self.trucks.append(truck)

    def unload(self, truck):
        self.trucks.remove(truck)

    def load(self, truck):
        self.trucks.append(truck)

    def disembark(self, truck):
        self.trucks.remove(truck)

    def embark(self, truck):
        self.trucks.append(truck)

    def discharge(self, truck):
        self.trucks.remove(truck)


class Army:
    def __init__(self):
        self.soldiers = []

    def enlist(self, soldier):
        self.soldiers.append(soldier)

    def discharge(self, soldier):
        self.soldiers.remove(soldier)

    def recruit(self, soldier):
        self.soldiers.append(soldier)

    def dismiss(self, soldier):
        self.soldiers.remove(soldier)

    def draft(self, soldier):
        self.soldiers.append(soldier)

    def lose(self, soldier):
        self.soldiers.remove(soldier)


class Catalog:
    def __init__(self):
        self.records = []

    def log(self, record):
        self.records.append(record)

    def delete(self, record):
        self.records.remove(record)

    def store(self, record):
        self.records.append(record)

    def erase(self, record):
        self.records.remove(record)

    def save(self, record):
        self.records.append(record)

    def discard(self, record):
        self.records.remove(record)


class Agenda:
    def __init__(self):
        self.topics = []

    def propose(self, topic):
        self.topics.append(topic)

    def reject(self, topic):
        self.topics.remove(topic)

    def suggest(self, topic):
        self.topics.append(topic)

    def skip(self, topic):
        self.topics.remove(topic)

    def note(self, topic):
        self.topics.append(topic)

    def strike(self, topic):
        self.topics.remove(topic)
