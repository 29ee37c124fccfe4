/* naru.h - the lock (lock.md) and the rings (ring.md) of Naru from C. Linux, little-endian; C11 with GNU atomics.
 * A process opens a file once; each naru is used by one thread. Functions answer -1 with errno, unless said. */
#ifndef NARU_H
#define NARU_H
#define _GNU_SOURCE 1
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

enum { NARU_LOCK = 1, NARU_RING = 2 };
#define NARU_LOCK_BASE ((int64_t)1 << 62)
typedef struct {
    int fd; char *base; size_t size; int64_t id; int lanes; int64_t lane_bytes;
    int64_t end, sent; /* of the lane that it sends in: one, if any */
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
/* The futex is the low half; not FUTEX_PRIVATE. A wait ends after a slice: whoever was to wake may be dead. */
static inline void naru_wait(int64_t *word, int64_t seen, long slice_ms) {
    struct timespec slice = {slice_ms / 1000, slice_ms % 1000 * 1000000};
    syscall(SYS_futex, word, FUTEX_WAIT, (uint32_t)seen, &slice, NULL, 0);
}
static inline void naru_wake(int64_t *word, int most) { syscall(SYS_futex, word, FUTEX_WAKE, most, NULL, NULL, 0); }

/* lock.md, "Who is alive" */
static inline int naru_ofd(naru *n, int command, int64_t id, short *type) {
    struct flock f = {.l_type = *type, .l_whence = SEEK_SET, .l_start = NARU_LOCK_BASE + id, .l_len = 1};
    int answer = fcntl(n->fd, command, &f);
    *type = f.l_type;
    return answer;
}
static inline int naru_alive(naru *n, int64_t id) {
    short type = F_WRLCK;
    return id == n->id || naru_ofd(n, F_OFD_GETLK, id, &type) < 0 || type != F_UNLCK;
}
static inline int64_t naru_boot(void) {
    char text[40] = "", digits[17] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file || !fgets(text, sizeof text, file)) return 0;
    fclose(file);
    for (int i = 0, d = 0; text[i] && d < 16; i++)
        if (text[i] != '-') digits[d++] = text[i];
    return (int64_t)strtoull(digits, NULL, 16);
}
static inline void naru_close(naru *n) {
    if (n->fd >= 0) close(n->fd); /* the sign of life goes with it */
    if (n->base) munmap(n->base, n->size);
    n->fd = -1; n->base = NULL;
}
/* Opens a file of that kind. ESTALE: it is of an earlier boot or a copy, and to be opened once by `naru` or the library. */
static inline int naru_open(naru *n, const char *path, int kind) {
    struct stat status;
    memset(n, 0, sizeof *n);
    if ((n->fd = open(path, O_RDWR | O_CLOEXEC)) < 0) return -1;
    if (fstat(n->fd, &status) < 0 || (n->size = (size_t)status.st_size) < 4096) goto strange;
    n->base = mmap(NULL, n->size, PROT_READ | PROT_WRITE, MAP_SHARED, n->fd, 0);
    if (n->base == MAP_FAILED) { n->base = NULL; goto strange; }
    if (memcmp(n->base, "NaruFile", 8) || *(int32_t *)(n->base + 8) != 1 || *(int32_t *)(n->base + 12) != kind) goto strange;
    if (naru_acquire(NARU_AT(n, 32)) != naru_boot() || *NARU_AT(n, 24) != (int64_t)status.st_ino) {
        naru_close(n); errno = ESTALE; return -1;
    }
    for (;;) {
        int64_t id = __atomic_fetch_add(NARU_AT(n, 16), 1, __ATOMIC_SEQ_CST) + 1;
        short type = F_WRLCK;
        msync(n->base, 4096, MS_SYNC);
        if (naru_ofd(n, F_OFD_SETLK, id, &type) == 0) { n->id = id; break; }
        if (errno != EAGAIN && errno != EACCES) { naru_close(n); return -1; }
    }
    for (int row = 0; row < 64; row++) { /* for people only */
        char *at = n->base + 1024 + 48 * row;
        int64_t seen = naru_acquire((int64_t *)at);
        if ((seen == 0 || !naru_alive(n, seen)) && naru_cas((int64_t *)at, seen, n->id)) {
            *(int32_t *)(at + 8) = getpid();
            strncpy(at + 16, program_invocation_short_name, 31);
            break;
        }
    }
    n->lanes = *(int32_t *)(n->base + 128);
    n->lane_bytes = *NARU_AT(n, 136);
    return 0;
strange:
    naru_close(n); errno = EINVAL; return -1;
}

