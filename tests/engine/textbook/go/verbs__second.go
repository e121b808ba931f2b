package second

type Wall struct {
	bricks int
}

func (w *Wall) Build(rows int) {
	w.bricks += rows
}

func (w *Wall) Demolish(rows int) {
	w.bricks -= rows
}

func (w *Wall) Erect(rows int) {
	w.bricks += rows
}

func (w *Wall) Remove(rows int) {
	w.bricks -= rows
}

func (w *Wall) Stack(rows int) {
	w.bricks += rows
}

func (w *Wall) Tear(rows int) {
	w.bricks -= rows
}

type Knight struct {
	armor int
}

func (k *Knight) Reinforce(layers int) {
	k.armor += layers
}

func (k *Knight) Damage(layers int) {
	k.armor -= layers
}

func (k *Knight) Repair(layers int) {
	k.armor += layers
}

func (k *Knight) Crack(layers int) {
	k.armor -= layers
}

func (k *Knight) Harden(layers int) {
	k.armor += layers
}

func (k *Knight) Hurt(layers int) {
	k.armor -= layers
}

type Lens struct {
	zoom int
}

func (l *Lens) ZoomIn(steps int) {
	l.zoom += steps
}

func (l *Lens) ZoomOut(steps int) {
	l.zoom -= steps
}

func (l *Lens) Magnify(steps int) {
	l.zoom += steps
}

func (l *Lens) Reduce(steps int) {
	l.zoom -= steps
}

func (l *Lens) Enlarge(steps int) {
	l.zoom += steps
}

func (l *Lens) Diminish(steps int) {
	l.zoom -= steps
}

type Canopy struct {
	span int
}

func (c *Canopy) RaiseBy(levels int) {
	c.span += levels
}

func (c *Canopy) LowerBy(levels int) {
	c.span -= levels
}

func (c *Canopy) IncreaseBy(levels int) {
	c.span += levels
}

func (c *Canopy) ReduceBy(levels int) {
	c.span -= levels
}

func (c *Canopy) GrowBy(levels int) {
	c.span += levels
}

func (c *Canopy) ShrinkBy(levels int) {
	c.span -= levels
}

type Flowerbed struct {
	bulbs []string
}

func (f *Flowerbed) Plant(bulb string) {
	f.bulbs = append(f.bulbs, bulb)
}

func (f *Flowerbed) Sow(bulb string) {
	f.bulbs = append(f.bulbs, bulb)
}

func (f *Flowerbed) Bury(bulb string) {
	f.bulbs = append(f.bulbs, bulb)
}

type Letter struct {
	readers []string
}

func (l *Letter) Subscribe(reader string) {
	l.readers = append(l.readers, reader)
}

func (l *Letter) SignUp(reader string) {
	l.readers = append(l.readers, reader)
}

func (l *Letter) Enroll(reader string) {
	l.readers = append(l.readers, reader)
}

type Diary struct {
	meetings []string
}

func (d *Diary) Schedule(meeting string) {
	d.meetings = append(d.meetings, meeting)
}

func (d *Diary) Book(meeting string) {
	d.meetings = append(d.meetings, meeting)
}

func (d *Diary) Arrange(meeting string) {
	d.meetings = append(d.meetings, meeting)
}

type Page struct {
	labels []string
}

func (p *Page) Tag(label string) {
	p.labels = append(p.labels, label)
}

func (p *Page) Pin(label string) {
	p.labels = append(p.labels, label)
}

func (p *Page) Stick(label string) {
	p.labels = append(p.labels, label)
}

type Net struct {
	fishes []string
}

func (n *Net) Catch(fish string) {
	n.fishes = append(n.fishes, fish)
}

func (n *Net) Collect(fish string) {
	n.fishes = append(n.fishes, fish)
}

func (n *Net) Gather(fish string) {
	n.fishes = append(n.fishes, fish)
}
