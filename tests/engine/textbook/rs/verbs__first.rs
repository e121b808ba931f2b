struct Mattress {
    pressure: u32,
}

impl Mattress {
    fn inflate(&mut self, bars: u32) {
        self.pressure += bars;
    }

    fn deflate(&mut self, bars: u32) {
        self.pressure -= bars;
    }

    fn pump(&mut self, bars: u32) {
        self.pressure += bars;
    }

    fn release(&mut self, bars: u32) {
        self.pressure -= bars;
    }

    fn pressurize(&mut self, bars: u32) {
        self.pressure += bars;
    }

    fn vent(&mut self, bars: u32) {
        self.pressure -= bars;
    }
}

struct Worker {
    energy: u32,
}

impl Worker {
    fn rest(&mut self, hours: u32) {
        self.energy += hours;
    }

    fn toil(&mut self, hours: u32) {
        self.energy -= hours;
    }

    fn nap(&mut self, hours: u32) {
        self.energy += hours;
    }

    fn work(&mut self, hours: u32) {
        self.energy -= hours;
    }

    fn relax(&mut self, hours: u32) {
        self.energy += hours;
    }

    fn exhaust(&mut self, hours: u32) {
        self.energy -= hours;
    }
}

struct Bakery {
    loaves: u32,
}

impl Bakery {
    fn bake(&mut self, count: u32) {
        self.loaves += count;
    }

    fn serve(&mut self, count: u32) {
        self.loaves -= count;
    }

    fn prepare(&mut self, count: u32) {
        self.loaves += count;
    }

    fn sell(&mut self, count: u32) {
        self.loaves -= count;
    }

    fn gather(&mut self, count: u32) {
        self.loaves += count;
    }

    fn eat(&mut self, count: u32) {
        self.loaves -= count;
    }
}

struct Pilgrim {
    distance: u32,
}

impl Pilgrim {
    fn walk(&mut self, miles: u32) {
        self.distance += miles;
    }

    fn retreat(&mut self, miles: u32) {
        self.distance -= miles;
    }

    fn travel(&mut self, miles: u32) {
        self.distance += miles;
    }

    fn backtrack(&mut self, miles: u32) {
        self.distance -= miles;
    }

    fn hike(&mut self, miles: u32) {
        self.distance += miles;
    }

    fn recede(&mut self, miles: u32) {
        self.distance -= miles;
    }
}

struct Cook {
    skill: u32,
}

impl Cook {
    fn train(&mut self, lessons: u32) {
        self.skill += lessons;
    }

    fn forget(&mut self, lessons: u32) {
        self.skill -= lessons;
    }

    fn study(&mut self, lessons: u32) {
        self.skill += lessons;
    }

    fn neglect(&mut self, lessons: u32) {
        self.skill -= lessons;
    }

    fn practice(&mut self, lessons: u32) {
        self.skill += lessons;
    }

    fn unlearn(&mut self, lessons: u32) {
        self.skill -= lessons;
    }
}

struct Rope {
    length: u32,
}

impl Rope {
    fn stretch(&mut self, part: u32) {
        self.length += part;
    }

    fn shorten(&mut self, part: u32) {
        self.length -= part;
    }

    fn lengthen(&mut self, part: u32) {
        self.length += part;
    }

    fn trim(&mut self, part: u32) {
        self.length -= part;
    }

    fn prolong(&mut self, part: u32) {
        self.length += part;
    }

    fn clip(&mut self, part: u32) {
        self.length -= part;
    }
}

struct Merchant {
    coins: u32,
}

impl Merchant {
    fn earn(&mut self, sum: u32) {
        self.coins += sum;
    }

    fn spend(&mut self, sum: u32) {
        self.coins -= sum;
    }

    fn collect(&mut self, sum: u32) {
        self.coins += sum;
    }

    fn lose(&mut self, sum: u32) {
        self.coins -= sum;
    }

    fn win(&mut self, sum: u32) {
        self.coins += sum;
    }

    fn donate(&mut self, sum: u32) {
        self.coins -= sum;
    }
}
