#include "wide.h"

unsigned __int128 add128(unsigned __int128 a, unsigned __int128 b) { return a + b; }

__int128 last128(int a, long b, char c, short d, int e, __int128 on_stack)
{
    return on_stack + a + b + c + d + e;
}

__int128 split128(int a, int b, int c, int d, int e, __int128 f, int g)
{
    return f * 100 + g + a + b + c + d + e;
}

struct tagged tag128(struct tagged t, __int128 by)
{
    t.tag++;
    t.value *= by;
    return t;
}

struct pair128 swap128(struct pair128 p)
{
    struct pair128 swapped = {p.high, p.low};
    return swapped;
}

__int128 apply128(__int128 (*f)(int, __int128, int, int, int, __int128), __int128 x)
{
    return f(1, x, 2, 3, 4, -x);
}

static const unsigned __int128 ALL = ((unsigned __int128)0xfedcba9876543210 << 64) | 0x0123456789abcdef;

void fill_bits(struct bits128 *b)
{
    b->first = 5;
    b->all = ALL;
    b->most = -((__int128)1 << 124);
    b->word = -0x7fffffffffffffff - 1;
    b->rest = 0xdeadbeef;
    b->flag = 1;
    b->small = -64;
}

int are_filled(const struct bits128 *b)
{
    return b->first == 5 && b->all == ALL && b->most == -((__int128)1 << 124)
           && b->word == -0x7fffffffffffffff - 1 && b->rest == 0xdeadbeef && b->flag && b->small == -64;
}
