#include <stdlib.h>

struct lorry {
    int diesel;
    int boxes;
};

void lorry_refuel(struct lorry *lorry, int gallons)
{
    lorry->diesel += gallons;
}

void lorry_consume(struct lorry *lorry, int gallons)
{
    lorry->diesel -= gallons;
}

void lorry_load(struct lorry *lorry, int boxes)
{
    lorry->boxes += boxes;
}

double average(const double *values, int count)
{
    double total = 0;
    for (int i = 0; i < count; i++) {
        total += values[i];
    }
    return total / count;
}

double mean(const int *values, int count)
{
    double total = 0;
    for (int i = 0; i < count; i++) {
        total += values[i];
    }
    return total / count;
}

double average_of(const int *costs, int count)
{
    double total = 0;
    for (int i = 0; i < count; i++) {
        total += costs[i];
    }
    return total / count;
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

int smallest(const int *values, int count)
{
    int best = values[0];
    for (int i = 1; i < count; i++) {
        if (values[i] < best) {
            best = values[i];
        }
    }
    return best;
}

int count_positive(const int *values, int count)
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        if (values[i] > 0) {
            found++;
        }
    }
    return found;
}
