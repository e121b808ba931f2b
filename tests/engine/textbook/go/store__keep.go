package keep

import "errors"

type Pile struct {
	papers []string
}

func NewPile() *Pile {
	return &Pile{}
}

func (p *Pile) Push(paper string) {
	p.papers = append(p.papers, paper)
}

func (p *Pile) Pop() string {
	last := p.papers[len(p.papers)-1]
	p.papers = p.papers[:len(p.papers)-1]
	return last
}

func (p *Pile) Peek() string {
	return p.papers[len(p.papers)-1]
}

func (p *Pile) IsEmpty() bool {
	return len(p.papers) == 0
}

func (p *Pile) Size() int {
	return len(p.papers)
}

func (p *Pile) Len() int {
	return len(p.papers)
}

func (p *Pile) Clear() {
	p.papers = nil
}

type Line struct {
	people []string
}

func (l *Line) Enqueue(person string) {
	l.people = append(l.people, person)
}

func (l *Line) Add(person string) {
	l.people = append(l.people, person)
}

func (l *Line) AddPerson(person string) {
	l.people = append(l.people, person)
}

func (l *Line) Front() string {
	return l.people[0]
}

func (l *Line) Count() int {
	return len(l.people)
}

func (l *Line) Contains(person string) bool {
	for _, other := range l.people {
		if other == person {
			return true
		}
	}
	return false
}

type Memory struct {
	cells map[string]int
}

func NewMemory() *Memory {
	return &Memory{cells: make(map[string]int)}
}

func (m *Memory) Set(key string, value int) {
	m.cells[key] = value
}

func (m *Memory) Put(key string, value int) {
	m.cells[key] = value
}

func (m *Memory) Get(key string) int {
	return m.cells[key]
}

func (m *Memory) Has(key string) bool {
	_, ok := m.cells[key]
	return ok
}

func (m *Memory) Delete(key string) {
	delete(m.cells, key)
}

func (m *Memory) Count() int {
	return len(m.cells)
}

type Till struct {
	owner  string
	amount float64
	open   bool
}

func (t *Till) Deposit(sum float64) {
	t.amount += sum
}

func (t *Till) Withdraw(sum float64) error {
	if sum > t.amount {
		return errors.New("not enough money")
	}
	t.amount -= sum
	return nil
}

func (t *Till) Pay(price float64) {
	t.amount -= price
}

func (t *Till) Toggle() {
	t.open = !t.open
}

func (t *Till) Amount() float64 {
	return t.amount
}
