import java.util.ArrayList;
import java.util.List;

class Puppy {
    private int hunger = 0;

    public void starve(int bites) {
        hunger += bites;
    }

    public void feed(int bites) {
        hunger -= bites;
    }

    public void crave(int bites) {
        hunger += bites;
    }

    public void nourish(int bites) {
        hunger -= bites;
    }

    public void want(int bites) {
        hunger += bites;
    }

    public void sate(int bites) {
        hunger -= bites;
    }
}

class Village {
    private int people = 10;

    public void grow(int count) {
        people += count;
    }

    public void shrink(int count) {
        people -= count;
    }

    public void settle(int count) {
        people += count;
    }

    public void abandon(int count) {
        people -= count;
    }

    public void thrive(int count) {
        people += count;
    }

    public void leave(int count) {
        people -= count;
    }
}

class Clock {
    private int minutes = 0;

    public void wait(int more) {
        minutes += more;
    }

    public void skip(int more) {
        minutes -= more;
    }

    public void delay(int more) {
        minutes += more;
    }

    public void hurry(int more) {
        minutes -= more;
    }

    public void postpone(int more) {
        minutes += more;
    }

    public void shorten(int more) {
        minutes -= more;
    }
}

class Cargo {
    private int weight = 0;

    public void add(int kilos) {
        weight += kilos;
    }

    public void subtract(int kilos) {
        weight -= kilos;
    }

    public void gain(int kilos) {
        weight += kilos;
    }

    public void shed(int kilos) {
        weight -= kilos;
    }

    public void increase(int kilos) {
        weight += kilos;
    }

    public void decrease(int kilos) {
        weight -= kilos;
    }
}

class Garage {
    private List<String> scooters = new ArrayList<>();

    public void park(String scooter) {
        scooters.add(scooter);
    }

    public void unpark(String scooter) {
        scooters.remove(scooter);
    }

    public void shelter(String scooter) {
        scooters.add(scooter);
    }

    public void fetch(String scooter) {
        scooters.remove(scooter);
    }

    public void lockUp(String scooter) {
        scooters.add(scooter);
    }

    public void release(String scooter) {
        scooters.remove(scooter);
    }
}

class Feast {
    private List<String> visitors = new ArrayList<>();

    public void invite(String visitor) {
        visitors.add(visitor);
    }

    public void uninvite(String visitor) {
        visitors.remove(visitor);
    }

    public void welcome(String visitor) {
        visitors.add(visitor);
    }

    public void dismiss(String visitor) {
        visitors.remove(visitor);
    }

    public void seat(String visitor) {
        visitors.add(visitor);
    }

    public void sendHome(String visitor) {
        visitors.remove(visitor);
    }
}

class Device {
    private List<String> cables = new ArrayList<>();

    public void connect(String cable) {
        cables.add(cable);
    }

    public void disconnect(String cable) {
        cables.remove(cable);
    }

    public void attach(String cable) {
        cables.add(cable);
    }

    public void detach(String cable) {
        cables.remove(cable);
    }

    public void plug(String cable) {
        cables.add(cable);
    }

    public void unplug(String cable) {
        cables.remove(cable);
    }
}

class Journal {
    private List<String> essays = new ArrayList<>();

    public void publish(String essay) {
        essays.add(essay);
    }

    public void retract(String essay) {
        essays.remove(essay);
    }

    public void post(String essay) {
        essays.add(essay);
    }

    public void withdraw(String essay) {
        essays.remove(essay);
    }

    public void append(String essay) {
        essays.add(essay);
    }

    public void unpublish(String essay) {
        essays.remove(essay);
    }
}

class Catalog {
    private List<String> records = new ArrayList<>();

    public void log(String record) {
        records.add(record);
    }

    public void delete(String record) {
        records.remove(record);
    }

    public void store(String record) {
        records.add(record);
    }

    public void erase(String record) {
        records.remove(record);
    }

    public void save(String record) {
        records.add(record);
    }

    public void discard(String record) {
        records.remove(record);
    }
}

class Agenda {
    private List<String> topics = new ArrayList<>();

    public void propose(String topic) {
        topics.add(topic);
    }

    public void reject(String topic) {
        topics.remove(topic);
    }

    public void suggest(String topic) {
        topics.add(topic);
    }

    public void skip(String topic) {
        topics.remove(topic);
    }

    public void note(String topic) {
        topics.add(topic);
    }

    public void strike(String topic) {
        topics.remove(topic);
    }
}
