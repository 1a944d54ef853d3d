/* The two generators of NumPy, and pi by throwing darts with each. */

#include <stdint.h>

#include "kernels.h"

/* The Mersenne Twister of Matsumoto and Nishimura (1998), as `numpy.random.seed` fills it. */

enum { WORDS = 624, MIDDLE = 397 };

static uint32_t words[WORDS];
static int used = WORDS;

void seed_legacy(uint32_t seed)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        words[i] = seed;
        seed = 1812433253U * (seed ^ (seed >> 30)) + i + 1;
    }
    used = WORDS;
}

static uint32_t twisted(uint32_t upper, uint32_t lower)
{
    uint32_t mixed = (upper & 0x80000000U) | (lower & 0x7fffffffU);
    return (mixed >> 1) ^ (-(mixed & 1) & 0x9908b0dfU);
}

static void refill(void)
{
    int i = 0;
    for (; i < WORDS - MIDDLE; i++)
        words[i] = words[i + MIDDLE] ^ twisted(words[i], words[i + 1]);
    for (; i < WORDS - 1; i++)
        words[i] = words[i + MIDDLE - WORDS] ^ twisted(words[i], words[i + 1]);
    words[i] = words[MIDDLE - 1] ^ twisted(words[i], words[0]);
    used = 0;
}

static inline uint32_t next_word(void)
{
    if (used == WORDS)
        refill();
    uint32_t y = words[used++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
}

static inline double random_legacy(void)
{
    int32_t high = next_word() >> 5, low = next_word() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

double pi_legacy(int64_t count)
{
    int64_t inside = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = random_legacy(), y = random_legacy();
        if (x * x + y * y < 1.0)
            inside++;
    }
    return 4.0 * inside / count;
}

/* PCG XSL RR 128/64 of O'Neill (2014). */

typedef unsigned __int128 wide;

static wide state, increment;

void seed_generator(uint64_t state_high, uint64_t state_low, uint64_t step_high, uint64_t step_low)
{
    state = (wide)state_high << 64 | state_low;
    increment = (wide)step_high << 64 | step_low;
}

static inline double random_generator(void)
{
    const wide factor = (wide)2549297995355413924ULL << 64 | 4865540595714422341ULL;
    state = state * factor + increment;
    uint64_t mixed = (uint64_t)(state >> 64) ^ (uint64_t)state;
    unsigned turn = state >> 122;
    uint64_t drawn = mixed >> turn | mixed << (-turn & 63);
    return (drawn >> 11) * (1.0 / 9007199254740992.0);
}

double pi_generator(int64_t count)
{
    int64_t inside = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = random_generator(), y = random_generator();
        if (x * x + y * y < 1.0)
            inside++;
    }
    return 4.0 * inside / count;
}

/* Any bit generator of NumPy's, by the table of functions that its documentation gives. */

struct bits {
    void *state;
    uint64_t (*next_long)(void *);
    uint32_t (*next_word)(void *);
    double (*next_double)(void *);
    uint64_t (*next_raw)(void *);
};

double pi_bits(void *address, int64_t count)
{
    struct bits *bits = address;
    int64_t inside = 0;
    for (int64_t i = 0; i < count; i++) {
        double x = bits->next_double(bits->state), y = bits->next_double(bits->state);
        if (x * x + y * y < 1.0)
            inside++;
    }
    return 4.0 * inside / count;
}
