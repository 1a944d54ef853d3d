/* What calls.c defines: read by its compiler and by the tests' cdef. */
typedef struct { double x, y; } point;
typedef struct { int num; double dnum; } DataPoint;
typedef struct { unsigned char r, g, b; } rgb;
typedef struct { long a, b, c; } three;
typedef union { int i; float f; } word;
struct bits { int low : 3; unsigned mid : 5; int high : 8; };
enum color { RED, GREEN = 5, BLUE };

extern int counter;
extern const int limit;
extern double table[4];
extern const char *greeting;
extern point origin;

void nothing(void);
int add(int a, int b);
double half(double x);
float twice(float x);
unsigned char low_byte(unsigned char x);
signed char negate(signed char x);
short shorten(short x);
unsigned long long big(unsigned long long x);
_Bool not(_Bool x);
char next(char c);
wchar_t widen(wchar_t c);
long double third(long double x);
double _Complex conjugate(double _Complex z);
float _Complex conjugatef(float _Complex z);
__int128 square(__int128 x);
enum color after(enum color c);
size_t length(const char *s);
const char *tail(const char *s);
void *same(void *p);

point mirror(point p);
rgb invert(rgb c);
three rotate(three t);
word flip(word w);
struct bits shift(struct bits b);
point sum_points(const point *p, size_t n);
DataPoint add_data(const DataPoint *dps, unsigned int n);
double sum(const double *a, int n);
void scale(double *a, int n, double by);
double twelve(double a, double b, double c, double d, double e, double f, double g, double h,
              double i, double j, double k, double l);
double mixed(int a, double b, long c, float d, const char *e, unsigned char f, short g, double *h);
long nine(long a, int b, short c, signed char d, long e, int f, short g, signed char h, long i);
double total(int n, ...);
long integers(int n, ...);
int set_errno(int value);

double apply(double (*f)(double), double x);
int apply_int(int (*f)(int), int x);
point apply_point(point (*f)(point), point p);
rgb apply_rgb(rgb (*f)(rgb), rgb c);
three apply_three(three (*f)(three), three t);
DataPoint apply_data(DataPoint (*f)(DataPoint), DataPoint d);
long double apply_long(long double (*f)(long double), long double x);
double _Complex apply_complex(double _Complex (*f)(double _Complex), double _Complex z);
long apply_nine(long (*f)(long, int, short, signed char, long, int, short, signed char, long));
double apply_twelve(double (*f)(double, double, double, double, double, double, double, double, double,
                                double, double, double));
void call_void(void (*f)(void));
int call_twice(int (*f)(int));
int (*chooser(void))(int);
struct ops { int (*run)(int); int value; };
int run_ops(struct ops *ops);
