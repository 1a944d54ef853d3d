/* The kernels as a C programmer writes them. As in Python, nothing says that arrays do not overlap. */

#include <math.h>
#include <stdint.h>

#include "kernels.h"

void scale(const double *a, double *out, int64_t height, int64_t width)
{
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < width; j++)
            out[i * width + j] = 2.0 * a[i * width + j];
}

double total(const double *a, int64_t size)
{
    double sum = 0.0;
    for (int64_t i = 0; i < size; i++)
        sum += a[i];
    return sum;
}

double dot(const double *a, const double *b, int64_t size)
{
    double sum = 0.0;
    for (int64_t i = 0; i < size; i++)
        sum += a[i] * b[i];
    return sum;
}

void mandelbrot(int64_t *out, int64_t limit, int64_t height, int64_t width)
{
    double rise = 2.0 / height, run = 3.0 / width;
    for (int64_t i = 0; i < height; i++)
        for (int64_t j = 0; j < width; j++) {
            double x = j * run - 2.0, y = i * rise - 1.0, re = 0.0, im = 0.0;
            int64_t count = 0;
            while (count < limit && re * re + im * im <= 4.0) {
                double next = re * re - im * im + x;
                im = 2.0 * re * im + y;
                re = next;
                count++;
            }
            out[i * width + j] = count;
        }
}

void matmul_ijk(const double *a, const double *b, double *out, int64_t size, int64_t same)
{
    for (int64_t i = 0; i < size; i++)
        for (int64_t j = 0; j < size; j++) {
            double sum = 0.0;
            for (int64_t k = 0; k < size; k++)
                sum += a[i * size + k] * b[k * size + j];
            out[i * size + j] = sum;
        }
}

void matmul_ikj(const double *a, const double *b, double *out, int64_t size, int64_t same)
{
    for (int64_t i = 0; i < size; i++) {
        for (int64_t j = 0; j < size; j++)
            out[i * size + j] = 0.0;
        for (int64_t k = 0; k < size; k++) {
            double factor = a[i * size + k];
            for (int64_t j = 0; j < size; j++)
                out[i * size + j] += factor * b[k * size + j];
        }
    }
}

void n_body(double *place, double *speed, const double *mass, double step, int64_t steps, int64_t bodies,
            int64_t axes)
{
    for (int64_t n = 0; n < steps; n++) {
        for (int64_t i = 0; i < bodies; i++)
            for (int64_t j = i + 1; j < bodies; j++) {
                double dx = place[i * 3] - place[j * 3];
                double dy = place[i * 3 + 1] - place[j * 3 + 1];
                double dz = place[i * 3 + 2] - place[j * 3 + 2];
                double square = dx * dx + dy * dy + dz * dz;
                double pull = step / (square * sqrt(square));
                speed[i * 3] -= dx * mass[j] * pull;
                speed[i * 3 + 1] -= dy * mass[j] * pull;
                speed[i * 3 + 2] -= dz * mass[j] * pull;
                speed[j * 3] += dx * mass[i] * pull;
                speed[j * 3 + 1] += dy * mass[i] * pull;
                speed[j * 3 + 2] += dz * mass[i] * pull;
            }
        for (int64_t i = 0; i < bodies; i++)
            for (int64_t axis = 0; axis < 3; axis++)
                place[i * 3 + axis] += step * speed[i * 3 + axis];
    }
}

void jacobi(const double *a, double *out, int64_t height, int64_t width)
{
    for (int64_t i = 1; i < height - 1; i++)
        for (int64_t j = 1; j < width - 1; j++)
            out[i * width + j] = 0.25 * (a[(i - 1) * width + j] + a[(i + 1) * width + j] +
                                         a[i * width + j - 1] + a[i * width + j + 1]);
}

void mask_assign(const double *x, double *out, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        if (x[i] == 1.0)
            out[i] = INFINITY;
}

void fused(const double *a, const double *b, const double *c, const double *d, double *out, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        out[i] = a[i] * b[i] + c[i] * sin(d[i]);
}

void gather(const double *a, const int64_t *index, double *out, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        out[i] = a[index[i]];
}

void move_arrays(float *x, float *y, const float *vx, const float *vy, float step, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        x[i] += step * vx[i];
        y[i] += step * vy[i];
    }
}

void move_structs(struct particle *particles, float step, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        particles[i].x += step * particles[i].vx;
        particles[i].y += step * particles[i].vy;
    }
}
