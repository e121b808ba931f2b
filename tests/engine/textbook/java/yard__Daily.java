import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class Berth {
    private final int limit;
    private final List<String> boats;
    private boolean anchored;

    public Berth(int limit) {
        this.limit = limit;
        this.boats = new ArrayList<>();
    }

    public boolean isCrowded() {
        return boats.size() >= limit;
    }

    public boolean isPacked() {
        return boats.size() >= limit;
    }

    public boolean hasPlace() {
        return boats.size() < limit;
    }

    public boolean isDeserted() {
        return boats.isEmpty();
    }

    public boolean isAnchored() {
        return anchored;
    }

    public void anchor() {
        anchored = true;
    }

    public void castOff() {
        anchored = false;
    }
}

class Club {
    private final String name;
    private final List<String> members;

    public Club(String name) {
        this.name = name;
        this.members = new ArrayList<>();
    }

    public void join(String member) {
        members.add(member);
    }
}

class Chest {
    private int length;
    private int width;
    private int height;

    public int volume() {
        return length * width * height;
    }
}

class Register {
    private final Map<String, String> places = new HashMap<>();

    public String find(String key) {
        return places.get(key);
    }

    public String lookUp(String key) {
        return places.get(key);
    }

    public String fetch(String key) {
        return places.get(key);
    }

    public void record(String key, String value) {
        places.put(key, value);
    }

    public void forget(String key) {
        places.remove(key);
    }

    public boolean knows(String key) {
        return places.containsKey(key);
    }
}

class Rules {
    static int larger(int one, int other) {
        return one > other ? one : other;
    }

    static int lesser(int one, int other) {
        return one < other ? one : other;
    }

    static boolean mayRide(int height, int minimum) {
        return height >= minimum;
    }

    static boolean mayVote(int age) {
        return age >= 18;
    }

    static void countdown(int number) {
        while (number > 0) {
            System.out.println(number);
            number--;
        }
    }

    static void showAll(List<String> things) {
        for (String thing : things) {
            System.out.println(thing);
        }
    }

    static void exchange(int[] values, int first, int second) {
        int kept = values[first];
        values[first] = values[second];
        values[second] = kept;
    }
}
