#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

struct line {
    double slope, offset;
};

double line_at(double x, void *data)
{
    const struct line *line = data;
    return line->slope * x + line->offset;
}

/* One function a scalar type, each of which changes what it gets. */
bool of_bool(bool x) { return !x; }
signed char of_schar(signed char x) { return x + 1; }
unsigned char of_uchar(unsigned char x) { return x + 1; }
short of_short(short x) { return x + 1; }
unsigned short of_ushort(unsigned short x) { return x + 1; }
int of_int(int x) { return x + 1; }
unsigned of_uint(unsigned x) { return x + 1; }
long of_long(long x) { return x + 1; }
unsigned long of_ulong(unsigned long x) { return x + 1; }
long long of_longlong(long long x) { return x + 1; }
unsigned long long of_ulonglong(unsigned long long x) { return x + 1; }
float of_float(float x) { return x + 0.5f; }
double of_double(double x) { return x + 0.5; }
long double of_longdouble(long double x) { return x + 0.5L; }
float complex of_cfloat(float complex x) { return x * I; }
double complex of_cdouble(double complex x) { return x * I; }
long double complex of_clongdouble(long double complex x) { return x * I; }

double mixed(bool a, short b, float c, double d, unsigned char e, long f, float complex g, long double h)
{
    return a + 2.0 * b + 3.0 * c + 5.0 * d + 7.0 * e + 11.0 * f + 13.0 * creal(g) + 17.0 * cimag(g) + 19.0 * (double)h;
}

long largest(long a, long b) { return a > b ? a : b; }

double add(double a, double b) { return a + b; }

/* What a callback makes of a number. */
static double (*hook)(double);

void set_hook(double (*function)(double)) { hook = function; }

double through_hook(double x) { return hook(x); }