/* lock.md: 0 acquired, 1 the owner died (repair what it guards). */
static inline int naru_lock(naru *n) {
    int64_t *word = NARU_AT(n, 128), take = n->id << 2;
    for (;;) {
        int64_t seen = naru_relaxed(word), owner = (int64_t)((uint64_t)seen >> 2);
        int died = (seen & 2) != 0;
        if (owner != 0) {
            if (naru_alive(n, owner)) {
                int64_t waited = seen | 1;
                if (seen != waited && !naru_cas(word, seen, waited)) continue;
                naru_wait(word, waited, 10);
                take = n->id << 2 | 1; /* others may sleep: only who has slept knows */
                continue;
            }
            __atomic_thread_fence(__ATOMIC_ACQUIRE);
            died = 1;
        }
        if (naru_cas(word, seen, take | (seen & 1))) return died; /* from the very value that was tested */
    }
}
static inline void naru_unlock(naru *n, int dirty) {
    int64_t old = __atomic_exchange_n(NARU_AT(n, 128), dirty ? 2 : 0, __ATOMIC_RELEASE);
    if (old & 1) naru_wake(NARU_AT(n, 128), 1);
}

/* ring.md. A role word is 0, or the id of who has it. 0 when it is ours now. */
static inline int naru_take(naru *n, int64_t at) {
    for (;;) {
        int64_t owner = naru_acquire(NARU_AT(n, at));
        if (owner != 0 && naru_alive(n, owner)) { errno = EBUSY; return -1; }
        if (naru_cas(NARU_AT(n, at), owner, n->id)) return 0;
    }
}
#define NARU_LANE(n, lane, field) NARU_AT(n, 4608 + 512 * (int64_t)(lane) + (field))
static inline char *naru_data(naru *n, int lane) {
    int64_t first = (4608 + 512 * (int64_t)n->lanes + 4095) & -4096;
    return n->base + first + lane * n->lane_bytes;
}
static inline int64_t naru_frame(int64_t length) { return (length + 15) & -8; }
/* The word of the frame at that position: 0 where nothing was sent yet, else mark << 32 | length. */
static inline int64_t *naru_word(naru *n, int lane, int64_t position) {
    return (int64_t *)(naru_data(n, lane) + (position & (n->lane_bytes - 1)));
}
/* It sleeps at once, so it promises no barrier. From the call on nobody relies on what the one before promised. */
static inline void naru_no_barrier(naru *n, int64_t at) {
    naru_store(NARU_AT(n, at), 0);
    syscall(SYS_membarrier, 1 << 1 /* MEMBARRIER_CMD_GLOBAL_EXPEDITED */, 0, 0); /* refused: one wake may be late */
}
static inline void naru_tail(naru *n, int lane) {
    naru_store(NARU_LANE(n, lane, 16), n->sent);
    naru_release(NARU_LANE(n, lane, 0), n->end);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* before what is written over next: for those who look from outside */
}
static inline void naru_wake_reader(naru *n, int lane) {
    naru_fence();
    if (naru_relaxed(NARU_LANE(n, lane, 256)) > *NARU_LANE(n, lane, 8)) {
        __atomic_fetch_add(NARU_AT(n, 4096), 1, __ATOMIC_SEQ_CST);
        naru_wake(NARU_AT(n, 4096), 0x7fffffff);
        naru_store(NARU_LANE(n, lane, 8), n->end); /* after the wake */
    }
}
static inline void naru_wake_writer(naru *n, int lane) {
    int64_t *head = NARU_LANE(n, lane, 128);
    naru_fence();
    if (naru_relaxed(NARU_LANE(n, lane, 384)) > *NARU_LANE(n, lane, 136)) {
        naru_wake(head, 0x7fffffff);
        naru_store(NARU_LANE(n, lane, 136), *head);
    }
}
/* The lane that this naru sends in from now on. */
static inline int naru_writer(naru *n) {
    for (int lane = 0; lane < n->lanes; lane++) {
        if (naru_take(n, 4608 + 512 * (int64_t)lane + 392) < 0) continue;
        n->end = naru_acquire(NARU_LANE(n, lane, 0));
        n->sent = *NARU_LANE(n, lane, 16);
        for (int64_t word; (word = naru_acquire(naru_word(n, lane, n->end))) != 0; n->end += naru_frame((int32_t)word))
            n->sent += word > 0;
        naru_tail(n, lane);
        naru_no_barrier(n, 4608 + 512 * (int64_t)lane + 400);
        naru_wake_reader(n, lane); /* the last one may have died before its wake */
        return lane;
    }
    return -1;
}
/* Sends a message, and sleeps until there is room. EMSGSIZE: longer than an eighth of the lane less 8. */
static inline int naru_send(naru *n, int lane, const void *message, int32_t length) {
    int64_t *head = NARU_LANE(n, lane, 128), from = n->end, at = from, frame = naru_frame(length), seen;
    int64_t left = n->lane_bytes - (from & (n->lane_bytes - 1)), word = (int64_t)1 << 32 | length;
    int64_t step = n->lane_bytes / 8 < 4096 ? n->lane_bytes / 8 : 4096;
    if (length < 0 || length > n->lane_bytes / 8 - 8) { errno = EMSGSIZE; return -1; }
    if (frame > left) at += left; /* behind padding */
    while (at + frame + 8 - (seen = naru_acquire(head)) > n->lane_bytes) {
        naru_store(NARU_LANE(n, lane, 384), seen + 1);
        naru_fence();
        naru_wait(head, seen, 50);
    }
    memcpy(naru_word(n, lane, at) + 1, message, (size_t)length);
    naru_store(naru_word(n, lane, at + frame), 0); /* nothing was sent from there on */
    if (at != from) {
        naru_store(naru_word(n, lane, at), word); /* it counts when the padding does */
        word = (int64_t)(~(uint64_t)0 << 32) | (left - 8);
    }
    naru_release(naru_word(n, lane, from), word); /* this sends it */
    n->end = at + frame;
    n->sent++;
    if ((from ^ n->end) & -step) naru_tail(n, lane);
    naru_wake_reader(n, lane);
    return 0;
}
static inline int naru_reader(naru *n) {
    if (naru_take(n, 4224) < 0) return -1;
    naru_no_barrier(n, 4232);
    for (int lane = 0; lane < n->lanes; lane++) naru_wake_writer(n, lane); /* likewise */
    return 0;
}
/* Receives a message into a buffer of at least an eighth of a lane, and sleeps until there is one: its length. */
static inline int32_t naru_receive(naru *n, void *buffer) {
    for (;;) {
        int64_t bell = naru_acquire(NARU_AT(n, 4096)); /* before the look at the words */
        for (int armed = 0; armed < 2; armed++) {
            for (int lane = 0; lane < n->lanes; lane++) {
                int64_t *head = NARU_LANE(n, lane, 128), at = *head, word;
                while ((word = naru_acquire(naru_word(n, lane, at))) != 0) {
                    int32_t length = (int32_t)word;
                    if (word > 0) { /* not padding */
                        memcpy(buffer, naru_word(n, lane, at) + 1, (size_t)length);
                        naru_store(NARU_LANE(n, lane, 144), *NARU_LANE(n, lane, 144) + 1);
                    }
                    at += naru_frame(length);
                    naru_release(head, at);
                    naru_wake_writer(n, lane);
                    if (word > 0) return length;
                }
                if (!armed) naru_store(NARU_LANE(n, lane, 256), at + 1);
            }
            naru_fence(); /* then all words once more */
        }
        naru_wait(NARU_AT(n, 4096), bell, 50);
    }
}
/* Gives a role back: the lane's producer at 4608 + 512 * lane + 392, the reader at 4224. */
static inline void naru_give(naru *n, int64_t at) { naru_cas(NARU_AT(n, at), n->id, 0); }

