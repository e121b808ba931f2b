class Pile:
    def __init__(self):
        self.papers = []

    def push(self, paper):
        self.papers.append(paper)

    def pop(self):
        return self.papers.pop()

    def peek(self):
        return self.papers[-1]

    def top(self):
        return self.papers[-1]

    def is_empty(self):
        return len(self.papers) == 0

    def size(self):
        return len(self.papers)

    def __len__(self):
        return len(self.papers)

    def clear(self):
        self.papers = []


class Line:
    def __init__(self):
        self.people = []

    def enqueue(self, person):
        self.people.append(person)

    def dequeue(self):
        return self.people.pop(0)

    def front(self):
        return self.people[0]

    def first(self):
        return self.people[0]

    def last(self):
        return self.people[-1]

    def length(self):
        return len(self.people)

    def contains(self, person):
        return person in self.people

    def __contains__(self, person):
        return person in self.people

    def __iter__(self):
        return iter(self.people)


class Memory:
    def __init__(self):
        self.cells = {}

    def put(self, key, value):
        self.cells[key] = value

    def set(self, key, value):
        self.cells[key] = value

    def get(self, key):
        return self.cells.get(key)

    def lookup(self, key):
        return self.cells[key]

    def has(self, key):
        return key in self.cells

    def delete(self, key):
        del self.cells[key]

    def keys(self):
        return list(self.cells.keys())

    def __getitem__(self, key):
        return self.cells[key]

    def __setitem__(self, key, value):
        self.cells[key] = value


class Shelf:
    def __init__(self, owner):
        self.owner = owner
        self.volumes = []
        self.visited = set()

    def insert(self, volume):
        self.volumes.append(volume)

    def store(self, volume):
        self.volumes.append(volume)

    def register(self, volume):
        self.volumes.append(volume)

    def discard(self, volume):
        self.volumes.remove(volume)

    def visit(self, place):
        self.visited.add(place)

    def sort(self):
        self.volumes.sort()

    def reverse(self):
        self.volumes.reverse()

    def how_many(self):
        return len(self.volumes)

    def is_known(self, volume):
        return volume in self.volumes

    def show(self):
        for volume in self.volumes:
            print(volume)


class Diary:
    def __init__(self, author):
        self.author = author
        self.pages = []
        self.notes = {}

    def write(self, page):
        self.pages.append(page)

    def tear_out(self, page):
        self.pages.remove(page)

    def add_note(self, day, note):
        self.notes[day] = note

    def get_note(self, day):
        return self.notes.get(day)

    def number_of_pages(self):
        return len(self.pages)
