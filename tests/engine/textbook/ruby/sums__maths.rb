def add(first, second)
  first + second
end

def subtract(first, second)
  first - second
end

def multiply(first, second)
  first * second
end

def divide(first, second)
  first / second
end

def square(value)
  value * value
end

def double(value)
  value * 2
end

def even?(number)
  number % 2 == 0
end

def factorial(number)
  return 1 if number <= 1
  number * factorial(number - 1)
end

def fibonacci(number)
  return number if number <= 1
  fibonacci(number - 1) + fibonacci(number - 2)
end

def sum(values)
  values.sum
end

def total(costs)
  total = 0
  costs.each do |cost|
    total += cost
  end
  total
end

def sum_of(values)
  sum = 0
  values.each do |value|
    sum += value
  end
  sum
end

def average(marks)
  marks.sum / marks.size
end

def mean(samples)
  samples.sum / samples.size
end

def largest(values)
  values.max
end

def highest(marks)
  marks.max
end

def smallest(values)
  values.min
end

def only_even(values)
  values.select { |value| value.even? }
end

def squares(values)
  values.map { |value| value * value }
end

def greet(person)
  puts "Hello, #{person}!"
end

def hello(person)
  "Hello, #{person}!"
end

def welcome(guest)
  puts "Welcome, #{guest}!"
end

def shout(text)
  text.upcase
end

def reverse(text)
  text.reverse
end

# returns the sum of both numbers
def combine(left, right)
  left + right
end
