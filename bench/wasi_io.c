/* Input and output of a WASI guest: usage: wasi_io CALLS MEBIBYTES, with a directory preopened as /. Prints the seconds
   that CALLS writes and reads of 4 KiB took, that copying a file of MEBIBYTES took by blocks of 64 KiB, and a checksum. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SMALL = 4096, LARGE = 65536 };
static unsigned char block[LARGE];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int open_file(const char *name, int flags) {
    int fd = open(name, flags, 0666);
    if (fd < 0) fail(name);
    return fd;
}

int main(int argc, char **argv) {
    long calls = argc > 1 ? atol(argv[1]) : 1000, mebibytes = argc > 2 ? atol(argv[2]) : 1;
    uint64_t checksum = 0;
    for (int i = 0; i < LARGE; i++) block[i] = (unsigned char)(i * 7 + i / 256);

    int fd = open_file("/small", O_RDWR | O_CREAT | O_TRUNC);
    double start = now();
    for (long i = 0; i < calls; i++) {
        if (i % 1024 == 0) lseek(fd, 0, SEEK_SET); /* the file stays in the host's cache */
        if (write(fd, block, SMALL) != SMALL) fail("write");
    }
    printf("write %.6f\n", now() - start);
    start = now();
    for (long i = 0; i < calls; i++) {
        if (i % 1024 == 0) lseek(fd, 0, SEEK_SET);
        if (read(fd, block, SMALL) != SMALL) fail("read");
        checksum += block[i % SMALL];
    }
    printf("read %.6f\n", now() - start);
    close(fd);

    int from = open_file("/from", O_RDWR | O_CREAT | O_TRUNC);
    for (long i = 0; i < mebibytes * 16; i++)
        if (write(from, block, LARGE) != LARGE) fail("write");
    lseek(from, 0, SEEK_SET);
    int to = open_file("/to", O_WRONLY | O_CREAT | O_TRUNC);
    start = now();
    for (;;) {
        ssize_t count = read(from, block, LARGE);
        if (count < 0) fail("read");
        if (!count) break;
        if (write(to, block, (size_t)count) != count) fail("write");
        checksum += block[count - 1] + (uint64_t)count;
    }
    printf("copy %.6f\n", now() - start);
    printf("checksum %llu\n", (unsigned long long)checksum);
    return 0;
}
