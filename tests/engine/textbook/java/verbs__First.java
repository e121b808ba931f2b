class Glider {
    private int height = 0;

    public void ascend(int meters) {
        height += meters;
    }

    public void descend(int meters) {
        height -= meters;
    }

    public void rise(int meters) {
        height += meters;
    }

    public void sink(int meters) {
        height -= meters;
    }

    public void soar(int meters) {
        height += meters;
    }

    public void glide(int meters) {
        height -= meters;
    }
}

class Diver {
    private int depth = 0;

    public void dive(int feet) {
        depth += feet;
    }

    public void surface(int feet) {
        depth -= feet;
    }

    public void submerge(int feet) {
        depth += feet;
    }

    public void emerge(int feet) {
        depth -= feet;
    }

    public void deepen(int feet) {
        depth += feet;
    }

    public void resurface(int feet) {
        depth -= feet;
    }
}

class Depot {
    private int stock = 0;

    public void supply(int pallets) {
        stock += pallets;
    }

    public void ship(int pallets) {
        stock -= pallets;
    }

    public void deliver(int pallets) {
        stock += pallets;
    }

    public void dispatch(int pallets) {
        stock -= pallets;
    }

    public void produce(int pallets) {
        stock += pallets;
    }

    public void distribute(int pallets) {
        stock -= pallets;
    }
}

class Tram {
    private int riders = 0;

    public void board(int people) {
        riders += people;
    }

    public void disembark(int people) {
        riders -= people;
    }

    public void admit(int people) {
        riders += people;
    }

    public void alight(int people) {
        riders -= people;
    }

    public void embark(int people) {
        riders += people;
    }

    public void evacuate(int people) {
        riders -= people;
    }
}

class Odograph {
    private int kilometers = 0;

    public void drive(int stretch) {
        kilometers += stretch;
    }

    public void rewind(int stretch) {
        kilometers -= stretch;
    }

    public void ride(int stretch) {
        kilometers += stretch;
    }

    public void undo(int stretch) {
        kilometers -= stretch;
    }

    public void sail(int stretch) {
        kilometers += stretch;
    }

    public void goBack(int stretch) {
        kilometers -= stretch;
    }
}

class Officer {
    private int rank = 1;

    public void promote(int steps) {
        rank += steps;
    }

    public void demote(int steps) {
        rank -= steps;
    }

    public void advance(int steps) {
        rank += steps;
    }

    public void degrade(int steps) {
        rank -= steps;
    }

    public void upgrade(int steps) {
        rank += steps;
    }

    public void downgrade(int steps) {
        rank -= steps;
    }
}

class Wagon {
    private int cargo = 0;

    public void load(int crates) {
        cargo += crates;
    }

    public void unload(int crates) {
        cargo -= crates;
    }

    public void pack(int crates) {
        cargo += crates;
    }

    public void unpack(int crates) {
        cargo -= crates;
    }

    public void heap(int crates) {
        cargo += crates;
    }

    public void drop(int crates) {
        cargo -= crates;
    }
}

class Borrower {
    private int debt = 0;

    public void borrow(int sum) {
        debt += sum;
    }

    public void repay(int sum) {
        debt -= sum;
    }

    public void owe(int sum) {
        debt += sum;
    }

    public void settle(int sum) {
        debt -= sum;
    }

    public void lend(int sum) {
        debt += sum;
    }

    public void payOff(int sum) {
        debt -= sum;
    }
}

class Quiz {
    private int points = 0;

    public void reward(int extra) {
        points += extra;
    }

    public void penalize(int extra) {
        points -= extra;
    }

    public void award(int extra) {
        points += extra;
    }

    public void fine(int extra) {
        points -= extra;
    }

    public void grant(int extra) {
        points += extra;
    }

    public void deduct(int extra) {
        points -= extra;
    }
}

class Speaker {
    private int loudness = 5;

    public void amplify(int notches) {
        loudness += notches;
    }

    public void soften(int notches) {
        loudness -= notches;
    }

    public void intensify(int notches) {
        loudness += notches;
    }

    public void lower(int notches) {
        loudness -= notches;
    }

    public void boost(int notches) {
        loudness += notches;
    }

    public void quieten(int notches) {
        loudness -= notches;
    }
}

class Jug {
    private int contents = 0;

    public void fill(int amount) {
        contents += amount;
    }

    public void pour(int amount) {
        contents -= amount;
    }

    public void pourIn(int amount) {
        contents += amount;
    }

    public void spill(int amount) {
        contents -= amount;
    }

    public void refill(int amount) {
        contents += amount;
    }

    public void sip(int amount) {
        contents -= amount;
    }
}
