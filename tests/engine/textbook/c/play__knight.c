#include <stdbool.h>
#include <stdlib.h>

struct knight {
    int strength;
    int honor;
    bool asleep;
};

void knight_increase_strength(struct knight *knight, int amount)
{
    knight->strength += amount;
}

void knight_decrease_strength(struct knight *knight, int amount)
{
    knight->strength -= amount;
}

void knight_gain_honor(struct knight *knight, int points)
{
    knight->honor += points;
}

void knight_lose_honor(struct knight *knight, int points)
{
    knight->honor -= points;
}

void knight_sleep(struct knight *knight)
{
    knight->asleep = true;
}

void knight_wake(struct knight *knight)
{
    knight->asleep = false;
}

bool knight_is_asleep(const struct knight *knight)
{
    return knight->asleep;
}

int knight_get_strength(const struct knight *knight)
{
    return knight->strength;
}

void knight_set_strength(struct knight *knight, int strength)
{
    knight->strength = strength;
}

void knight_free(struct knight *knight)
{
    free(knight);
}

typedef struct {
    int points;
    int length;
} tally_t;

void tally_increment(tally_t *tally)
{
    tally->points++;
}

void tally_decrement(tally_t *tally)
{
    tally->points--;
}

void tally_add(tally_t *tally, int points)
{
    tally->points += points;
}

void tally_reset(tally_t *tally)
{
    tally->points = 0;
}

int tally_length(const tally_t *tally)
{
    return tally->length;
}

bool tally_is_empty(const tally_t *tally)
{
    return tally->length == 0;
}

struct till {
    double amount;
};

void till_deposit(struct till *till, double sum)
{
    till->amount += sum;
}

void till_withdraw(struct till *till, double sum)
{
    till->amount -= sum;
}

void till_raise(struct till *till, double by)
{
    till->amount += by;
}

void till_lower(struct till *till, double by)
{
    till->amount -= by;
}
