#include <cmath>
#include <map>
#include <string>
#include <vector>

class Choir {
public:
    explicit Choir(std::size_t capacity) : capacity_(capacity) {}

    void hire(const std::string& singer) {
        singers_.push_back(singer);
    }

    void enroll(const std::string& singer) {
        singers_.push_back(singer);
    }

    void addAll(const std::vector<std::string>& newcomers) {
        singers_.insert(singers_.end(), newcomers.begin(), newcomers.end());
    }

    bool isFull() const {
        return singers_.size() >= capacity_;
    }

    bool hasRoom() const {
        return singers_.size() < capacity_;
    }

private:
    std::vector<std::string> singers_;
    std::size_t capacity_;
};

class Wallet {
public:
    explicit Wallet(double cents) : cents_(cents) {}

    bool spend(double amount) {
        if (amount > cents_) {
            return false;
        }
        cents_ -= amount;
        return true;
    }

    bool withdraw(double amount) {
        if (amount > cents_) {
            return false;
        }
        cents_ -= amount;
        return true;
    }

    bool pay(double price) {
        if (price > cents_) {
            return false;
        }
        cents_ -= price;
        return true;
    }

    bool canAfford(double price) const {
        return cents_ >= price;
    }

private:
    double cents_;
};

class Magazine {
public:
    bool isAvailable() const {
        return copies_ > 0;
    }

    bool isSoldOut() const {
        return copies_ == 0;
    }

private:
    int copies_ = 0;
};

class Ball {
public:
    double area() const {
        return M_PI * radius_ * radius_;
    }

    double circumference() const {
        return 2 * M_PI * radius_;
    }

private:
    double radius_;
};

class Diver {
public:
    void record(double depth) {
        depths_.push_back(depth);
    }

    double average() const {
        double sum = 0;
        for (double depth : depths_) {
            sum += depth;
        }
        return sum / depths_.size();
    }

    double total() const {
        double total = 0;
        for (double depth : depths_) {
            total += depth;
        }
        return total;
    }

    double highest() const {
        double highest = depths_[0];
        for (double depth : depths_) {
            if (depth > highest) {
                highest = depth;
            }
        }
        return highest;
    }

private:
    std::vector<double> depths_;
};

class Depot {
public:
    void add(const std::string& part, int count) {
        supplies_[part] += count;
    }

    bool has(const std::string& part) const {
        return supplies_.count(part) > 0;
    }

private:
    std::map<std::string, int> supplies_;
};
