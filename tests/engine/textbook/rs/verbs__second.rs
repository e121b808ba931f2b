struct Stove {
    warmth: u32,
}

impl Stove {
    fn warm(&mut self, degrees: u32) {
        self.warmth += degrees;
    }

    fn cool(&mut self, degrees: u32) {
        self.warmth -= degrees;
    }

    fn heat(&mut self, degrees: u32) {
        self.warmth += degrees;
    }

    fn chill(&mut self, degrees: u32) {
        self.warmth -= degrees;
    }

    fn preheat(&mut self, degrees: u32) {
        self.warmth += degrees;
    }

    fn freeze(&mut self, degrees: u32) {
        self.warmth -= degrees;
    }
}

struct Cyclist {
    pace: u32,
}

impl Cyclist {
    fn accelerate(&mut self, by: u32) {
        self.pace += by;
    }

    fn brake(&mut self, by: u32) {
        self.pace -= by;
    }

    fn hasten(&mut self, by: u32) {
        self.pace += by;
    }

    fn decelerate(&mut self, by: u32) {
        self.pace -= by;
    }

    fn quicken(&mut self, by: u32) {
        self.pace += by;
    }

    fn slow(&mut self, by: u32) {
        self.pace -= by;
    }
}

struct Meadow {
    moisture: u32,
}

impl Meadow {
    fn water(&mut self, liters: u32) {
        self.moisture += liters;
    }

    fn dry(&mut self, liters: u32) {
        self.moisture -= liters;
    }

    fn irrigate(&mut self, liters: u32) {
        self.moisture += liters;
    }

    fn evaporate(&mut self, liters: u32) {
        self.moisture -= liters;
    }

    fn sprinkle(&mut self, liters: u32) {
        self.moisture += liters;
    }

    fn drain(&mut self, liters: u32) {
        self.moisture -= liters;
    }
}

struct Wall {
    bricks: u32,
}

impl Wall {
    fn build(&mut self, rows: u32) {
        self.bricks += rows;
    }

    fn demolish(&mut self, rows: u32) {
        self.bricks -= rows;
    }

    fn erect(&mut self, rows: u32) {
        self.bricks += rows;
    }

    fn remove(&mut self, rows: u32) {
        self.bricks -= rows;
    }

    fn stack(&mut self, rows: u32) {
        self.bricks += rows;
    }

    fn tear(&mut self, rows: u32) {
        self.bricks -= rows;
    }
}

struct Knight {
    armor: u32,
}

impl Knight {
    fn reinforce(&mut self, layers: u32) {
        self.armor += layers;
    }

    fn damage(&mut self, layers: u32) {
        self.armor -= layers;
    }

    fn repair(&mut self, layers: u32) {
        self.armor += layers;
    }

    fn crack(&mut self, layers: u32) {
        self.armor -= layers;
    }

    fn harden(&mut self, layers: u32) {
        self.armor += layers;
    }

    fn hurt(&mut self, layers: u32) {
        self.armor -= layers;
    }
}

struct Lens {
    zoom: u32,
}

impl Lens {
    fn zoom_in(&mut self, steps: u32) {
        self.zoom += steps;
    }

    fn zoom_out(&mut self, steps: u32) {
        self.zoom -= steps;
    }

    fn magnify(&mut self, steps: u32) {
        self.zoom += steps;
    }

    fn reduce(&mut self, steps: u32) {
        self.zoom -= steps;
    }

    fn enlarge(&mut self, steps: u32) {
        self.zoom += steps;
    }

    fn diminish(&mut self, steps: u32) {
        self.zoom -= steps;
    }
}

struct Canopy {
    span: u32,
}

impl Canopy {
    fn raise_by(&mut self, levels: u32) {
        self.span += levels;
    }

    fn lower_by(&mut self, levels: u32) {
        self.span -= levels;
    }

    fn increase_by(&mut self, levels: u32) {
        self.span += levels;
    }

    fn reduce_by(&mut self, levels: u32) {
        self.span -= levels;
    }

    fn grow_by(&mut self, levels: u32) {
        self.span += levels;
    }

    fn shrink_by(&mut self, levels: u32) {
        self.span -= levels;
    }
}
