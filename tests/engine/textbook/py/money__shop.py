class Till:
    def __init__(self, owner, amount=0):
        self.owner = owner
        self.amount = amount
        self.receipts = []

    def deposit(self, sum):
        self.amount += sum

    def credit(self, value):
        self.amount += value

    def debit(self, value):
        self.amount -= value

    def withdraw(self, sum):
        if sum > self.amount:
            raise ValueError("not enough money")
        self.amount -= sum

    def pay(self, price):
        self.amount -= price

    def earn(self, wage):
        self.amount += wage

    def save_receipt(self, receipt):
        self.receipts.append(receipt)

    def get_amount(self):
        return self.amount

    def is_broke(self):
        return self.amount == 0

    def transfer(self, sum, other):
        self.withdraw(sum)
        other.deposit(sum)


class Article:
    def __init__(self, label, cost, stock):
        self.label = label
        self.cost = cost
        self.stock = stock

    def restock(self, units):
        self.stock += units

    def sell(self, units):
        self.stock -= units

    def discount(self, percent):
        self.cost *= 1 - percent / 100

    def raise_cost(self, amount):
        self.cost += amount

    def reduce_cost(self, amount):
        self.cost -= amount

    def in_stock(self):
        return self.stock > 0

    def relabel(self, label):
        self.label = label

    def value(self):
        return self.cost * self.stock

    def __eq__(self, other):
        return self.label == other.label and self.cost == other.cost


class Basket:
    def __init__(self):
        self.articles = []

    def add(self, article):
        self.articles.append(article)

    def remove(self, article):
        self.articles.remove(article)

    def total(self):
        return sum(article.cost for article in self.articles)

    def clear(self):
        self.articles.clear()

    def count(self):
        return len(self.articles)

    def is_empty(self):
        return len(self.articles) == 0

    def cheapest(self):
        return min(self.articles, key=lambda article: article.cost)

    def find(self, label):
        for article in self.articles:
            if article.label == label:
                return article
        return None


class Invoice:
    def __init__(self, number, lines, tax):
        self.number = number
        self.lines = lines
        self.tax = tax
        self.paid = False

    def mark_paid(self):
        self.paid = True

    def net(self):
        total = 0
        for line in self.lines:
            total += line.price
        return total

    def gross(self):
        return self.net() * (1 + self.tax)
