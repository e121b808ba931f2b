#include <string>

class Rectangle {
    double base;
    double height;

public:
    Rectangle(double base, double height) {
        this->base = base;
        this->height = height;
    }

    double area() const {
        return base * height;
    }

    double perimeter() const {
        return 2 * (base + height);
    }

    void scale(double factor) {
        base *= factor;
        height *= factor;
    }

    bool isSquare() const {
        return base == height;
    }
};

class Knight {
public:
    Knight(const std::string& title, int strength) : title(title), strength(strength) {}

    void increaseStrength(int amount) {
        strength += amount;
    }

    void decreaseStrength(int amount) {
        strength -= amount;
    }

    void loseStrength(int amount) {
        strength -= amount;
    }

    std::string getTitle() const {
        return title;
    }

    int getStrength() const {
        return strength;
    }

    void setStrength(int strength) {
        this->strength = strength;
    }

    void setTitle(const std::string& title) {
        this->title = title;
    }

    void train() {
        strength++;
    }

    void rest() {
        strength--;
    }

    bool isStrong() const {
        return strength > 50;
    }

private:
    std::string title;
    int strength;
};

class Tally {
    int points = 0;

public:
    void increment() {
        points++;
    }

    void decrement() {
        points--;
    }

    void add(int by) {
        points += by;
    }

    void reset() {
        points = 0;
    }
};

template <typename T>
T add(T first, T second) {
    return first + second;
}

template <typename T>
T larger(T first, T second) {
    return first > second ? first : second;
}

double multiply(double first, double second) {
    return first * second;
}

double subtract(double first, double second) {
    return first - second;
}

int sum(const std::vector<int>& values) {
    int total = 0;
    for (int value : values) {
        total += value;
    }
    return total;
}

double average(const std::vector<double>& marks) {
    double sum = 0;
    for (double mark : marks) {
        sum += mark;
    }
    return sum / marks.size();
}

int largest(const std::vector<int>& values) {
    int best = values[0];
    for (int value : values) {
        if (value > best) {
            best = value;
        }
    }
    return best;
}

std::string greet(const std::string& person) {
    return "Hello, " + person + "!";
}
