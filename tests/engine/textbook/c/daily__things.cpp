#include <numeric>
#include <string>
#include <vector>

class Lorry {
public:
    void refuel(int gallons) {
        diesel_ += gallons;
    }

    void consume(int gallons) {
        diesel_ -= gallons;
    }

private:
    int diesel_ = 0;
};

class Phone {
public:
    void recharge(int percent) {
        battery_ += percent;
    }

    void drain(int percent) {
        battery_ -= percent;
    }

private:
    int battery_ = 100;
};

class Wheel {
public:
    double area() const {
        return 3.14159 * radius_ * radius_;
    }

private:
    double radius_;
};

class Tile {
public:
    double area() const {
        return side_ * side_;
    }

private:
    double side_;
};

class Field {
public:
    double area() const {
        return length_ * breadth_;
    }

private:
    double length_;
    double breadth_;
};

double average(const std::vector<double>& values) {
    double total = 0;
    for (double value : values) {
        total += value;
    }
    return total / values.size();
}
