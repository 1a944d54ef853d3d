/* The kernels' floor. Arrays come as pointers, then numbers, then the shape of the first array. */

struct particle { float x, y, vx, vy; };

void scale(const double *a, double *out, int64_t height, int64_t width);
double total(const double *a, int64_t size);
double dot(const double *a, const double *b, int64_t size);
void mandelbrot(int64_t *out, int64_t limit, int64_t height, int64_t width);
void matmul_ijk(const double *a, const double *b, double *out, int64_t size, int64_t same);
void matmul_ikj(const double *a, const double *b, double *out, int64_t size, int64_t same);
void n_body(double *place, double *speed, const double *mass, double step, int64_t steps, int64_t bodies,
            int64_t axes);
void jacobi(const double *a, double *out, int64_t height, int64_t width);
void mask_assign(const double *x, double *out, int64_t size);
void fused(const double *a, const double *b, const double *c, const double *d, double *out, int64_t size);
void gather(const double *a, const int64_t *index, double *out, int64_t size);
void move_arrays(float *x, float *y, const float *vx, const float *vy, float step, int64_t size);
void move_structs(struct particle *particles, float step, int64_t size);

void seed_legacy(uint32_t seed);
double pi_legacy(int64_t count);
void seed_generator(uint64_t state_high, uint64_t state_low, uint64_t step_high, uint64_t step_low);
double pi_generator(int64_t count);
double pi_bits(void *bits, int64_t count);
