/* naru_ring.h - the ring of one reader and N lanes (ring.md, "Ring") from C. Open it as NARU_RING. */
#ifndef NARU_RING_H
#define NARU_RING_H
#include "naru.h"

#define NARU_LANE_AT(lane, field) (4608 + 512 * (int64_t)(lane) + (field))
#define NARU_LANE(n, lane, field) NARU_AT(n, NARU_LANE_AT(lane, field))
static inline int64_t naru_frame(int64_t length) { return (length + 15) & -8; }
/* The word of the frame at that position: 0 where nothing was sent yet, else mark << 32 | length. */
static inline int64_t *naru_word(naru *n, int lane, int64_t position) {
    return NARU_AT(n, n->data + lane * n->lane_bytes + (position & (n->lane_bytes - 1)));
}
/* The bytes of the frame there, and its word; 0 where nothing was sent yet. EBADMSG: there can be none such. */
static inline int64_t naru_next(naru *n, int lane, int64_t at, int64_t *word) {
    int64_t bytes = n->lane_bytes, after = (at & (bytes - 1)), length, frame, tail;
    if (!naru_sound(at)) return naru_damaged();
    if ((*word = naru_acquire(naru_word(n, lane, at))) == 0) return 0;
    length = (int32_t)*word;
    frame = naru_frame(length);
    after += frame;
    tail = naru_acquire(NARU_LANE(n, lane, 0)); /* within a lap, or a lane without a 0 would have no end */
    if (!naru_sound(tail) || at + frame - tail > bytes || tail - at > bytes) return naru_damaged();
    if (length < 0 || length > bytes / 8 - 8) return naru_damaged();
    if (*word >> 32 == 1 ? after > bytes : *word >> 32 != -1 || after != bytes) return naru_damaged();
    return frame;
}
/* Whether a head is one that a lane with that end can have. */
static inline int naru_head(naru *n, int64_t head, int64_t end) {
    return naru_sound(head) && head <= end && end - head <= n->lane_bytes;
}
/* It sleeps, and takes back what the one before may have said: that it does not. */
static inline void naru_sleeps(naru *n, int64_t at) {
    if (naru_relaxed(NARU_AT(n, at)) == 0) return;
    naru_store(NARU_AT(n, at), 2);
    syscall(SYS_membarrier, 1 /* MEMBARRIER_CMD_GLOBAL */, 0, 0); /* refused: one wake may be late */
    naru_store(NARU_AT(n, at), 0);
}
static inline void naru_tail(naru *n, int lane) {
    naru_store(NARU_LANE(n, lane, 16), (int64_t)n->sent);
    naru_release(NARU_LANE(n, lane, 0), n->end);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* before what is written over next: for those who look from outside */
}
static inline void naru_wake_reader(naru *n, int lane) {
    naru_fence();
    if (naru_relaxed(NARU_LANE(n, lane, 256)) > naru_relaxed(NARU_LANE(n, lane, 8))) {
        __atomic_fetch_add(NARU_AT(n, 4096), 1, __ATOMIC_SEQ_CST);
        naru_wake(NARU_AT(n, 4096), 0x7fffffff);
        naru_store(NARU_LANE(n, lane, 8), n->end); /* after the wake */
    }
}
static inline void naru_wake_writer(naru *n, int lane) {
    int64_t *head = NARU_LANE(n, lane, 128);
    naru_fence();
    if (naru_relaxed(NARU_LANE(n, lane, 384)) > naru_relaxed(NARU_LANE(n, lane, 136))) {
        naru_wake(head, 0x7fffffff);
        naru_store(NARU_LANE(n, lane, 136), naru_relaxed(head)); /* after the wake */
    }
}
/* The lane that this naru sends in from now on. EBUSY: each has a living producer. */
static inline int naru_writer(naru *n) {
    for (int lane = 0; lane < n->lanes; lane++) {
        int64_t former = naru_take(n, NARU_LANE_AT(lane, 392)), frame, word;
        if (former < 0) continue;
        n->end = naru_acquire(NARU_LANE(n, lane, 0));
        n->sent = (uint64_t)naru_relaxed(NARU_LANE(n, lane, 16));
        n->full_at = -1;
        while ((frame = naru_next(n, lane, n->end, &word)) > 0) {
            n->end += frame;
            n->sent += word > 0;
        }
        n->head = naru_acquire(NARU_LANE(n, lane, 128));
        if (frame < 0 || !naru_head(n, n->head, n->end)) {
            naru_give(n, NARU_LANE_AT(lane, 392));
            return naru_damaged();
        }
        naru_tail(n, lane);
        if (former != 0) naru_count(NARU_LANE(n, lane, 32));
        naru_sleeps(n, NARU_LANE_AT(lane, 400));
        naru_wake_reader(n, lane); /* the last one may have died before its wake */
        return lane;
    }
    return -1;
}
/* Sends a message. EAGAIN: there is no room now. EMSGSIZE: longer than an eighth of the lane less 8. */
static inline int naru_try_send(naru *n, int lane, const void *message, int32_t length) {
    int64_t from = n->end, at = from, frame = naru_frame(length), word = (int64_t)1 << 32 | length;
    int64_t left = n->lane_bytes - (from & (n->lane_bytes - 1));
    int64_t step = n->lane_bytes / 8 < 4096 ? n->lane_bytes / 8 : 4096;
    if (length < 0 || length > n->lane_bytes / 8 - 8) { errno = EMSGSIZE; return -1; }
    n->head = naru_acquire(NARU_LANE(n, lane, 128));
    if (!naru_head(n, n->head, from)) return naru_damaged();
    if (frame > left) at += left; /* behind padding */
    if (at + frame + 8 - n->head > n->lane_bytes) {
        if (n->full_at != from) naru_count(NARU_LANE(n, lane, 24)); /* once for each message */
        n->full_at = from;
        errno = EAGAIN; return -1;
    }
    memcpy(naru_word(n, lane, at) + 1, message, (size_t)length);
    if (at != from) {
        naru_store(naru_word(n, lane, at), word); /* it counts when the padding does */
        word = (int64_t)(~(uint64_t)0 << 32) | (left - 8);
    }
    naru_store(naru_word(n, lane, at + frame), 0); /* nothing was sent from there on */
    naru_release(naru_word(n, lane, from), word); /* this sends it */
    n->end = at + frame;
    n->sent++;
    if ((from ^ n->end) & -step) naru_tail(n, lane);
    naru_wake_reader(n, lane);
    return 0;
}
/* Sends a message, and sleeps until there is room. */
static inline int naru_send(naru *n, int lane, const void *message, int32_t length) {
    while (naru_try_send(n, lane, message, length) < 0) {
        if (errno != EAGAIN) return -1;
        naru_store(NARU_LANE(n, lane, 384), n->head + 1);
        naru_fence();
        naru_wait(NARU_LANE(n, lane, 128), n->head, 50); /* the kernel compares the head */
    }
    return 0;
}
/* Becomes the reader. EBUSY: there is a living one. */
static inline int naru_reader(naru *n) {
    if (naru_take(n, 4224) < 0) return -1;
    naru_sleeps(n, 4232);
    for (int lane = 0; lane < n->lanes; lane++) naru_wake_writer(n, lane); /* likewise */
    return 0;
}
/* Receives a message into a buffer of at least an eighth of a lane: its length. EAGAIN: there is none now. */
static inline int32_t naru_try_receive(naru *n, void *buffer) {
    for (int turn = 0; turn < n->lanes; turn++) {
        int lane = n->next;
        int64_t *head = NARU_LANE(n, lane, 128), at = naru_relaxed(head), frame, word;
        n->next = lane + 1 < n->lanes ? lane + 1 : 0; /* round and round: no lane waits until another is empty */
        while ((frame = naru_next(n, lane, at, &word)) > 0) {
            if (word > 0) { /* not padding */
                memcpy(buffer, naru_word(n, lane, at) + 1, (size_t)(int32_t)word);
                naru_count(NARU_LANE(n, lane, 144));
            }
            at += frame;
            naru_release(head, at);
            naru_wake_writer(n, lane);
            if (word > 0) return (int32_t)word;
        }
        if (frame < 0) return -1;
    }
    errno = EAGAIN; return -1;
}
/* The same, and sleeps until there is one. */
static inline int32_t naru_receive(naru *n, void *buffer) {
    for (;;) {
        int32_t length = naru_try_receive(n, buffer);
        int64_t bell = naru_acquire(NARU_AT(n, 4096)); /* before the last look at the words */
        if (length >= 0 || errno != EAGAIN) return length;
        for (int lane = 0; lane < n->lanes; lane++)
            naru_store(NARU_LANE(n, lane, 256), (int64_t)((uint64_t)naru_relaxed(NARU_LANE(n, lane, 128)) + 1));
        naru_fence(); /* then all words once more */
        length = naru_try_receive(n, buffer);
        if (length >= 0 || errno != EAGAIN) return length;
        naru_wait(NARU_AT(n, 4096), bell, 50);
    }
}
#endif
