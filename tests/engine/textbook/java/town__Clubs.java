import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;

public class Choir {
    private final List<Singer> singers = new ArrayList<>();
    private final int capacity;

    public Choir(int capacity) {
        this.capacity = capacity;
    }

    public void hire(Singer singer) {
        singers.add(singer);
    }

    public void fire(Singer singer) {
        singers.remove(singer);
    }

    public void enroll(Singer singer) {
        singers.add(singer);
    }

    public void expel(Singer singer) {
        singers.remove(singer);
    }

    public void join(Singer singer) {
        singers.add(singer);
    }

    public void leave(Singer singer) {
        singers.remove(singer);
    }

    public void take(Singer singer) {
        singers.remove(singer);
    }

    public void addAll(List<Singer> others) {
        singers.addAll(others);
    }

    public boolean isFull() {
        return singers.size() >= capacity;
    }

    public boolean hasRoom() {
        return singers.size() < capacity;
    }

    public int freePlaces() {
        return capacity - singers.size();
    }

    public Singer findById(int id) {
        for (Singer singer : singers) {
            if (singer.getId() == id) {
                return singer;
            }
        }
        return null;
    }

    public Singer findByName(String name) {
        for (Singer singer : singers) {
            if (singer.getName().equals(name)) {
                return singer;
            }
        }
        return null;
    }
}

class Bill {
    private final List<Entry> entries = new ArrayList<>();

    public double total() {
        double total = 0;
        for (Entry entry : entries) {
            total += entry.getPrice();
        }
        return total;
    }

    public double getTotal() {
        double total = 0;
        for (Entry entry : entries) {
            total += entry.getPrice();
        }
        return total;
    }
}

class Diver {
    private final List<Integer> depths = new ArrayList<>();

    public void record(int depth) {
        depths.add(depth);
    }

    public double average() {
        double sum = 0;
        for (int depth : depths) {
            sum += depth;
        }
        return sum / depths.size();
    }

    public double getAverage() {
        double sum = 0;
        for (int depth : depths) {
            sum += depth;
        }
        return sum / depths.size();
    }

    public int sum() {
        int sum = 0;
        for (int depth : depths) {
            sum += depth;
        }
        return sum;
    }

    public int total() {
        int total = 0;
        for (int depth : depths) {
            total += depth;
        }
        return total;
    }

    public int highest() {
        int highest = depths.get(0);
        for (int depth : depths) {
            if (depth > highest) {
                highest = depth;
            }
        }
        return highest;
    }
}

class Chores {
    private final Queue<String> tasks = new LinkedList<>();

    public void enqueue(String task) {
        tasks.add(task);
    }

    public String dequeue() {
        return tasks.poll();
    }

    public String next() {
        return tasks.poll();
    }

    public String peek() {
        return tasks.peek();
    }
}

class Magazine {
    private int copies;

    public boolean isAvailable() {
        return copies > 0;
    }

    public boolean isSoldOut() {
        return copies == 0;
    }

    public boolean borrow() {
        if (copies == 0) {
            return false;
        }
        copies--;
        return true;
    }
}

class Wallet {
    private double cents;

    public boolean spend(double amount) {
        if (amount > cents) {
            return false;
        }
        cents -= amount;
        return true;
    }

    public boolean withdraw(double amount) {
        if (amount > cents) {
            return false;
        }
        cents -= amount;
        return true;
    }

    public boolean canAfford(double price) {
        return cents >= price;
    }
}

class Ball {
    private final double radius;

    public Ball(double radius) {
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

class Spot {
    private final int x;
    private final int y;

    public Spot(int x, int y) {
        this.x = x;
        this.y = y;
    }

    @Override
    public String toString() {
        return "(" + x + ", " + y + ")";
    }
}

class Depot {
    private final Map<String, Integer> supplies = new HashMap<>();

    public void add(String part, int count) {
        supplies.put(part, supplies.getOrDefault(part, 0) + count);
    }

    public int count(String part) {
        return supplies.getOrDefault(part, 0);
    }

    public int getQuantity(String part) {
        return supplies.getOrDefault(part, 0);
    }
}

class Temperatures {
    public static double celsiusToFahrenheit(double celsius) {
        return celsius * 9 / 5 + 32;
    }

    public static double fahrenheitToCelsius(double fahrenheit) {
        return (fahrenheit - 32) * 5 / 9;
    }

    public static boolean isPrime(int number) {
        if (number < 2) {
            return false;
        }
        for (int i = 2; i * i <= number; i++) {
            if (number % i == 0) {
                return false;
            }
        }
        return true;
    }
}
