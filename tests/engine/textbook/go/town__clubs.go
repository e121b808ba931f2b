package town

import "math"

type Singer struct {
	ID   int
	Name string
}

type Choir struct {
	singers  []Singer
	capacity int
}

func (c *Choir) Hire(singer Singer) {
	c.singers = append(c.singers, singer)
}

func (c *Choir) Enroll(singer Singer) {
	c.singers = append(c.singers, singer)
}

func (c *Choir) Join(singer Singer) {
	c.singers = append(c.singers, singer)
}

func (c *Choir) AddAll(newcomers []Singer) {
	c.singers = append(c.singers, newcomers...)
}

func (c *Choir) HireAll(people []Singer) {
	c.singers = append(c.singers, people...)
}

func (c *Choir) IsFull() bool {
	return len(c.singers) >= c.capacity
}

func (c *Choir) HasRoom() bool {
	return len(c.singers) < c.capacity
}

func (c *Choir) FreePlaces() int {
	return c.capacity - len(c.singers)
}

func (c *Choir) FindByID(id int) *Singer {
	for i := range c.singers {
		if c.singers[i].ID == id {
			return &c.singers[i]
		}
	}
	return nil
}

type Entry struct {
	Price    float64
	Quantity int
}

type Bill struct {
	entries []Entry
}

func (b *Bill) Total() float64 {
	total := 0.0
	for _, entry := range b.entries {
		total += entry.Price
	}
	return total
}

type Depot struct {
	supplies map[string]int
}

func NewDepot() *Depot {
	return &Depot{supplies: make(map[string]int)}
}

func (d *Depot) Add(part string, count int) {
	d.supplies[part] += count
}

func (d *Depot) Count(part string) int {
	return d.supplies[part]
}

func (d *Depot) Has(part string) bool {
	_, ok := d.supplies[part]
	return ok
}

type Wallet struct {
	cents int
}

func (w *Wallet) Spend(amount int) bool {
	if amount > w.cents {
		return false
	}
	w.cents -= amount
	return true
}

func (w *Wallet) Withdraw(amount int) bool {
	if amount > w.cents {
		return false
	}
	w.cents -= amount
	return true
}

func (w *Wallet) CanAfford(price int) bool {
	return w.cents >= price
}

type Magazine struct {
	copies int
}

func (m *Magazine) IsAvailable() bool {
	return m.copies > 0
}

type Ball struct {
	radius float64
}

func (b Ball) Area() float64 {
	return math.Pi * b.radius * b.radius
}

func (b Ball) Circumference() float64 {
	return 2 * math.Pi * b.radius
}

func CircleArea(radius float64) float64 {
	return math.Pi * radius * radius
}

func CelsiusToFahrenheit(celsius float64) float64 {
	return celsius*9/5 + 32
}

func FahrenheitToCelsius(fahrenheit float64) float64 {
	return (fahrenheit - 32) * 5 / 9
}

type Diver struct {
	depths []float64
}

func (d *Diver) Average() float64 {
	sum := 0.0
	for _, depth := range d.depths {
		sum += depth
	}
	return sum / float64(len(d.depths))
}

func (d *Diver) Total() float64 {
	total := 0.0
	for _, depth := range d.depths {
		total += depth
	}
	return total
}

func (d *Diver) Highest() float64 {
	highest := d.depths[0]
	for _, depth := range d.depths {
		if depth > highest {
			highest = depth
		}
	}
	return highest
}

func MinutesToSeconds(minutes float64) float64 {
	return minutes * 60
}

func SecondsToMinutes(seconds float64) float64 {
	return seconds / 60
}

func MetersToKilometers(meters float64) float64 {
	return meters / 1000
}

type Names struct {
	known map[string]bool
}

func (n *Names) Add(name string) {
	n.known[name] = true
}

func (n *Names) Has(name string) bool {
	return n.known[name]
}

func (n *Names) Remove(name string) {
	delete(n.known, name)
}
