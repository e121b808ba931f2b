package games

import "fmt"

type Knight struct {
	title    string
	strength int
	honor    int
	asleep   bool
}

func NewKnight(title string, strength int) *Knight {
	return &Knight{title: title, strength: strength}
}

func (k *Knight) IncreaseStrength(amount int) {
	k.strength += amount
}

func (k *Knight) DecreaseStrength(amount int) {
	k.strength -= amount
}

func (k *Knight) Strength() int {
	return k.strength
}

func (k *Knight) Honor() int {
	return k.honor
}

func (k *Knight) GainHonor(points int) {
	k.honor += points
}

func (k *Knight) LoseHonor(points int) {
	k.honor -= points
}

func (k *Knight) Sleep() {
	k.asleep = true
}

func (k *Knight) Wake() {
	k.asleep = false
}

func (k *Knight) IsAsleep() bool {
	return k.asleep
}

func (k *Knight) Title() string {
	return k.title
}

func (k *Knight) GetTitle() string {
	return k.title
}

func (k *Knight) SetTitle(title string) {
	k.title = title
}

func (k Knight) String() string {
	return fmt.Sprintf("%s (%d)", k.title, k.strength)
}

type Tally struct {
	points int
}

func NewTally() *Tally {
	return &Tally{}
}

func (t *Tally) Increment() {
	t.points++
}

func (t *Tally) Decrement() {
	t.points--
}

func (t *Tally) Add(points int) {
	t.points += points
}

func (t *Tally) Reset() {
	t.points = 0
}

func (t *Tally) Points() int {
	return t.points
}

type Monster struct {
	kind string
	life int
}

func NewMonster(kind string, life int) Monster {
	return Monster{kind: kind, life: life}
}

func (m *Monster) Hurt(points int) {
	m.life -= points
}

func (m *Monster) Heal(points int) {
	m.life += points
}

func (m *Monster) IsAlive() bool {
	return m.life > 0
}
