#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "calls.h"

void nothing(void) {}

int add(int a, int b) { return a + b; }

double half(double x) { return x / 2; }

size_t length(const char *text) { return strlen(text); }

struct pair swap(struct pair p) { return (struct pair){p.second, p.first}; }

struct triple turn(struct triple t) { return (struct triple){t.y, t.z, t.x}; }

double total(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

double sum12(double a, double b, double c, double d, double e, double f,
             double g, double h, double i, double j, double k, double l)
{
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

double mixed(int a, double b, long c, float d, const char *e, unsigned f, double g, short h)
{
    return a + b + c + d + e[0] + f + g + h;
}

int sum_of(int count, ...)
{
    va_list numbers;
    va_start(numbers, count);
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += va_arg(numbers, int);
    va_end(numbers);
    return sum;
}

double apply(double (*function)(double), double x, int count)
{
    for (int i = 0; i < count; i++)
        x = function(x);
    return x;
}

int compare(const int *a, const int *b) { return *a < *b ? -1 : *a > *b; }

double integrand(double t) { return exp(-t) / (t * t); }
