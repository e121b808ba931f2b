public class Rectangle {
    private double base;
    private double height;

    public Rectangle(double base, double height) {
        this.base = base;
        this.height = height;
    }

    public double area() {
        return base * height;
    }

    public double getArea() {
        return base * height;
    }

    public double perimeter() {
        return 2 * (base + height);
    }

    public double getPerimeter() {
        return 2 * (base + height);
    }

    public void scale(double factor) {
        base *= factor;
        height *= factor;
    }

    public boolean isSquare() {
        return base == height;
    }
}

class Circle {
    private double radius;

    public Circle(double radius) {
        this.radius = radius;
    }

    public double area() {
        return Math.PI * radius * radius;
    }

    public double circumference() {
        return 2 * Math.PI * radius;
    }

    public void grow(double by) {
        radius += by;
    }

    public void shrink(double by) {
        radius -= by;
    }
}

class Person {
    private String first;
    private String last;
    private int age;

    public Person(String first, String last, int age) {
        this.first = first;
        this.last = last;
        this.age = age;
    }

    public String getFullName() {
        return first + " " + last;
    }

    public void birthday() {
        age++;
    }

    public boolean isAdult() {
        return age >= 18;
    }

    public void rename(String first) {
        this.first = first;
    }

    @Override
    public String toString() {
        return first + " " + last;
    }
}

class Truck {
    private int pace = 0;
    private boolean running = false;

    public void speedUp(int amount) {
        pace += amount;
    }

    public void brake(int amount) {
        pace -= amount;
    }

    public void slowDown(int amount) {
        pace -= amount;
    }

    public void start() {
        running = true;
    }

    public void stop() {
        running = false;
    }
}
