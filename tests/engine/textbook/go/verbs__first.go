package first

type Mattress struct {
	pressure int
}

func (m *Mattress) Inflate(bars int) {
	m.pressure += bars
}

func (m *Mattress) Deflate(bars int) {
	m.pressure -= bars
}

func (m *Mattress) Pump(bars int) {
	m.pressure += bars
}

func (m *Mattress) Release(bars int) {
	m.pressure -= bars
}

func (m *Mattress) Pressurize(bars int) {
	m.pressure += bars
}

func (m *Mattress) Vent(bars int) {
	m.pressure -= bars
}

type Worker struct {
	energy int
}

func (w *Worker) Rest(hours int) {
	w.energy += hours
}

func (w *Worker) Toil(hours int) {
	w.energy -= hours
}

func (w *Worker) Nap(hours int) {
	w.energy += hours
}

func (w *Worker) Work(hours int) {
	w.energy -= hours
}

func (w *Worker) Relax(hours int) {
	w.energy += hours
}

func (w *Worker) Exhaust(hours int) {
	w.energy -= hours
}

type Bakery struct {
	loaves int
}

func (b *Bakery) Bake(count int) {
	b.loaves += count
}

func (b *Bakery) Serve(count int) {
	b.loaves -= count
}

func (b *Bakery) Prepare(count int) {
	b.loaves += count
}

func (b *Bakery) Sell(count int) {
	b.loaves -= count
}

func (b *Bakery) Gather(count int) {
	b.loaves += count
}

func (b *Bakery) Eat(count int) {
	b.loaves -= count
}

type Pilgrim struct {
	distance int
}

func (p *Pilgrim) Walk(miles int) {
	p.distance += miles
}

func (p *Pilgrim) Retreat(miles int) {
	p.distance -= miles
}

func (p *Pilgrim) Travel(miles int) {
	p.distance += miles
}

func (p *Pilgrim) Backtrack(miles int) {
	p.distance -= miles
}

func (p *Pilgrim) Hike(miles int) {
	p.distance += miles
}

func (p *Pilgrim) Recede(miles int) {
	p.distance -= miles
}

type Cook struct {
	skill int
}

func (c *Cook) Train(lessons int) {
	c.skill += lessons
}

func (c *Cook) Forget(lessons int) {
	c.skill -= lessons
}

func (c *Cook) Study(lessons int) {
	c.skill += lessons
}

func (c *Cook) Neglect(lessons int) {
	c.skill -= lessons
}

func (c *Cook) Practice(lessons int) {
	c.skill += lessons
}

func (c *Cook) Unlearn(lessons int) {
	c.skill -= lessons
}

type Rope struct {
	length int
}

func (r *Rope) Stretch(part int) {
	r.length += part
}

func (r *Rope) Shorten(part int) {
	r.length -= part
}

func (r *Rope) Lengthen(part int) {
	r.length += part
}

func (r *Rope) Trim(part int) {
	r.length -= part
}

func (r *Rope) Prolong(part int) {
	r.length += part
}

func (r *Rope) Clip(part int) {
	r.length -= part
}

type Merchant struct {
	coins int
}

func (m *Merchant) Earn(sum int) {
	m.coins += sum
}

func (m *Merchant) Spend(sum int) {
	m.coins -= sum
}

func (m *Merchant) Collect(sum int) {
	m.coins += sum
}

func (m *Merchant) Lose(sum int) {
	m.coins -= sum
}

func (m *Merchant) Win(sum int) {
	m.coins += sum
}

func (m *Merchant) Donate(sum int) {
	m.coins -= sum
}

type Stove struct {
	warmth int
}

func (s *Stove) Warm(degrees int) {
	s.warmth += degrees
}

func (s *Stove) Cool(degrees int) {
	s.warmth -= degrees
}

func (s *Stove) Heat(degrees int) {
	s.warmth += degrees
}

func (s *Stove) Chill(degrees int) {
	s.warmth -= degrees
}

func (s *Stove) Preheat(degrees int) {
	s.warmth += degrees
}

func (s *Stove) Freeze(degrees int) {
	s.warmth -= degrees
}

type Cyclist struct {
	pace int
}

func (c *Cyclist) Accelerate(by int) {
	c.pace += by
}

func (c *Cyclist) Brake(by int) {
	c.pace -= by
}

func (c *Cyclist) Hasten(by int) {
	c.pace += by
}

func (c *Cyclist) Decelerate(by int) {
	c.pace -= by
}

func (c *Cyclist) Quicken(by int) {
	c.pace += by
}

func (c *Cyclist) Slow(by int) {
	c.pace -= by
}

type Meadow struct {
	moisture int
}

func (m *Meadow) Water(liters int) {
	m.moisture += liters
}

func (m *Meadow) Dry(liters int) {
	m.moisture -= liters
}

func (m *Meadow) Irrigate(liters int) {
	m.moisture += liters
}

func (m *Meadow) Evaporate(liters int) {
	m.moisture -= liters
}

func (m *Meadow) Sprinkle(liters int) {
	m.moisture += liters
}

func (m *Meadow) Drain(liters int) {
	m.moisture -= liters
}
