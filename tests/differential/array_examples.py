"""Programs over arrays as people write them: those of Numba's documentation, and textbook ones.

Each function is run by CPython on one set of arguments and compiled on an equal one.
"""

import math

import numpy as np


def mandelbrot(height, width, limit):
    image = np.zeros((height, width), np.int64)
    for i in range(height):
        for j in range(width):
            c = complex(-2.0 + 3.0 * j / width, -1.0 + 2.0 * i / height)
            z = 0j
            for step in range(limit):
                z = z * z + c
                if z.real * z.real + z.imag * z.imag >= 4:
                    image[i, j] = step
                    break
            else:
                image[i, j] = limit
    return image


def bubble_sort(x):
    n = len(x)
    for end in range(n - 1, 0, -1):
        is_sorted = True
        for i in range(end):
            if x[i] > x[i + 1]:
                x[i], x[i + 1] = x[i + 1], x[i]
                is_sorted = False
        if is_sorted:
            break


def game_of_life(world, steps):
    height, width = world.shape
    for _ in range(steps):
        after = np.zeros_like(world)
        for i in range(height):
            for j in range(width):
                count = 0
                for di in range(-1, 2):
                    for dj in range(-1, 2):
                        if di != 0 or dj != 0:
                            count += world[(i + di) % height, (j + dj) % width]
                after[i, j] = count == 3 or (count == 2 and world[i, j] == 1)
        world[:] = after


def jacobi(grid, tolerance, limit):
    change, steps = 1.0, 0
    while change > tolerance and steps < limit:
        after = grid.copy()
        change = 0.0
        for i in range(1, grid.shape[0] - 1):
            for j in range(1, grid.shape[1] - 1):
                after[i, j] = 0.25 * (grid[i - 1, j] + grid[i + 1, j] + grid[i, j - 1] + grid[i, j + 1])
                change = max(change, abs(after[i, j] - grid[i, j]))
        grid[...] = after
        steps += 1
    return steps, change


def jacobi_slices(grid, steps):
    for _ in range(steps):
        grid[1:-1, 1:-1] = 0.25 * (grid[:-2, 1:-1] + grid[2:, 1:-1] + grid[1:-1, :-2] + grid[1:-1, 2:])
    return grid.sum(axis=0)


def n_body(place, speed, mass, step, steps):
    for _ in range(steps):
        for i in range(len(mass)):
            for j in range(len(mass)):
                if i != j:
                    gap = place[j] - place[i]
                    square = (gap * gap).sum()
                    speed[i] += step * mass[j] / (square * math.sqrt(square)) * gap
        place += step * speed
    energy = 0.0
    for i in range(len(mass)):
        energy += 0.5 * mass[i] * (speed[i] * speed[i]).sum()
    return energy


def moving_average(a, width):
    result = np.empty(len(a) - width + 1)
    total = 0.0
    for i in range(len(a)):
        total += a[i]
        if i >= width:
            total -= a[i - width]
        if i >= width - 1:
            result[i - width + 1] = total / width
    return result


def merge_sort(a, room):
    n, width = len(a), 1
    while width < n:
        for start in range(0, n, 2 * width):
            merge(
                a[start : start + width],
                a[start + width : start + 2 * width],
                room[start : start + 2 * width],
            )
        a[:] = room
        width *= 2


def merge(left, right, out):
    i, j = 0, 0
    for k in range(len(out)):
        if j >= len(right) or (i < len(left) and left[i] <= right[j]):
            out[k] = left[i]
            i += 1
        else:
            out[k] = right[j]
            j += 1


def prefix_sums(a):
    result = np.zeros(a.size + 1, a.dtype)
    for i, x in enumerate(a):
        result[i + 1] = result[i] + x
    return result[1:]


def matrix_power(a, exponent):
    result = np.eye(a.shape[0])
    while exponent > 0:
        if exponent % 2:
            result = result @ a
        a = np.dot(a, a)
        exponent //= 2
    return result


def trace_and_transposed(a):
    total = 0.0
    for i in range(min(a.shape)):
        total += a[i, i]
    return total, a.T, a.T[::-1]


def determinant(a):
    a = a.copy()
    result = 1.0
    for column in range(a.shape[0]):
        pivot = column + np.argmax(np.abs(a[column:, column]))
        if a[pivot, column] == 0.0:
            return 0.0
        if pivot != column:
            result = -result
            for k in range(a.shape[1]):
                a[pivot, k], a[column, k] = a[column, k], a[pivot, k]
        result *= a[column, column]
        for row in range(column + 1, a.shape[0]):
            a[row, column:] -= a[row, column] / a[column, column] * a[column, column:]
    return result


def histogram(values, low, high, bins):
    counts = np.zeros(bins, np.int64)
    for value in values.flat:
        if low <= value < high:
            counts[int((value - low) / (high - low) * bins)] += 1
    return counts


def random_walk(seed, steps):
    """A walk by a generator of its own, so that both runs take the same steps."""
    place = np.zeros((steps + 1, 2), np.int64)
    for n in range(steps):
        seed = (1103515245 * seed + 12345) % 2147483648
        place[n + 1] = place[n]
        axis, sign = seed >> 16 & 1, (seed >> 17 & 1) * 2 - 1
        place[n + 1, axis] += sign
    return place


def sieve(limit):
    is_prime = np.ones(limit, np.bool_)
    is_prime[:2] = False
    for n in range(2, int(limit**0.5) + 1):
        if is_prime[n]:
            is_prime[n * n :: n] = False
    return is_prime


def clipped(image, low, high):
    image[image < low] = low
    image[image > high] = high
    return image[::2, ::2]


def inverted(order):
    result = np.empty_like(order)
    result[order] = np.arange(order.size)
    return result


def normalised(points):
    centre = points.mean(axis=0)
    away = points - centre
    return away / np.sqrt((away**2).sum(axis=1)).max()


def ones_are_infinite(x):
    result = np.zeros(x.shape)
    result[x == 1.0] = np.inf
    return result


def longest_common(a, b):
    table = np.zeros((a.size + 1, b.size + 1), np.int32)
    for i in range(a.size):
        for j in range(b.size):
            if a[i] == b[j]:
                table[i + 1, j + 1] = table[i, j] + 1
            else:
                table[i + 1, j + 1] = max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


def convolved(image, kernel):
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((height, width), image.dtype)
    for i in range(height):
        for j in range(width):
            out[i, j] = np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel)
    return out


def searched(a, value):
    low, high = 0, a.size
    while low < high:
        middle = (low + high) // 2
        if a[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


def summed(a):
    """The first example of Numba's documentation on array loops."""
    total = 0.0
    for i in range(a.shape[0]):
        total += np.tanh(a[i, i])
    return a + total


def rotated(angles):
    out = np.empty((angles.size, 2, 2))
    for index, angle in np.ndenumerate(angles):
        c, s = math.cos(angle), math.sin(angle)
        out[index[0]] = np.array([[c, -s], [s, c]])
    return out
