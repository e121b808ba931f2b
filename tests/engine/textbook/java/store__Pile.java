import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class Pile {
    private final List<String> papers = new ArrayList<>();

    public void push(String paper) {
        papers.add(paper);
    }

    public String pop() {
        return papers.remove(papers.size() - 1);
    }

    public String peek() {
        return papers.get(papers.size() - 1);
    }

    public boolean isEmpty() {
        return papers.isEmpty();
    }

    public int size() {
        return papers.size();
    }

    public void clear() {
        papers.clear();
    }
}

class Line {
    private List<Person> people = new ArrayList<>();

    public void enqueue(Person person) {
        people.add(person);
    }

    public void addPerson(Person person) {
        people.add(person);
    }

    public void removePerson(Person person) {
        people.remove(person);
    }

    public boolean contains(Person person) {
        return people.contains(person);
    }

    public boolean hasPerson(Person person) {
        return people.contains(person);
    }

    public int count() {
        return people.size();
    }

    public int countPeople() {
        return people.size();
    }

    public Person first() {
        return people.get(0);
    }

    public List<Person> getPeople() {
        return people;
    }
}

class Memory {
    private final Map<String, Integer> cells = new HashMap<>();

    public void put(String key, Integer value) {
        cells.put(key, value);
    }

    public void set(String key, Integer value) {
        cells.put(key, value);
    }

    public Integer get(String key) {
        return cells.get(key);
    }

    public boolean has(String key) {
        return cells.containsKey(key);
    }

    public void remove(String key) {
        cells.remove(key);
    }
}

class Till {
    private final String owner;
    private double amount;
    private boolean open;

    public Till(String owner, double amount) {
        this.owner = owner;
        this.amount = amount;
    }

    public void deposit(double sum) {
        amount += sum;
    }

    public void withdraw(double sum) {
        if (sum > amount) {
            throw new IllegalArgumentException("not enough money");
        }
        amount -= sum;
    }

    public void pay(double price) {
        amount -= price;
    }

    public void earn(double wage) {
        amount += wage;
    }

    public void toggle() {
        open = !open;
    }

    public void close() {
        open = false;
    }

    public double getAmount() {
        return amount;
    }

    public boolean isOpen() {
        return open;
    }
}
