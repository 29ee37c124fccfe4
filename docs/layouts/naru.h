/* naru.h - the header page and the lock (lock.md) of Naru from C; naru_ring.h and naru_broadcast.h are the rings, naru_log.h
 * topics, naru_group.h groups. Linux, little-endian; C11 with GNU atomics; included before any header of
 * the system, or with -D_GNU_SOURCE. A process opens a file once; each naru is used by one thread. Functions answer -1 with
 * errno, unless said. EBADMSG: something stands in the file that no member stores. Whatever that is, nothing outside of the
 * file is touched, and nothing goes on for ever; only a file that is cut off while it is open is a SIGBUS. */
#ifndef NARU_H
#define NARU_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NARU_LOCK = 1, NARU_RING = 2, NARU_BROADCAST = 3, NARU_STORE = 4 };
#define NARU_LOCK_BASE ((int64_t)1 << 62)
typedef struct {
    int fd; char *base; size_t size; int64_t id;
    int lanes; int64_t lane_bytes, data; /* of a ring, as they were when it was opened; rows and bytes of a broadcast ring */
    int64_t end, head, full_at; uint64_t sent; /* of the lane that it sends in: one, if any */
    int next; /* the lane that it receives from next */
} naru;

#define NARU_AT(n, at) ((int64_t *)((n)->base + (at)))
#define naru_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define naru_relaxed(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define naru_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define naru_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define naru_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
static inline int naru_cas(int64_t *p, int64_t expected, int64_t value) {
    return __atomic_compare_exchange_n(p, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
/* A counter that only its owner stores. */
static inline void naru_count(int64_t *p) { naru_store(p, (int64_t)((uint64_t)naru_relaxed(p) + 1)); }
/* The futex is the low half; not FUTEX_PRIVATE. A wait ends after a slice: whoever was to wake may be dead. */
static inline void naru_wait(int64_t *word, int64_t seen, long slice_ms) {
    struct timespec slice = {slice_ms / 1000, slice_ms % 1000 * 1000000};
    syscall(SYS_futex, word, FUTEX_WAIT, (uint32_t)seen, &slice, NULL, 0);
}
static inline void naru_wake(int64_t *word, int most) { syscall(SYS_futex, word, FUTEX_WAKE, most, NULL, NULL, 0); }

static inline int naru_damaged(void) { errno = EBADMSG; return -1; }
/* Whether it can be a position. Then its sum with a lane does not overflow. */
static inline int naru_sound(int64_t position) {
    return position >= 0 && position < NARU_LOCK_BASE && position % 8 == 0;
}

/* lock.md, "Who is alive" */
static inline int naru_ofd(naru *n, int command, int64_t id, short *type) {
    struct flock f = {.l_type = *type, .l_whence = SEEK_SET, .l_start = NARU_LOCK_BASE + id, .l_len = 1};
    int answer = fcntl(n->fd, command, &f);
    *type = f.l_type;
    return answer;
}
static inline int naru_alive(naru *n, int64_t id) {
    short type = F_WRLCK;
    if (id <= 0 || id >= NARU_LOCK_BASE) return 0; /* nobody's */
    return id == n->id || naru_ofd(n, F_OFD_GETLK, id, &type) < 0 || type != F_UNLCK;
}
static inline int64_t naru_boot(void) {
    char text[40] = "", digits[17] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file) return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    for (size_t i = 0, d = 0; i < length && d < 16; i++)
        if (text[i] != '-') digits[d++] = text[i];
    return (int64_t)strtoull(digits, NULL, 16);
}
static inline void naru_close(naru *n) {
    if (n->fd >= 0) close(n->fd); /* the sign of life goes with it */
    if (n->base) munmap(n->base, n->size);
    n->fd = -1; n->base = NULL;
}
static inline int naru_refuse(naru *n, int why) { naru_close(n); errno = why; return -1; }
/* Whether the lanes (rows) and bytes that a ring tells of are such as there can be, and inside the file. */
static inline int naru_fits(naru *n, int kind) {
    int64_t words = kind == NARU_RING ? 512 : 128, lanes = n->lanes = naru_relaxed((int32_t *)(n->base + 128));
    int64_t bytes = n->lane_bytes = naru_relaxed(NARU_AT(n, 136));
    if (lanes < 1 || lanes > 1024 || bytes < 4096 || bytes > 1 << 30 || bytes & (bytes - 1)) return 0;
    n->data = (4608 + words * lanes + 4095) & -4096;
    return n->data + (kind == NARU_RING ? lanes : 1) * bytes <= (int64_t)n->size;
}
/* Opens a file of that kind. EINVAL: it is none. ESTALE: it is of an earlier boot or a copy, and to be opened once by `naru` or
 * the library. */
static inline int naru_open(naru *n, const char *path, int kind) {
    struct stat status;
    void *base;
    memset(n, 0, sizeof *n);
    if ((n->fd = open(path, O_RDWR | O_CLOEXEC)) < 0) return -1;
    if (fstat(n->fd, &status) < 0) return naru_refuse(n, errno);
    if ((n->size = (size_t)status.st_size) < 4096) return naru_refuse(n, EINVAL);
    base = mmap(NULL, n->size, PROT_READ | PROT_WRITE, MAP_SHARED, n->fd, 0);
    if (base == MAP_FAILED) return naru_refuse(n, errno);
    n->base = base;
    if (memcmp(n->base, "NaruFile", 8) || *(int32_t *)(n->base + 8) != 1 || *(int32_t *)(n->base + 12) != kind)
        return naru_refuse(n, EINVAL);
    if (*NARU_AT(n, 40) > status.st_size || (kind < NARU_STORE && kind != NARU_LOCK && !naru_fits(n, kind))) return naru_refuse(n, EBADMSG);
    if (naru_acquire(NARU_AT(n, 32)) != naru_boot() || *NARU_AT(n, 24) != (int64_t)status.st_ino) return naru_refuse(n, ESTALE);
    for (;;) {
        int64_t id = (int64_t)((uint64_t)__atomic_fetch_add(NARU_AT(n, 16), 1, __ATOMIC_SEQ_CST) + 1);
        short type = F_WRLCK;
        if (id <= 0 || id >= NARU_LOCK_BASE) return naru_refuse(n, EBADMSG);
        msync(n->base, 4096, MS_SYNC);
        if (naru_ofd(n, F_OFD_SETLK, id, &type) == 0) { n->id = id; break; }
        if (errno != EAGAIN && errno != EACCES) return naru_refuse(n, errno);
    }
    for (int row = 0; row < 64; row++) { /* for people only */
        char *at = n->base + 1024 + 48 * row;
        int64_t seen = naru_acquire((int64_t *)at);
        if ((seen == 0 || !naru_alive(n, seen)) && naru_cas((int64_t *)at, seen, n->id)) {
            *(int32_t *)(at + 8) = getpid();
            memset(at + 16, 0, 32);
            memcpy(at + 16, program_invocation_short_name, strnlen(program_invocation_short_name, 31));
            break;
        }
    }
    return 0;
}

/* lock.md, "A role": 0, or the id of who has it. Takes it: answers the dead id that had it, or 0. EBUSY: its owner lives. */
static inline int64_t naru_take(naru *n, int64_t at) {
    for (;;) {
        int64_t owner = naru_acquire(NARU_AT(n, at));
        if (naru_alive(n, owner)) { errno = EBUSY; return -1; }
        if (naru_cas(NARU_AT(n, at), owner, n->id)) return owner > 0 && owner < NARU_LOCK_BASE ? owner : 0;
    }
}
static inline void naru_give(naru *n, int64_t at) { naru_cas(NARU_AT(n, at), n->id, 0); }

/* lock.md, of a word in any file: 0 acquired, 1 the owner died (repair what it guards). EDEADLK: this naru has it already. */
static inline int naru_lock_word(naru *n, int64_t *word) {
    int64_t mine = (int64_t)((uint64_t)n->id << 2), take = mine;
    for (;;) {
        int64_t seen = naru_relaxed(word), owner = (int64_t)((uint64_t)seen >> 2);
        int died = (seen & 2) != 0;
        if (owner == n->id) { errno = EDEADLK; return -1; }
        if (owner != 0) {
            if (naru_alive(n, owner)) {
                int64_t waited = seen | 1;
                if (seen != waited && !naru_cas(word, seen, waited)) continue;
                naru_wait(word, waited, 10);
                take = mine | 1; /* others may sleep: only who has slept knows */
                continue;
            }
            __atomic_thread_fence(__ATOMIC_ACQUIRE);
            died = 1;
        }
        if (naru_cas(word, seen, take | (seen & 1))) return died; /* from the very value that was tested */
    }
}
static inline void naru_unlock_word(int64_t *word, int dirty) {
    int64_t old = __atomic_exchange_n(word, dirty ? 2 : 0, __ATOMIC_RELEASE);
    if (old & 1) naru_wake(word, 1);
}
/* The same of the file's own word: a lock. */
static inline int naru_lock(naru *n) { return naru_lock_word(n, NARU_AT(n, 128)); }
static inline void naru_unlock(naru *n, int dirty) { naru_unlock_word(NARU_AT(n, 128), dirty); }
#endif
