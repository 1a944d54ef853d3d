/* Integers of 128 bits and bit-fields as wide as their types, as the compiler passes and lays them out. */
struct tagged { char tag; __int128 value; };
struct pair128 { __int128 low, high; };
struct bits128 {
    unsigned char first : 3;
    unsigned __int128 all : 128;
    __int128 most : 125;
    long long word : 64;
    unsigned int rest : 32;
    _Bool flag : 1;
    signed char small : 7;
};

unsigned __int128 add128(unsigned __int128 a, unsigned __int128 b);
__int128 last128(int a, long b, char c, short d, int e, __int128 on_stack);
__int128 split128(int a, int b, int c, int d, int e, __int128 f, int g);
struct tagged tag128(struct tagged t, __int128 by);
struct pair128 swap128(struct pair128 p);
__int128 apply128(__int128 (*f)(int, __int128, int, int, int, __int128), __int128 x);
void fill_bits(struct bits128 *b);
int are_filled(const struct bits128 *b);
