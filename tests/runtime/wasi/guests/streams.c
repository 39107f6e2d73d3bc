/* Standard streams, arguments, environment, exit status; copies standard input to output in odd pieces. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) printf("arg %d [%s]\n", i, argv[i]);
    for (char **entry = environ; *entry; entry++) printf("env [%s]\n", *entry);
    fflush(stdout);

    char one[7], two[1], three[50];
    struct iovec buffers[4] = {{one, sizeof one}, {two, 0}, {two, sizeof two}, {three, sizeof three}};
    long total = 0, count;
    unsigned sum = 0;
    while ((count = readv(0, buffers, 4)) > 0) {
        long left = count;
        for (int i = 0; i < 4 && left; i++) {
            long part = left < (long)buffers[i].iov_len ? left : (long)buffers[i].iov_len;
            for (long k = 0; k < part; k++) sum = sum * 31 + ((unsigned char *)buffers[i].iov_base)[k];
            if (part && write(1, buffers[i].iov_base, part) != part) return 3;
            left -= part;
        }
        total += count;
    }
    printf("\ntotal %ld sum %u\n", total, sum);
    printf("isatty %d %d %d\n", isatty(0), isatty(1), isatty(2));
    fprintf(stderr, "to stderr %d\n", argc);
    printf("bad fd: %d %s\n", (int)write(99, "x", 1), strerror(errno));
    printf("no such file: %d %s\n", open("/nowhere", O_RDONLY), strerror(errno));
    printf("close %d %d\n", close(0), close(0));
    fflush(stdout);
    exit(argc);
}
