/* The library that every contestant calls. ferrule and cffi both read this text. */

struct pair { double first, second; };
struct triple { double x, y, z; };

void nothing(void);
int add(int a, int b);
double half(double x);
size_t length(const char *text);
struct pair swap(struct pair p);
struct triple turn(struct triple t);
double total(const double *values, size_t count);
double sum12(double a, double b, double c, double d, double e, double f,
             double g, double h, double i, double j, double k, double l);
double mixed(int a, double b, long c, float d, const char *e, unsigned f, double g, short h);

int sum_of(int count, ...);

double apply(double (*function)(double), double x, int count);
int compare(const int *a, const int *b);
double integrand(double t);
