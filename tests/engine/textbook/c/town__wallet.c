#include <stdbool.h>
#include <stddef.h>

struct wallet {
    int cents;
    int cards;
};

bool wallet_spend(struct wallet *wallet, int amount)
{
    if (amount > wallet->cents) {
        return false;
    }
    wallet->cents -= amount;
    return true;
}

bool wallet_withdraw(struct wallet *wallet, int amount)
{
    if (amount > wallet->cents) {
        return false;
    }
    wallet->cents -= amount;
    return true;
}

bool wallet_is_empty(const struct wallet *wallet)
{
    return wallet->cents == 0;
}

bool wallet_can_afford(const struct wallet *wallet, int price)
{
    return wallet->cents >= price;
}

void swap_ints(int *first, int *second)
{
    int kept = *first;
    *first = *second;
    *second = kept;
}

void swap(double *one, double *other)
{
    double kept = *one;
    *one = *other;
    *other = kept;
}

int largest(const int *numbers, int count)
{
    int largest = numbers[0];
    for (int i = 1; i < count; i++) {
        if (numbers[i] > largest) {
            largest = numbers[i];
        }
    }
    return largest;
}

int is_prime(int number)
{
    if (number < 2) {
        return 0;
    }
    for (int i = 2; i * i <= number; i++) {
        if (number % i == 0) {
            return 0;
        }
    }
    return 1;
}

double celsius_to_fahrenheit(double celsius)
{
    return celsius * 9 / 5 + 32;
}

double fahrenheit_to_celsius(double fahrenheit)
{
    return (fahrenheit - 32) * 5 / 9;
}
