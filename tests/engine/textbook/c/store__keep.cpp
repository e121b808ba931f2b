#include <map>
#include <string>
#include <vector>

class Pile {
    std::vector<int> papers;

public:
    void push(int paper) {
        papers.push_back(paper);
    }

    void pop() {
        papers.pop_back();
    }

    int top() const {
        return papers.back();
    }

    bool empty() const {
        return papers.empty();
    }

    bool isEmpty() const {
        return papers.empty();
    }

    size_t size() const {
        return papers.size();
    }

    void clear() {
        papers.clear();
    }
};

class Line {
public:
    void enqueue(const std::string& person) {
        people_.push_back(person);
    }

    void addPerson(const std::string& person) {
        people_.push_back(person);
    }

    const std::string& front() const {
        return people_.front();
    }

    size_t count() const {
        return people_.size();
    }

private:
    std::vector<std::string> people_;
};

class Memory {
    std::map<std::string, int> cells;

public:
    void set(const std::string& key, int value) {
        cells[key] = value;
    }

    int get(const std::string& key) {
        return cells[key];
    }
};

class Till {
    double amount = 0;
    bool open = false;

public:
    void deposit(double sum) {
        amount += sum;
    }

    void withdraw(double sum) {
        if (sum > amount) {
            throw std::invalid_argument("not enough money");
        }
        amount -= sum;
    }

    void pay(double price) {
        amount -= price;
    }

    void toggle() {
        open = !open;
    }

    double getAmount() const {
        return amount;
    }
};
