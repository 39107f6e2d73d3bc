/* Gravity between five bodies: a chain of scalar floating-point operations with square roots and divisions. */
#include <math.h>
#define DEFAULT_SIZE 500000
#define BODIES 5

static struct {
    double x, y, z, vx, vy, vz, mass;
} body[BODIES];

static void setup(int steps) {
    (void)steps;
    for (int i = 0; i < BODIES; i++) {
        double t = i * 1.7;
        body[i].x = i * 5 * cos(t), body[i].y = i * 5 * sin(t), body[i].z = 0.1 * i;
        body[i].vx = -sin(t), body[i].vy = cos(t), body[i].vz = 0.01 * i;
        body[i].mass = i ? 0.03 / i : 39;
    }
}

static __attribute__((noinline)) void advance(double dt) {
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double dx = body[i].x - body[j].x, dy = body[i].y - body[j].y, dz = body[i].z - body[j].z;
            double d2 = dx * dx + dy * dy + dz * dz, force = dt / (d2 * sqrt(d2));
            double fi = force * body[j].mass, fj = force * body[i].mass;
            body[i].vx -= dx * fi, body[i].vy -= dy * fi, body[i].vz -= dz * fi;
            body[j].vx += dx * fj, body[j].vy += dy * fj, body[j].vz += dz * fj;
        }
    for (int i = 0; i < BODIES; i++) {
        body[i].x += dt * body[i].vx, body[i].y += dt * body[i].vy, body[i].z += dt * body[i].vz;
    }
}

static void run(int steps) {
    setup(steps);
    for (int i = 0; i < steps; i++) advance(0.001);
}

static double checksum(int steps) {
    (void)steps;
    double sum = 0;
    for (int i = 0; i < BODIES; i++) sum += body[i].x + 2 * body[i].y + 3 * body[i].z;
    return sum;
}

#include "kernel.h"
