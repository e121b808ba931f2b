def add(first, second):
    return first + second


def plus(one, two):
    return one + two


def subtract(first, second):
    return first - second


def minus(one, two):
    return one - two


def difference(p, q):
    return p - q


def multiply(first, second):
    return first * second


def times(one, two):
    return one * two


def product_of(p, q):
    return p * q


def divide(first, second):
    return first / second


def quotient(p, q):
    return p / q


def remainder(p, q):
    return p % q


def modulo(one, two):
    return one % two


def power(base, exponent):
    return base ** exponent


def square(value):
    return value * value


def cube(value):
    return value ** 3


def double(value):
    return value * 2


def half(value):
    return value / 2


def negate(value):
    return -value


def is_even(number):
    return number % 2 == 0


def is_odd(number):
    return number % 2 == 1


def is_positive(number):
    return number > 0


def is_negative(number):
    return number < 0


def is_divisible(number, divisor):
    return number % divisor == 0


def bigger(p, q):
    return p if p > q else q


def maximum_of_two(first, second):
    if first > second:
        return first
    return second


def smaller(p, q):
    return p if p < q else q


def factorial(number):
    if number <= 1:
        return 1
    return number * factorial(number - 1)


def factorial_loop(number):
    result = 1
    for i in range(1, number + 1):
        result *= i
    return result


def fibonacci(number):
    if number <= 1:
        return number
    return fibonacci(number - 1) + fibonacci(number - 2)


def sum_list(values):
    return sum(values)


def total_of(prices):
    return sum(prices)


def add_all(values):
    total = 0
    for value in values:
        total += value
    return total


def sum_of_costs(costs):
    total = 0
    for cost in costs:
        total += cost
    return total


def product(values):
    result = 1
    for value in values:
        result *= value
    return result


def average(marks):
    return sum(marks) / len(marks)


def mean_of(samples):
    return sum(samples) / len(samples)


def largest(values):
    return max(values)


def highest(marks):
    return max(marks)


def smallest(values):
    return min(values)


def lowest_of(marks):
    return min(marks)


def find_largest(values):
    best = values[0]
    for value in values:
        if value > best:
            best = value
    return best


def find_smallest(values):
    best = values[0]
    for value in values:
        if value < best:
            best = value
    return best


def count_even(values):
    count = 0
    for value in values:
        if value % 2 == 0:
            count += 1
    return count


def count_of(values, wanted):
    count = 0
    for value in values:
        if value == wanted:
            count += 1
    return count


def only_even(values):
    return [value for value in values if value % 2 == 0]


def filter_positive(values):
    return [value for value in values if value > 0]


def squares(values):
    return [value * value for value in values]


def doubled(values):
    return [value * 2 for value in values]


def celsius_to_fahrenheit(celsius):
    return celsius * 9 / 5 + 32


def fahrenheit_to_celsius(fahrenheit):
    return (fahrenheit - 32) * 5 / 9


def is_prime(number):
    if number < 2:
        return False
    for i in range(2, number):
        if number % i == 0:
            return False
    return True


def gcd(p, q):
    while q:
        p, q = q, p % q
    return p


def absolute(number):
    if number < 0:
        return -number
    return number


def clamp(value, low, high):
    return max(low, min(value, high))


# return the sum of both numbers
def combine(left, right):
    return left + right


# return the product of both numbers
def mix(left, right):
    return left * right


# return the difference between the numbers
def gap(left, right):
    return left - right
