package labels

import "fmt"

type Stamp struct {
	Country string
	Value   int
}

func NewStamp(country string, value int) *Stamp {
	return &Stamp{Country: country, Value: value}
}

func (s Stamp) String() string {
	return fmt.Sprintf("%s (%d)", s.Country, s.Value)
}

func (s *Stamp) Rename(newCountry string) {
	s.Country = newCountry
}

type Pixel struct {
	Row    int
	Column int
}

func (p Pixel) String() string {
	return fmt.Sprintf("(%d, %d)", p.Row, p.Column)
}

type Tank struct {
	oil   int
	money int
}

func NewTank() *Tank {
	return &Tank{}
}

func (t *Tank) Refill(liters int) {
	t.oil += liters
}

func (t *Tank) Burn(liters int) {
	t.oil -= liters
}

func (t *Tank) Spend(sum int) {
	t.money -= sum
}

func (t *Tank) Earn(sum int) {
	t.money += sum
}

type Heap struct {
	papers []string
}

func NewHeap() *Heap {
	return &Heap{}
}

func (h *Heap) String() string {
	return fmt.Sprintf("%v", h.papers)
}

func smallest(values []int) int {
	best := values[0]
	for _, value := range values {
		if value < best {
			best = value
		}
	}
	return best
}

func biggest(values []int) int {
	best := values[0]
	for _, value := range values {
		if value > best {
			best = value
		}
	}
	return best
}

func maximum(scores []int) int {
	best := scores[0]
	for _, score := range scores {
		if score > best {
			best = score
		}
	}
	return best
}

func minimum(scores []int) int {
	best := scores[0]
	for _, score := range scores {
		if score < best {
			best = score
		}
	}
	return best
}

func maxScore(scores []int) int {
	best := scores[0]
	for _, score := range scores {
		if score > best {
			best = score
		}
	}
	return best
}

func minScore(scores []int) int {
	best := scores[0]
	for _, score := range scores {
		if score < best {
			best = score
		}
	}
	return best
}
