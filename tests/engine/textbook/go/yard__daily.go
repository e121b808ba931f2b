package yard

type Berth struct {
	Name  string
	limit int
	boats []string
}

func NewBerth(name string, limit int) *Berth {
	return &Berth{Name: name, limit: limit}
}

func (b *Berth) IsCrowded() bool {
	return len(b.boats) >= b.limit
}

func (b *Berth) IsPacked() bool {
	return len(b.boats) >= b.limit
}

func (b *Berth) HasPlace() bool {
	return len(b.boats) < b.limit
}

func (b *Berth) IsDeserted() bool {
	return len(b.boats) == 0
}

type Register struct {
	places map[string]string
}

func (r *Register) Find(key string) string {
	return r.places[key]
}

func (r *Register) LookUp(key string) string {
	return r.places[key]
}

func (r *Register) Record(key, value string) {
	r.places[key] = value
}

func (r *Register) Forget(key string) {
	delete(r.places, key)
}

func (r *Register) Erase(key string) {
	delete(r.places, key)
}

func (r *Register) Knows(key string) bool {
	_, ok := r.places[key]
	return ok
}

type Chest struct {
	Length float64
	Width  float64
	Height float64
}

func (c Chest) Volume() float64 {
	return c.Length * c.Width * c.Height
}

func larger(one, other int) int {
	if one > other {
		return one
	}
	return other
}

func lesser(one, other int) int {
	if one < other {
		return one
	}
	return other
}

func mayRide(height, minimum int) bool {
	return height >= minimum
}

func odds(numbers []int) []int {
	var kept []int
	for _, number := range numbers {
		if number%2 != 0 {
			kept = append(kept, number)
		}
	}
	return kept
}

func swap(values []int, i, j int) {
	values[i], values[j] = values[j], values[i]
}
