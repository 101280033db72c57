/* A disk that is full from a chosen write on, for the processes that load this (LD_PRELOAD) and the files below FULL_UNDER.
 *
 * FULL_CONTROL is a file of five 64-bit numbers that all processes share: is it on; how many writes there were since it
 * was put on; the number of the first that fails; how many failed; and a spare one. Whatever makes or lengthens a file,
 * names it or puts it on the disk counts as a write. Removing never fails, as on a full disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

enum { IS_ON, COUNT, FIRST, FAILED, SIZE = 5 };
static _Atomic long long *control;
static const char *under;

static void __attribute__((constructor)) begin(void) {
    const char *file = getenv("FULL_CONTROL");
    under = getenv("FULL_UNDER");
    if (!file || !under) return;
    int fd = open(file, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *found = mmap(NULL, SIZE * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (found != MAP_FAILED) control = found;
}

static int is_below(const char *path) {
    size_t length = strlen(under);
    return !strncmp(path, under, length) && (path[length] == '/' || path[length] == 0);
}

static int is_below_at(int fd, const char *name) {
    char path[4096], link[64];
    if (name && name[0] == '/') return is_below(name);
    if (fd == AT_FDCWD) {
        if (!getcwd(path, sizeof path)) return 0;
        return is_below(path);
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path);
}

/* Whether this write finds no room. */
static int fails(int fd, const char *name) {
    int before = errno;
    int full = 0;
    if (control && control[IS_ON] && is_below_at(fd, name)) {
        full = atomic_fetch_add(&control[COUNT], 1) >= control[FIRST];
        if (full) atomic_fetch_add(&control[FAILED], 1);
    }
    errno = full ? ENOSPC : before;
    return full;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define ON_FD(type, name, parameters, arguments, ...) \
    type name parameters { REAL(type, name, __VA_ARGS__); return fails(fd, NULL) ? -1 : real arguments; }

ON_FD(ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n), int, const void *, size_t)
ON_FD(ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at), int, const void *, size_t, off_t)
ON_FD(ssize_t, pwrite64, (int fd, const void *data, size_t n, off64_t at), (fd, data, n, at), int, const void *, size_t, off64_t)
ON_FD(ssize_t, writev, (int fd, const struct iovec *data, int n), (fd, data, n), int, const struct iovec *, int)
ON_FD(int, fsync, (int fd), (fd), int)
ON_FD(int, fdatasync, (int fd), (fd), int)
ON_FD(int, posix_fallocate, (int fd, off_t at, off_t n), (fd, at, n), int, off_t, off_t)
ON_FD(int, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n), int, int, off_t, off_t)

static int makes(int fd, const char *path, int flags) {
    struct stat found;
    int before = errno;
    int is_new = (flags & O_CREAT) && fstatat(fd, path, &found, AT_SYMLINK_NOFOLLOW) != 0;
    errno = before;
    return is_new;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

#define OPEN(name) int name(const char *path, int flags, ...) { MODE REAL(int, name, const char *, int, ...); \
    return makes(AT_FDCWD, path, flags) && fails(AT_FDCWD, path) ? -1 : real(path, flags, mode); }
#define OPENAT(name) int name(int fd, const char *path, int flags, ...) { MODE REAL(int, name, int, const char *, int, ...); \
    return makes(fd, path, flags) && fails(fd, path) ? -1 : real(fd, path, flags, mode); }
OPEN(open) OPEN(open64) OPENAT(openat) OPENAT(openat64)

int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    struct stat found;
    int before = errno;
    int is_new = stat(path, &found) != 0;
    errno = before;
    return is_new && fails(AT_FDCWD, path) ? -1 : real(path, mode);
}
int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    return fails(AT_FDCWD, to) ? -1 : real(from, to);
}
int renameat(int from_fd, const char *from, int fd, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    return fails(fd, to) ? -1 : real(from_fd, from, fd, to);
}
int renameat2(int from_fd, const char *from, int fd, const char *to, unsigned int flags) {
    REAL(int, renameat2, int, const char *, int, const char *, unsigned int);
    return fails(fd, to) ? -1 : real(from_fd, from, fd, to, flags);
}
int linkat(int from_fd, const char *from, int fd, const char *to, int flags) {
    REAL(int, linkat, int, const char *, int, const char *, int);
    return fails(fd, to) ? -1 : real(from_fd, from, fd, to, flags);
}

#define STAT(name, type, first) \
    static void name##_full(int fd, const char *path, struct type *room) { \
        if (control && control[IS_ON] && control[COUNT] > control[FIRST] && is_below_at(fd, path)) room->f_bavail = room->f_bfree = 0; }
STAT(statvfs, statvfs, x) STAT(statvfs64, statvfs64, x)
int statvfs(const char *path, struct statvfs *room) {
    REAL(int, statvfs, const char *, struct statvfs *);
    int done = real(path, room);
    if (!done) statvfs_full(AT_FDCWD, path, room);
    return done;
}
int statvfs64(const char *path, struct statvfs64 *room) {
    REAL(int, statvfs64, const char *, struct statvfs64 *);
    int done = real(path, room);
    if (!done) statvfs64_full(AT_FDCWD, path, room);
    return done;
}
int fstatvfs(int fd, struct statvfs *room) {
    REAL(int, fstatvfs, int, struct statvfs *);
    int done = real(fd, room);
    if (!done) statvfs_full(fd, NULL, room);
    return done;
}
int fstatvfs64(int fd, struct statvfs64 *room) {
    REAL(int, fstatvfs64, int, struct statvfs64 *);
    int done = real(fd, room);
    if (!done) statvfs64_full(fd, NULL, room);
    return done;
}
