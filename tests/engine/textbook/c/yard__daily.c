#include <stdbool.h>
#include <stdio.h>

typedef struct {
    double pressure;
    double depth;
    int valves;
} Boiler;

void boiler_vent(Boiler *boiler, double bar)
{
    boiler->pressure -= bar;
}

void boiler_pump(Boiler *boiler, double bar)
{
    boiler->pressure += bar;
}

void boiler_inflate(Boiler *boiler, double bar)
{
    boiler->pressure += bar;
}

void boiler_release(Boiler *boiler, double bar)
{
    boiler->pressure -= bar;
}

void boiler_deflate(Boiler *boiler, double bar)
{
    boiler->pressure -= bar;
}

struct chest {
    int length;
    int width;
    int height;
};

int chest_volume(const struct chest *chest)
{
    return chest->length * chest->width * chest->height;
}

int larger(int one, int other)
{
    return one > other ? one : other;
}

int lesser(int one, int other)
{
    return one < other ? one : other;
}

bool may_ride(int height, int minimum)
{
    return height >= minimum;
}

void swap_values(int *first, int *second)
{
    int temp = *first;
    *first = *second;
    *second = temp;
}

void exchange(int *one, int *other)
{
    int temp = *one;
    *one = *other;
    *other = temp;
}

void swap_entries(int *values, int i, int j)
{
    int temp = values[i];
    values[i] = values[j];
    values[j] = temp;
}

void countdown(int number)
{
    while (number > 0) {
        printf("%d\n", number);
        number--;
    }
}

int count_spaces(const char *text)
{
    int count = 0;
    for (int i = 0; text[i] != '\0'; i++) {
        if (text[i] == ' ') {
            count++;
        }
    }
    return count;
}
