def greet(person):
    return f"Hello, {person}!"


def welcome(guest):
    print(f"Welcome, {guest}!")


def say_hello(person):
    print(f"Hello, {person}!")


def shout(text):
    return text.upper()


def whisper(text):
    return text.lower()


def reverse(text):
    return text[::-1]


def reverse_string(word):
    return word[::-1]


def is_palindrome(word):
    return word == word[::-1]


def count_words(text):
    return len(text.split())


def count_letters(word):
    return len(word)


def join_words(words):
    return " ".join(words)


def capitalize(word):
    return word.capitalize()


def starts_with(text, prefix):
    return text.startswith(prefix)


def count_vowels(text):
    count = 0
    for letter in text:
        if letter in "aeiou":
            count += 1
    return count


def repeat(text, times):
    return text * times


def read_file(path):
    with open(path) as file:
        return file.read()


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)


def read_lines(path):
    with open(path) as file:
        return file.readlines()


class Person:
    def __init__(self, first, last, age):
        self.first = first
        self.last = last
        self.age = age

    def full_name(self):
        return f"{self.first} {self.last}"

    def birthday(self):
        self.age += 1

    def is_adult(self):
        return self.age >= 18

    def introduce(self):
        print(f"Hello, I am {self.first}")

    def older_than(self, other):
        return self.age > other.age

    def to_dict(self):
        return {"first": self.first, "last": self.last, "age": self.age}

    def __str__(self):
        return f"{self.first} {self.last}"


class Student:
    def __init__(self, first, grade):
        self.first = first
        self.grade = grade
        self.marks = []

    def add_mark(self, mark):
        self.marks.append(mark)

    def average(self):
        return sum(self.marks) / len(self.marks)

    def best(self):
        return max(self.marks)

    def promote(self):
        self.grade += 1

    def rename(self, first):
        self.first = first

    @property
    def passed(self):
        return self.average() >= 50
