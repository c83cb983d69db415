/* For tests only: laid over the C library (LD_PRELOAD), it lets the n-th call on a watched folder fail, and
 * keeps a record of every call that changes something there.
 *
 *   FAULT_DIRS   folders watched, separated by ':'
 *   FAULT_OPS    which calls count: letters of o(pen) w(rite) s(ync) r(ename) t(runcate) u(nlink) m(kdir)
 *   FAULT_AT     the n-th of them fails, from 1
 *   FAULT_ON     1: every later one fails too
 *   FAULT_KIND   EIO, ENOSPC, EINTR, SHORT (a write that takes half), KILL (the process dies before the call)
 *   FAULT_LOG    file that the record is appended to
 *   FAULT_COUNT  file that gets the number of calls counted
 *
 * Record: one line a call, `w PATH OFFSET HEX`, `s PATH`, `r FROM TO`, `t PATH LENGTH`, `u PATH`, `c PATH`
 * (made), `m PATH`, `d PATH` (a folder synced), `f PATH` (the whole file system synced). Paths hold no blanks in these tests. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
static char *names[FDS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counted;
static FILE *record;
static int busy;

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int watched(const char *path) {
    const char *dirs = getenv("FAULT_DIRS");
    if (!dirs || !path) return 0;
    while (*dirs) {
        size_t n = strcspn(dirs, ":");
        if (n && strncmp(path, dirs, n) == 0 && (path[n] == '/' || path[n] == 0)) return 1;
        dirs += n;
        if (*dirs == ':') dirs++;
    }
    return 0;
}

/* An absolute path, so that the record can be read without the folder the program ran in. */
static char *whole(const char *path) {
    static __thread char buffer[8192];
    if (path[0] == '/') return strncpy(buffer, path, sizeof buffer - 1);
    char cwd[4096];
    if (!getcwd(cwd, sizeof cwd)) return strncpy(buffer, path, sizeof buffer - 1);
    snprintf(buffer, sizeof buffer, "%s/%s", cwd, path);
    return buffer;
}

/* Counts a call; gives 0 to go on, 1 to fail with errno set, 2 to take half. */
static int fault(char op) {
    const char *ops = getenv("FAULT_OPS"), *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    if (!ops || !strchr(ops, op)) return 0;
    pthread_mutex_lock(&mutex);
    long n = ++counted;
    pthread_mutex_unlock(&mutex);
    const char *count = getenv("FAULT_COUNT");
    if (count) {
        int saved = busy;
        busy = 1;
        FILE *f = fopen(count, "w");
        if (f) { fprintf(f, "%ld\n", n); fclose(f); }
        busy = saved;
    }
    long wanted = at ? atol(at) : 0;
    const char *on = getenv("FAULT_ON");
    if (!wanted || n < wanted || (n > wanted && !(on && *on == '1'))) return 0;
    if (!kind) return 0;
    if (!strcmp(kind, "KILL")) { kill(getpid(), SIGKILL); pause(); }
    if (!strcmp(kind, "SHORT")) return op == 'w' ? 2 : 0;
    errno = !strcmp(kind, "ENOSPC") ? ENOSPC : !strcmp(kind, "EINTR") ? EINTR : EIO;
    return 1;
}

static void note(const char *format, ...) {
    if (!getenv("FAULT_LOG")) return;
    pthread_mutex_lock(&mutex);
    if (!record) { busy = 1; record = fopen(getenv("FAULT_LOG"), "a"); busy = 0; }
    if (record) {
        va_list list;
        va_start(list, format);
        vfprintf(record, format, list);
        va_end(list);
        fflush(record);
    }
    pthread_mutex_unlock(&mutex);
}

static void note_write(const char *name, off_t offset, const unsigned char *bytes, size_t len) {
    if (!getenv("FAULT_LOG")) return;
    char *hex = malloc(2 * len + 1);
    for (size_t i = 0; i < len; i++) sprintf(hex + 2 * i, "%02x", bytes[i]);
    hex[2 * len] = 0;
    note("w %s %lld %s\n", name, (long long)offset, hex);
    free(hex);
}

static const char *name_of(int fd) { return fd >= 0 && fd < FDS ? names[fd] : NULL; }

static void opened(int fd, const char *path, int existed, int flags) {
    if (fd < 0 || fd >= FDS) return;
    free(names[fd]);
    names[fd] = strdup(path);
    if (!existed) note("c %s\n", path);
    if (flags & O_TRUNC && existed) note("t %s 0\n", path);
}

static int open_as(const char *symbol, const char *path, int flags, mode_t mode) {
    static int (*real_open)(const char *, int, ...);
    if (!real_open) real_open = dlsym(RTLD_NEXT, symbol);
    char *full = busy ? NULL : whole(path);
    if (!full || !watched(full)) return real_open(path, flags, mode);
    char copy[8192];
    strncpy(copy, full, sizeof copy - 1);
    copy[sizeof copy - 1] = 0;
    struct stat st;
    int existed = stat(path, &st) == 0;
    if (flags & (O_WRONLY | O_RDWR | O_CREAT) && fault('o')) return -1;
    int fd = real_open(path, flags, mode);
    if (existed && S_ISDIR(st.st_mode)) flags = 0;
    opened(fd, copy, existed, flags);
    return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list l; va_start(l, flags); mode = va_arg(l, mode_t); va_end(l); }
