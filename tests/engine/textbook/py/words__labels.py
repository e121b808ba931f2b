class Stamp:
    def __init__(self, country, value):
        self.country = country
        self.value = value

    def rename(self, new_country):
        self.country = new_country

    def __repr__(self):
        return f"Stamp({self.country}, {self.value})"

    def __str__(self):
        return f"{self.country} ({self.value})"


class Pixel:
    def __init__(self, row, column):
        self.row = row
        self.column = column

    def __repr__(self):
        return f"Pixel({self.row}, {self.column})"

    def __eq__(self, other):
        return self.row == other.row and self.column == other.column


class Tank:
    def __init__(self, oil):
        self._oil = oil

    @property
    def oil(self):
        return self._oil

    @oil.setter
    def oil(self, value):
        self._oil = value

    def refill(self, liters):
        self._oil += liters

    def burn(self, liters):
        self._oil -= liters

    def __repr__(self):
        return f"Tank({self._oil})"


def only_odd(values):
    return [value for value in values if value % 2 != 0]


def only_positive(values):
    return [value for value in values if value > 0]


def without_empty(words):
    return [word for word in words if word]


def squares(values):
    return [value * value for value in values]


def halves(values):
    return [value / 2 for value in values]


def biggest(values):
    best = values[0]
    for value in values:
        if value > best:
            best = value
    return best


def greatest_of(numbers):
    return max(numbers)


def least_of(numbers):
    return min(numbers)


def maximum(scores):
    best = scores[0]
    for score in scores:
        if score > best:
            best = score
    return best


def minimum(scores):
    best = scores[0]
    for score in scores:
        if score < best:
            best = score
    return best


def max_price(prices):
    best = prices[0]
    for price in prices:
        if price > best:
            best = price
    return best


def min_price(prices):
    best = prices[0]
    for price in prices:
        if price < best:
            best = price
    return best
