package maths

import (
	"fmt"
	"math"
)

func Add(first, second int) int {
	return first + second
}

func Subtract(first, second int) int {
	return first - second
}

func Multiply(first, second int) int {
	return first * second
}

func Divide(first, second float64) float64 {
	return first / second
}

func Square(value int) int {
	return value * value
}

func Double(value int) int {
	return value * 2
}

func IsEven(number int) bool {
	return number%2 == 0
}

func Max(p, q int) int {
	if p > q {
		return p
	}
	return q
}

func Min(p, q int) int {
	if p < q {
		return p
	}
	return q
}

func Abs(number int) int {
	if number < 0 {
		return -number
	}
	return number
}

func Factorial(number int) int {
	if number <= 1 {
		return 1
	}
	return number * Factorial(number-1)
}

func Fibonacci(number int) int {
	if number <= 1 {
		return number
	}
	return Fibonacci(number-1) + Fibonacci(number-2)
}

func Sum(numbers []int) int {
	total := 0
	for _, number := range numbers {
		total += number
	}
	return total
}

func Total(costs []float64) float64 {
	total := 0.0
	for _, cost := range costs {
		total += cost
	}
	return total
}

func Average(marks []float64) float64 {
	sum := 0.0
	for _, mark := range marks {
		sum += mark
	}
	return sum / float64(len(marks))
}

func Largest(numbers []int) int {
	best := numbers[0]
	for _, number := range numbers {
		if number > best {
			best = number
		}
	}
	return best
}

func Contains(words []string, wanted string) bool {
	for _, word := range words {
		if word == wanted {
			return true
		}
	}
	return false
}

func Greet(person string) string {
	return "Hello, " + person + "!"
}

func Welcome(guest string) {
	fmt.Printf("Welcome, %s!\n", guest)
}

type Rectangle struct {
	base, height float64
}

func (r Rectangle) Area() float64 {
	return r.base * r.height
}

func (r Rectangle) Perimeter() float64 {
	return 2 * (r.base + r.height)
}

func (r *Rectangle) Scale(factor float64) {
	r.base *= factor
	r.height *= factor
}

type Circle struct {
	radius float64
}

func (c Circle) Area() float64 {
	return math.Pi * c.radius * c.radius
}

func (c *Circle) Grow(by float64) {
	c.radius += by
}

func (c *Circle) Shrink(by float64) {
	c.radius -= by
}

type Square struct {
	side float64
}

func (s Square) Area() float64 {
	return s.side * s.side
}

func (s Square) Perimeter() float64 {
	return 4 * s.side
}
