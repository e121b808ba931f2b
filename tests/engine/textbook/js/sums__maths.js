function add(first, second) {
  return first + second;
}

function subtract(first, second) {
  return first - second;
}

function multiply(first, second) {
  return first * second;
}

function divide(first, second) {
  return first / second;
}

function remainder(p, q) {
  return p % q;
}

function square(value) {
  return value * value;
}

function double(value) {
  return value * 2;
}

function isEven(number) {
  return number % 2 === 0;
}

function isOdd(number) {
  return number % 2 !== 0;
}

function factorial(number) {
  if (number <= 1) {
    return 1;
  }
  return number * factorial(number - 1);
}

function fibonacci(number) {
  if (number <= 1) {
    return number;
  }
  return fibonacci(number - 1) + fibonacci(number - 2);
}

function sumAll(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

function sum(values) {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

function totalOf(costs) {
  let total = 0;
  for (const cost of costs) {
    total += cost;
  }
  return total;
}

function product(values) {
  let result = 1;
  for (const value of values) {
    result *= value;
  }
  return result;
}

function average(marks) {
  return marks.reduce((sum, mark) => sum + mark, 0) / marks.length;
}

function max(values) {
  return Math.max(...values);
}

function largest(values) {
  return Math.max(...values);
}

function smallest(values) {
  return Math.min(...values);
}

function findLargest(values) {
  let best = values[0];
  for (const value of values) {
    if (value > best) {
      best = value;
    }
  }
  return best;
}

function onlyEven(values) {
  return values.filter((value) => value % 2 === 0);
}

function filterPositive(values) {
  return values.filter((value) => value > 0);
}

function squares(values) {
  return values.map((value) => value * value);
}

function doubled(values) {
  return values.map((value) => value * 2);
}

function greet(person) {
  return `Hello, ${person}!`;
}

function sayHello(person) {
  console.log(`Hello, ${person}!`);
}

function welcome(guest) {
  console.log(`Welcome, ${guest}!`);
}

function capitalize(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function reverse(text) {
  return text.split('').reverse().join('');
}

function shout(text) {
  return text.toUpperCase();
}

const plus = (one, two) => one + two;
const minus = (one, two) => one - two;
const times = (one, two) => {
  return one * two;
};
const negate = (value) => {
  return -value;
};

// returns the sum of both numbers
function combine(left, right) {
  return left + right;
}

// returns the product of both numbers
function mix(left, right) {
  return left * right;
}

module.exports = { add, subtract, multiply, divide };
