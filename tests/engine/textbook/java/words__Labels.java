public class Stamp {
    private String country;
    private int value;

    public Stamp(String country, int value) {
        this.country = country;
        this.value = value;
    }

    public void rename(String newCountry) {
        this.country = newCountry;
    }

    @Override
    public String toString() {
        return country + " (" + value + ")";
    }
}

class Pixel {
    private final int row;
    private final int column;

    Pixel(int row, int column) {
        this.row = row;
        this.column = column;
    }

    @Override
    public String toString() {
        return "(" + row + ", " + column + ")";
    }
}

class Tank {
    private int oil;
    private String owner;
    private boolean sealed;

    public void refill(int liters) {
        oil += liters;
    }

    public void burn(int liters) {
        oil -= liters;
    }

    public boolean isSealed() {
        return sealed;
    }

    public void setSealed(boolean sealed) {
        this.sealed = sealed;
    }

    public String toString() {
        return "Tank{" + "oil=" + oil + ", owner=" + owner + "}";
    }
}

class Tile {
    private final double edge;

    Tile(double edge) {
        this.edge = edge;
    }

    public double area() {
        return edge * edge;
    }

    public double perimeter() {
        return 4 * edge;
    }
}

class Scores {
    static int maximum(int[] scores) {
        int best = scores[0];
        for (int score : scores) {
            if (score > best) {
                best = score;
            }
        }
        return best;
    }

    static int minimum(int[] scores) {
        int best = scores[0];
        for (int score : scores) {
            if (score < best) {
                best = score;
            }
        }
        return best;
    }

    static int maxScore(int[] scores) {
        int best = scores[0];
        for (int score : scores) {
            if (score > best) {
                best = score;
            }
        }
        return best;
    }

    static int minScore(int[] scores) {
        int best = scores[0];
        for (int score : scores) {
            if (score < best) {
                best = score;
            }
        }
        return best;
    }
}
