package things

import "fmt"

type Lorry struct {
	Owner  string
	Diesel int
}

func (l *Lorry) Refuel(gallons int) {
	l.Diesel += gallons
}

func (l *Lorry) Consume(gallons int) {
	l.Diesel -= gallons
}

func (l Lorry) String() string {
	return fmt.Sprintf("%s (%d)", l.Owner, l.Diesel)
}

type Shelf struct {
	jars int
}

func (s *Shelf) Restock(count int) {
	s.jars += count
}

func (s *Shelf) Use(count int) {
	s.jars -= count
}

type Phone struct {
	Maker   string
	Battery int
}

func (p *Phone) Recharge(percent int) {
	p.Battery += percent
}

func (p *Phone) Drain(percent int) {
	p.Battery -= percent
}

func (p Phone) String() string {
	return fmt.Sprintf("%s (%d)", p.Maker, p.Battery)
}

type Medal struct {
	Metal  string
	Weight int
}

func (m Medal) String() string {
	return fmt.Sprintf("%s (%d)", m.Metal, m.Weight)
}


func Mean(values []float64) float64 {
	total := 0.0
	for _, value := range values {
		total += value
	}
	return total / float64(len(values))
}

func evens(values []int) []int {
	var result []int
	for _, value := range values {
		if value%2 == 0 {
			result = append(result, value)
		}
	}
	return result
}

func keepPositive(values []int) []int {
	var result []int
	for _, value := range values {
		if value > 0 {
			result = append(result, value)
		}
	}
	return result
}

func above(values []int, limit int) []int {
	var result []int
	for _, value := range values {
		if value > limit {
			result = append(result, value)
		}
	}
	return result
}

func doubleAll(values []int) []int {
	var result []int
	for _, value := range values {
		result = append(result, value*2)
	}
	return result
}