int open(const char *path, int flags, ...) { MODE return open_as("open", path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_as("open64", path, flags, mode); }

/* A name below an open folder, so that folders taken away with what is in them are seen; NULL for one not watched. */
static char *below(int folder, const char *path) {
    static __thread char buffer[8192];
    if (folder == AT_FDCWD || path[0] == '/') return strcpy(buffer, whole(path));
    const char *name = name_of(folder);
    if (!name) return NULL;
    snprintf(buffer, sizeof buffer, "%s/%s", name, path);
    return buffer;
}

static int openat_as(const char *symbol, int folder, const char *path, int flags, mode_t mode) {
    static int (*real)(int, const char *, int, ...);
    if (!real) real = dlsym(RTLD_NEXT, symbol);
    char *full = busy ? NULL : below(folder, path);
    if (!full || !watched(full)) return real(folder, path, flags, mode);
    char copy[8192];
    strcpy(copy, full);
    struct stat st;
    int existed = fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (flags & (O_WRONLY | O_RDWR | O_CREAT) && fault('o')) return -1;
    int fd = real(folder, path, flags, mode);
    if (existed && S_ISDIR(st.st_mode)) flags = 0;
    opened(fd, copy, existed, flags);
    return fd;
}

int openat(int folder, const char *path, int flags, ...) { MODE return openat_as("openat", folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return openat_as("openat64", folder, path, flags, mode); }

static void closed(int fd) {
    if (fd >= 0 && fd < FDS && names[fd]) { free(names[fd]); names[fd] = NULL; }
}

int close(int fd) {
    REAL(int, "close", int);
    closed(fd);
    return real(fd);
}

int closedir(DIR *folder) {
    REAL(int, "closedir", DIR *);
    closed(dirfd(folder));
    return real(folder);
}

ssize_t write(int fd, const void *buf, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t);
    const char *name = name_of(fd);
    if (!name || busy) return real(fd, buf, n);
    off_t at = lseek(fd, 0, SEEK_CUR);
    int what = fault('w');
    if (what == 1) return -1;
    ssize_t done = real(fd, buf, what == 2 && n > 1 ? n / 2 : n);
    if (done > 0) note_write(name, at, buf, (size_t)done);
    return done;
}

static ssize_t pwrite_as(ssize_t (*real)(int, const void *, size_t, off_t), int fd, const void *buf, size_t n, off_t at) {
    const char *name = name_of(fd);
    if (!name || busy) return real(fd, buf, n, at);
    int what = fault('w');
    if (what == 1) return -1;
    ssize_t done = real(fd, buf, what == 2 && n > 1 ? n / 2 : n, at);
    if (done > 0) note_write(name, at, buf, (size_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    return pwrite_as(real, fd, buf, n, at);
}

ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    return pwrite_as(real, fd, buf, n, at);
}

static int sync_as(int (*real)(int), int fd) {
    const char *name = name_of(fd);
    if (!name) return real(fd);
    if (fault('s')) return -1;
    int result = real(fd);
    struct stat st;
    if (result == 0) note("%c %s\n", fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? 'd' : 's', name);
    return result;
}

int fsync(int fd) { REAL(int, "fsync", int); return sync_as(real, fd); }
/* The whole file system, named by a folder of ours. */
int syncfs(int fd) {
    REAL(int, "syncfs", int);
    const char *name = name_of(fd);
    if (!name) return real(fd);
    if (fault('s')) return -1;
    int result = real(fd);
    if (result == 0) note("f %s\n", name);
    return result;
}

int fdatasync(int fd) { REAL(int, "fdatasync", int); return sync_as(real, fd); }

static int truncate_as(int (*real)(int, off_t), int fd, off_t len) {
    const char *name = name_of(fd);
    if (!name) return real(fd, len);
    if (fault('t')) return -1;
    int result = real(fd, len);
    if (result == 0) note("t %s %lld\n", name, (long long)len);
    return result;
}

int ftruncate(int fd, off_t len) { REAL(int, "ftruncate", int, off_t); return truncate_as(real, fd, len); }
int ftruncate64(int fd, off64_t len) { REAL(int, "ftruncate64", int, off_t); return truncate_as(real, fd, len); }

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    char source[8192], target[8192];
    strcpy(source, whole(from));
    strcpy(target, whole(to));
    if (!watched(target)) return real(from, to);
    if (fault('r')) return -1;
    int result = real(from, to);
    if (result == 0) note("r %s %s\n", source, target);
    return result;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    char full[8192];
    strcpy(full, whole(path));
    if (!watched(full)) return real(path);
    if (fault('u')) return -1;
    int result = real(path);
    if (result == 0) note("u %s\n", full);
    return result;
}

int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    char full[8192];
    strcpy(full, whole(path));
    if (!watched(full)) return real(path);
    if (fault('u')) return -1;
    int result = real(path);
    if (result == 0) note("u %s\n", full);
    return result;
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    char *name = below(folder, path), full[8192];
    if (!name || !watched(name)) return real(folder, path, flags);
    strcpy(full, name);
    if (fault('u')) return -1;
    int result = real(folder, path, flags);
    if (result == 0) note("u %s\n", full);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    char full[8192];
    strcpy(full, whole(path));
    if (!watched(full)) return real(path, mode);
    if (fault('m')) return -1;
    int result = real(path, mode);
    if (result == 0) note("m %s\n", full);
    return result;
}
