import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

public class Lorry {
    private int diesel;
    private String driver;

    public Lorry(String driver, int diesel) {
        this.driver = driver;
        this.diesel = diesel;
    }

    public void refuel(int gallons) {
        diesel += gallons;
    }

    public void consume(int gallons) {
        diesel -= gallons;
    }

    @Override
    public String toString() {
        return driver + " (" + diesel + ")";
    }
}

class Shelf {
    private int jars;

    public void restock(int count) {
        jars += count;
    }

    public void use(int count) {
        jars -= count;
    }

    public void take(int count) {
        if (count > jars) {
            throw new IllegalArgumentException("not enough jars");
        }
        jars -= count;
    }
}

class Phone {
    private int battery;

    public void recharge(int percent) {
        battery += percent;
    }

    public void drain(int percent) {
        battery -= percent;
    }
}

class Wheel {
    private final double radius;

    Wheel(double radius) {
        this.radius = radius;
    }

    public double area() {
        return Math.PI * radius * radius;
    }

    public double getArea() {
        return Math.PI * radius * radius;
    }

    public double circumference() {
        return 2 * Math.PI * radius;
    }
}

class Ring {
    private double radius;

    public double area() {
        return Math.PI * radius * radius;
    }

    public double getDiameter() {
        return 2 * radius;
    }
}

class Tile {
    private final double side;

    Tile(double side) {
        this.side = side;
    }

    public double area() {
        return side * side;
    }

    public double getArea() {
        return side * side;
    }

    public double perimeter() {
        return 4 * side;
    }
}

class Cube {
    private int edge;

    public int area() {
        return edge * edge;
    }

    public int volume() {
        return edge * edge * edge;
    }
}

class Field {
    private double length;
    private double breadth;

    public double area() {
        return length * breadth;
    }

    public double getArea() {
        return length * breadth;
    }
}

class Lists {
    static List<Integer> evens(List<Integer> values) {
        return values.stream().filter(value -> value % 2 == 0).collect(Collectors.toList());
    }

    static List<Integer> keepPositive(List<Integer> values) {
        return values.stream().filter(value -> value > 0).collect(Collectors.toList());
    }

    static double mean(int[] values) {
        int total = 0;
        for (int value : values) {
            total += value;
        }
        return (double) total / values.length;
    }
}