/* The broadcast ring: ring.md, "Broadcast". Open it as NARU_BROADCAST; then lanes is its rows, lane_bytes its bytes. */
enum { NARU_BROADCAST = 3 };
static inline char *naru_broadcast_data(naru *n) { return n->base + ((4608 + 128 * (int64_t)n->lanes + 4095) & -4096); }
/* How many messages were sent up to that tail; -1 when they were overwritten meanwhile. */
static inline int64_t naru_broadcast_sent(naru *n, int64_t tail) {
    int64_t latest = naru_acquire(NARU_AT(n, 4112)), at = latest, sent = 0, bytes = n->lane_bytes;
    if (tail != 0 && latest >= tail) return -1; /* sent meanwhile */
    while (at < tail) { /* the latest message, and one whose producer died before it noted that */
        char *frame = naru_broadcast_data(n) + (at & (bytes - 1));
        int32_t length = ((int32_t *)frame)[0], mark = ((int32_t *)frame)[1];
        if (length < 0 || length > bytes || (mark == 0 && (at & (bytes - 1)) + 16 > bytes)) return -1;
        if (mark == 0) { memcpy(&sent, frame + 8, 8); sent++; }
        at += mark == 0 ? ((int64_t)length + 23) & -8 : (int64_t)length + 8;
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* pairs with the producer's after its intent */
    return at == tail && naru_relaxed(NARU_AT(n, 4096)) - latest <= bytes ? sent : -1;
}
typedef struct { naru *n; int64_t tail, intent, sequence; } naru_producer;
static inline void naru_broadcast_wake(naru *n, int64_t tail) {
    naru_fence();
    if (naru_relaxed(NARU_AT(n, 4224)) > *NARU_AT(n, 4120)) {
        naru_wake(NARU_AT(n, 4104), 0x7fffffff);
        naru_store(NARU_AT(n, 4120), tail); /* after the wake */
    }
}
/* Becomes the producer. EBUSY: there is a living one. */
static inline int naru_broadcast_producer(naru_producer *p, naru *n) {
    int64_t former = naru_acquire(NARU_AT(n, 4352));
    if (naru_take(n, 4352) < 0) return -1;
    /* all afresh: the last one may have died in a claim, or between the tail and latest */
    *p = (naru_producer){n, naru_acquire(NARU_AT(n, 4104)), naru_acquire(NARU_AT(n, 4096)), 0};
    p->sequence = naru_broadcast_sent(n, p->tail);
    if (former != 0) naru_store(NARU_AT(n, 4128), *NARU_AT(n, 4128) + 1);
    naru_broadcast_wake(n, p->tail); /* the last one may have died before its wake */
    return 0;
}
/* Sends a message; never waits. EMSGSIZE: longer than an eighth of the ring less 16. */
static inline int naru_broadcast_send(naru_producer *p, const void *message, int32_t length) {
    naru *n = p->n;
    if (length < 0 || length > n->lane_bytes / 8 - 16) { errno = EMSGSIZE; return -1; }
    int64_t frame = ((int64_t)length + 23) & -8, index = p->tail & (n->lane_bytes - 1);
    int64_t padding = index + frame > n->lane_bytes ? n->lane_bytes - index : 0, after = p->tail + padding + frame;
    if (after > p->intent) naru_store(NARU_AT(n, 4096), p->intent = after); /* never lowered */
    __atomic_thread_fence(__ATOMIC_RELEASE); /* pairs with the readers' fence before they look at the intent */
    int32_t *at = (int32_t *)(naru_broadcast_data(n) + index);
    if (padding) { at[0] = (int32_t)(padding - 8); at[1] = -1; at = (int32_t *)naru_broadcast_data(n); }
    at[0] = length; at[1] = 0;
    memcpy(at + 2, &p->sequence, 8);
    memcpy(at + 4, message, (size_t)length);
    naru_release(NARU_AT(n, 4104), after);
    naru_release(NARU_AT(n, 4112), p->tail + padding);
    p->tail = after; p->sequence++;
    naru_broadcast_wake(n, after);
    return 0;
}
typedef struct { naru *n; int64_t row, position, expected, received, missed; } naru_listener;
/* Takes a row, and begins with what is sent from now on. EBUSY: all rows have living readers. */
static inline int naru_broadcast_listener(naru_listener *l, naru *n) {
    for (int64_t row = 4608; row < 4608 + 128 * (int64_t)n->lanes; row += 128)
        if (naru_take(n, row) == 0) {
            *l = (naru_listener){n, row, 0, 0, 0, 0};
            do l->position = naru_acquire(NARU_AT(n, 4104));
            while ((l->expected = naru_broadcast_sent(n, l->position)) < 0);
            naru_store(NARU_AT(n, row + 8), l->position);
            naru_store(NARU_AT(n, row + 16), 0);
            naru_store(NARU_AT(n, row + 24), 0);
            return 0;
        }
    return -1;
}
/* Receives into a buffer of at least an eighth of the ring, and sleeps until there is a message: its length. */
static inline int32_t naru_broadcast_receive(naru_listener *l, void *buffer) {
    naru *n = l->n;
    for (;;) {
        int64_t tail = naru_acquire(NARU_AT(n, 4104)), p = l->position, bytes = n->lane_bytes, sequence = 0;
        if (tail == p) {
            int64_t armed;
            while ((armed = naru_relaxed(NARU_AT(n, 4224))) < p + 1 && !naru_cas(NARU_AT(n, 4224), armed, p + 1)) {}
            naru_fence();
            naru_wait(NARU_AT(n, 4104), p, 50); /* the kernel compares the tail */
            continue;
        }
        int64_t index = p & (bytes - 1), room = bytes - index - 16, most = bytes / 8 - 16;
        char *at = naru_broadcast_data(n) + index;
        int32_t length, mark;
        memcpy(&length, at, 4);
        memcpy(&mark, at + 4, 4);
        if (room > most) room = most;
        if (mark == 0 && room >= 0) { /* not to be believed yet: it only bounds the copy */
            memcpy(&sequence, at + 8, 8);
            memcpy(buffer, at + 16, (size_t)(length < 0 ? 0 : length > room ? room : length));
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* pairs with the producer's after its intent */
        int64_t intent = naru_relaxed(NARU_AT(n, 4096));
        if (intent - p > bytes) { /* overtaken: on to the latest if that still stands, else to the end */
            int64_t latest = naru_acquire(NARU_AT(n, 4112));
            tail = naru_acquire(NARU_AT(n, 4104));
            l->position = latest > p && latest < tail && intent - latest <= bytes ? latest : tail;
            continue;
        }
        l->position = p + (mark == 0 ? ((int64_t)length + 23) & -8 : (int64_t)length + 8);
        if (mark == 0) {
            l->missed += sequence - l->expected;
            l->expected = sequence + 1;
            naru_store(NARU_AT(n, l->row + 8), l->position);
            naru_store(NARU_AT(n, l->row + 16), ++l->received);
            naru_store(NARU_AT(n, l->row + 24), l->missed);
            return length;
        }
    }
}
#endif
