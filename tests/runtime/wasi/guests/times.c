/* Clocks, sleeping, waiting, file times, random bytes: prints only what is the same in every run. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static long long now_us(clockid_t clock) {
    struct timespec ts;
    if (clock_gettime(clock, &ts) < 0) return -errno;
    return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

int main(void) {
    struct timespec res;
    printf("realtime %d\n", now_us(CLOCK_REALTIME) > 1600000000000000LL);
    printf("resolution %d\n", clock_getres(CLOCK_MONOTONIC, &res) == 0 && res.tv_sec == 0);
    long long start = now_us(CLOCK_MONOTONIC);
    printf("usleep %d\n", usleep(20000));
    long long slept = now_us(CLOCK_MONOTONIC) - start;
    printf("slept %d\n", slept >= 20000 && slept < 2000000);

    struct pollfd fds[2] = {{.fd = 1, .events = POLLOUT}, {.fd = 77, .events = POLLIN}};
    printf("poll stdout %d", poll(fds, 1, 1000));
    printf(" %d\n", fds[0].revents == POLLOUT);

    int fd = open("/data/t", O_CREAT | O_RDWR, 0644);
    struct timespec times[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
    printf("futimens %d\n", futimens(fd, times));
    struct stat st;
    fstat(fd, &st);
    printf("%lld.%09ld %lld.%09ld\n", (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long long)st.st_mtim.tv_sec,
           st.st_mtim.tv_nsec);
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_nsec = UTIME_NOW;
    printf("utimensat %d\n", utimensat(AT_FDCWD, "/data/t", times, 0));
    stat("/data/t", &st);
    printf("%lld %d\n", (long long)st.st_atim.tv_sec, st.st_mtim.tv_sec > 1600000000);

    unsigned char random[64] = {0};
    int zeros = 0;
    printf("getentropy %d\n", getentropy(random, sizeof random));
    for (int i = 0; i < 64; i++) zeros += !random[i];
    printf("zeros %d\n", zeros < 16);
    return 0;
}
