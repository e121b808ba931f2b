#include <stdio.h>

struct tank {
    int oil;
    int size;
};

int tank_oil(const struct tank *tank)
{
    return tank->oil;
}

int tank_get_size(const struct tank *tank)
{
    return tank->size;
}

void tank_set_size(struct tank *tank, int size)
{
    tank->size = size;
}

void tank_refill(struct tank *tank, int liters)
{
    tank->oil += liters;
}

void tank_burn(struct tank *tank, int liters)
{
    tank->oil -= liters;
}

int tank_is_empty(const struct tank *tank)
{
    return tank->oil == 0;
}

void tank_print(const struct tank *tank)
{
    printf("%d of %d\n", tank->oil, tank->size);
}

int bigger(int first, int second)
{
    return first > second ? first : second;
}

int smaller(int first, int second)
{
    return first < second ? first : second;
}

double mean(const double *marks, int length)
{
    double total = 0;
    for (int i = 0; i < length; i++) {
        total += marks[i];
    }
    return total / length;
}

int total_points(const int *points, int length)
{
    int total = 0;
    for (int i = 0; i < length; i++) {
        total += points[i];
    }
    return total;
}

double total_cost(const double *costs, int length)
{
    double total = 0;
    for (int i = 0; i < length; i++) {
        total += costs[i];
    }
    return total;
}
