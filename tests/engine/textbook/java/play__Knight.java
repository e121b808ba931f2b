public class Knight {
    private String title;
    private int strength;
    private int honor = 0;
    private boolean asleep;

    public Knight(String title, int strength) {
        this.title = title;
        this.strength = strength;
    }

    public void increaseStrength(int amount) {
        strength += amount;
    }

    public void decreaseStrength(int amount) {
        strength -= amount;
    }

    public void gainHonor(int points) {
        honor += points;
    }

    public void loseHonor(int points) {
        honor -= points;
    }

    public void sleep() {
        asleep = true;
    }

    public void wake() {
        asleep = false;
    }

    public boolean isAsleep() {
        return asleep;
    }

    public String getTitle() {
        return title;
    }

    public void setTitle(String title) {
        this.title = title;
    }

    public int getStrength() {
        return strength;
    }

    public void setStrength(int strength) {
        this.strength = strength;
    }

    public boolean isStrong() {
        return strength > 50;
    }

    @Override
    public String toString() {
        return title + " (" + strength + ")";
    }
}

class Tally {
    private int points;

    public void increment() {
        points++;
    }

    public void decrement() {
        points--;
    }

    public void add(int points) {
        this.points += points;
    }

    public void reset() {
        points = 0;
    }

    public int getPoints() {
        return points;
    }
}

class Monster {
    private int life;

    public void hurt(int damage) {
        life -= damage;
    }

    public void heal(int amount) {
        life += amount;
    }

    public boolean isAlive() {
        return life > 0;
    }

    public boolean isDead() {
        return life <= 0;
    }
}
