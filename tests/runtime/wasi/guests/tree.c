/* Everything a program does with files, below the directory named by its argument. Prints each result and errno. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void show(const char *what, long result) {
    if (result < 0)
        printf("%s: %s\n", what, strerror(errno));
    else
        printf("%s: ok %ld\n", what, result);
}

static void show_open(const char *path, int flags) {
    int fd = open(path, flags, 0644);
    show(path, fd < 0 ? -1 : 0);
    if (fd >= 0) close(fd);
}

static void show_stat(const char *path) {
    struct stat st;
    int result = lstat(path, &st);
    if (result < 0)
        show(path, result);
    else
        printf("%s: mode %o size %lld links %d\n", path, st.st_mode & S_IFMT, S_ISDIR(st.st_mode) ? 0LL : st.st_size,
               S_ISDIR(st.st_mode) ? 0 : (int)st.st_nlink);
}

static void list(const char *path) {
    char *names[64];
    int count = 0;
    DIR *dir = opendir(path);
    if (!dir) {
        show(path, -1);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) && count < 64) {
        char name[300];
        snprintf(name, sizeof name, "%s/%d", entry->d_name, entry->d_type);
        names[count++] = strdup(name);
    }
    closedir(dir);
    qsort(names, count, sizeof *names, compare);
    printf("%s:", path);
    for (int i = 0; i < count; i++) printf(" %s", names[i]);
    printf("\n");
}

static void contents(void) {
    char text[64];
    FILE *file = fopen("a.txt", "w+");
    fprintf(file, "hello %d world\n", 42);
    fseek(file, 6, SEEK_SET);
    printf("fgets %s", fgets(text, sizeof text, file));
    fclose(file);
    int fd = open("a.txt", O_RDWR | O_APPEND);
    show("append", write(fd, "more\n", 5));
    show("lseek", lseek(fd, -5, SEEK_END));
    show("lseek before start", lseek(fd, -500, SEEK_CUR));
    memset(text, 0, sizeof text);
    show("read", read(fd, text, sizeof text));
    printf("text %s", text);
    show("pread", pread(fd, text, 5, 0));
    show("pread far", pread(fd, text, 5, 1 << 20));
    show("ftruncate", ftruncate(fd, 3));
    show("size", lseek(fd, 0, SEEK_END));
    show("fsync", fsync(fd));
    show("close", close(fd));
    show("close again", close(fd));
    fd = open("a.txt", O_RDONLY);
    show("write to read-only", write(fd, "x", 1));
    close(fd);
    fd = open("a.txt", O_WRONLY);
    show("read from write-only", read(fd, text, 1));
    close(fd);
}

static void tree(void) {
    show("mkdir", mkdir("d", 0755));
    show("mkdir again", mkdir("d", 0755));
    show("mkdir below", mkdir("d/e/", 0755));
    show("mkdir nowhere", mkdir("x/y", 0755));
    show("rmdir full", rmdir("d"));
    show("rmdir file", rmdir("a.txt"));
    show("unlink dir", unlink("d"));
    show("unlink missing", unlink("missing"));
    show("link", link("a.txt", "d/hard"));
    show("link again", link("a.txt", "d/hard"));
    show("symlink", symlink("../a.txt", "d/soft"));
    show("symlink dir", symlink("d", "there"));
    show("symlink out", symlink("../../../etc", "out"));
    show("symlink loop", symlink("loop", "loop"));
    show_stat("a.txt");
    show_stat("d/hard");
    show_stat("d/soft");
    show_stat("d");
    show_stat("d/");
    show_stat("there/soft");
    show_stat("missing");
    char target[64] = {0};
    show("readlink", readlink("d/soft", target, sizeof target));
    printf("target %s\n", target);
    show("readlink file", readlink("a.txt", target, sizeof target));
    list(".");
    list("d");
    list("there");
    list("a.txt");
    show("rename", rename("d/hard", "b.txt"));
    show("rename over", rename("b.txt", "a.txt"));
    show("rename dir", rename("d", "dd"));
    show("rename file to dir", rename("a.txt", "dd"));
    show("rename dir to file", rename("dd", "a.txt"));
    show("rename missing", rename("missing", "x"));
    show("rename into itself", rename("dd", "dd/e/f"));
    list(".");
}

static void opens(void) {
    show_open("a.txt", O_RDONLY);
    show_open("a.txt", O_RDONLY | O_DIRECTORY);
    show_open("a.txt/", O_RDONLY);
    show_open("a.txt/x", O_RDONLY);
    show_open("dd", O_RDONLY);
    show_open("dd", O_RDWR);
    show_open("dd/", O_RDONLY | O_DIRECTORY);
    show_open("dd/./e/../soft", O_RDONLY);
    show_open("new", O_RDONLY);
    show_open("new", O_WRONLY | O_CREAT | O_EXCL);
    show_open("new", O_WRONLY | O_CREAT | O_EXCL);
    show_open("dd/soft", O_RDONLY | O_NOFOLLOW);
    show_open("loop", O_RDONLY);
    show_open("loop", O_RDONLY | O_CREAT);
    show_open("out", O_RDONLY);
    show_open("out/passwd", O_RDONLY);
    show_open("../secret", O_RDONLY);
    show_open("dd/../../secret", O_RDONLY);
    show_open("", O_RDONLY);
    show_stat("out/passwd");
    show("unlink out", unlink("out/passwd"));
    show("mkdir out", mkdir("../made", 0755));
    show("rename out", rename("a.txt", "../stolen"));
    show("chdir up", chdir(".."));
}

int main(int argc, char **argv) {
    if (argc < 2 || chdir(argv[1]) < 0) return 2;
    contents();
    tree();
    opens();
    show("last", unlink("loop"));
    return 0;
}
