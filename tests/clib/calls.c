/* Functions of every kind of signature, for the tests of calls and callbacks. */
#include <complex.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "calls.h"

int counter = 7;
const int limit = 42;
double table[4] = {1.0, 2.0, 3.0, 4.0};
const char *greeting = "hello";
point origin = {0.5, 1.5};

void nothing(void) {}
int add(int a, int b) { return a + b; }
double half(double x) { return x / 2; }
float twice(float x) { return 2 * x; }
unsigned char low_byte(unsigned char x) { return x; }
signed char negate(signed char x) { return (signed char)-x; }
short shorten(short x) { return x; }
unsigned long long big(unsigned long long x) { return x; }
_Bool not(_Bool x) { return !x; }
char next(char c) { return (char)(c + 1); }
wchar_t widen(wchar_t c) { return c + 1; }
long double third(long double x) { return x / 3; }
double _Complex conjugate(double _Complex z) { return conj(z); }
float _Complex conjugatef(float _Complex z) { return conjf(z); }
__int128 square(__int128 x) { return x * x; }
enum color after(enum color c) { return c == RED ? GREEN : BLUE; }
size_t length(const char *s) { return strlen(s); }
const char *tail(const char *s) { return s + 1; }
void *same(void *p) { return p; }

point mirror(point p) { point q = {p.y, p.x}; return q; }
rgb invert(rgb c) { rgb d = {255 - c.r, 255 - c.g, 255 - c.b}; return d; }
three rotate(three t) { three u = {t.b, t.c, t.a}; return u; }
word flip(word w) { w.i ^= -1; return w; }
struct bits shift(struct bits b) { b.low = -1; b.mid++; return b; }
point sum_points(const point *p, size_t n) {
    point s = {0, 0};
    for (size_t i = 0; i < n; i++) { s.x += p[i].x; s.y += p[i].y; }
    return s;
}
DataPoint add_data(const DataPoint *dps, unsigned int n) {
    DataPoint out = {0, 0.0};
    for (unsigned i = 0; i < n; i++) { out.num += dps[i].num; out.dnum += dps[i].dnum; }
    return out;
}
double sum(const double *a, int n) {
    double s = 0;
    for (int i = 0; i < n; i++) s += a[i];
    return s;
}
void scale(double *a, int n, double by) {
    for (int i = 0; i < n; i++) a[i] *= by;
}
double twelve(double a, double b, double c, double d, double e, double f, double g, double h,
              double i, double j, double k, double l) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l;
}
double mixed(int a, double b, long c, float d, const char *e, unsigned char f, short g, double *h) {
    return a + b + c + d + e[0] + f + g + h[0];
}
long nine(long a, int b, short c, signed char d, long e, int f, short g, signed char h, long i) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}
double total(int n, ...) {
    va_list list;
    double s = 0;
    va_start(list, n);
    for (int i = 0; i < n; i++) s += va_arg(list, double);
    va_end(list);
    return s;
}
long integers(int n, ...) {
    va_list list;
    long s = 0;
    va_start(list, n);
    for (int i = 0; i < n; i++) s += va_arg(list, int);
    va_end(list);
    return s;
}
int set_errno(int value) { int before = errno; errno = value; return before; }

double apply(double (*f)(double), double x) { return f(x); }
int apply_int(int (*f)(int), int x) { return f(x); }
point apply_point(point (*f)(point), point p) { return f(p); }
rgb apply_rgb(rgb (*f)(rgb), rgb c) { return f(c); }
three apply_three(three (*f)(three), three t) { return f(t); }
DataPoint apply_data(DataPoint (*f)(DataPoint), DataPoint d) { return f(d); }
long double apply_long(long double (*f)(long double), long double x) { return f(x); }
double _Complex apply_complex(double _Complex (*f)(double _Complex), double _Complex z) { return f(z); }
long apply_nine(long (*f)(long, int, short, signed char, long, int, short, signed char, long)) {
    return f(1, -2, 3, -4, 5, -6, 7, -8, 9);
}
double apply_twelve(double (*f)(double, double, double, double, double, double, double, double, double,
                                double, double, double)) {
    return f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
}
void call_void(void (*f)(void)) { f(); }
int call_twice(int (*f)(int)) { int first = f(1); return first * 100 + f(2); }
static int negative(int x) { return -x; }
int (*chooser(void))(int) { return negative; }
int run_ops(struct ops *ops) { return ops->run(ops->value); }
