#include <stdio.h>

int add(int first, int second)
{
    return first + second;
}

int subtract(int first, int second)
{
    return first - second;
}

int multiply(int first, int second)
{
    return first * second;
}

double divide(double first, double second)
{
    return first / second;
}

int square(int value)
{
    return value * value;
}

int is_even(int number)
{
    return number % 2 == 0;
}

int max(int p, int q)
{
    return p > q ? p : q;
}

int min(int p, int q)
{
    return p < q ? p : q;
}

int bigger(int p, int q)
{
    if (p > q) {
        return p;
    }
    return q;
}

int factorial(int number)
{
    if (number <= 1) {
        return 1;
    }
    return number * factorial(number - 1);
}

int fibonacci(int number)
{
    if (number <= 1) {
        return number;
    }
    return fibonacci(number - 1) + fibonacci(number - 2);
}

int sum(const int *values, int count)
{
    int total = 0;
    for (int i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

int sum_array(int values[], int length)
{
    int sum = 0;
    for (int i = 0; i < length; i++) {
        sum += values[i];
    }
    return sum;
}

int product_of(const int *values, int count)
{
    int result = 1;
    for (int i = 0; i < count; i++) {
        result *= values[i];
    }
    return result;
}

int largest(const int *values, int count)
{
    int best = values[0];
    for (int i = 1; i < count; i++) {
        if (values[i] > best) {
            best = values[i];
        }
    }
    return best;
}

double average(const double *marks, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += marks[i];
    }
    return sum / count;
}

void swap(int *p, int *q)
{
    int old = *p;
    *p = *q;
    *q = old;
}

void greet(const char *person)
{
    printf("Hello, %s!\n", person);
}

int string_length(const char *text)
{
    int length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}
