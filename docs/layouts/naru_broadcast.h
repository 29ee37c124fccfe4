/* naru_broadcast.h - the broadcast ring (ring.md, "Broadcast") from C. Open it as NARU_BROADCAST; then lanes is its rows, and
 * lane_bytes its bytes. */
#ifndef NARU_BROADCAST_H
#define NARU_BROADCAST_H
#include "naru.h"

static inline int64_t *naru_broadcast_word(naru *n, int64_t position) {
    return NARU_AT(n, n->data + (position & (n->lane_bytes - 1)));
}
/* The bytes of the frame with that word, before that tail. EBADMSG: there can be none; or it was overwritten meanwhile. */
static inline int64_t naru_broadcast_frame(naru *n, int64_t word, int64_t at, int64_t tail) {
    int64_t bytes = n->lane_bytes, length = (int32_t)word, frame = word >= 0 ? (length + 23) & -8 : length + 8;
    int64_t after = (at & (bytes - 1)) + frame;
    if (length < 0 || length > bytes / 8 - 16 || at + frame > tail) return naru_damaged();
    if (word >> 32 == 0 ? after > bytes : word >> 32 != -1 || after != bytes) return naru_damaged();
    return frame;
}
/* How many messages were sent up to that tail. EAGAIN: it is the tail no more. EBADMSG: no frames lead there. */
static inline int64_t naru_broadcast_sent(naru *n, int64_t tail) {
    int64_t latest = naru_acquire(NARU_AT(n, 4112)), at = latest, sent = 0, frame = 0, intent;
    int whole = naru_sound(tail) && naru_sound(latest) && (tail == 0 ? latest == 0 : latest < tail);
    while (whole && at < tail) { /* the latest message, and one whose producer died before it noted that */
        int64_t *word = naru_broadcast_word(n, at), seen = naru_relaxed(word), number;
        frame = at - latest < n->lane_bytes ? naru_broadcast_frame(n, seen, at, tail) : -1;
        if (frame > 0 && seen >= 0) {
            number = naru_relaxed(word + 1);
            if (number < 0 || number >= NARU_LOCK_BASE) frame = -1;
            else sent = number + 1;
        }
        whole = frame > 0;
        at += frame;
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* pairs with the producer's after its intent */
    intent = naru_relaxed(NARU_AT(n, 4096));
    if (whole && intent >= tail && intent - latest <= n->lane_bytes) return sent;
    errno = naru_acquire(NARU_AT(n, 4104)) != tail ? EAGAIN : EBADMSG;
    return -1;
}
typedef struct { naru *n; int64_t tail, intent, sequence; } naru_producer;
static inline void naru_broadcast_wake(naru *n, int64_t tail) {
    naru_fence();
    if (naru_relaxed(NARU_AT(n, 4224)) > naru_relaxed(NARU_AT(n, 4120))) {
        naru_wake(NARU_AT(n, 4104), 0x7fffffff);
        naru_store(NARU_AT(n, 4120), tail); /* after the wake */
    }
}
/* Becomes the producer. EBUSY: there is a living one. */
static inline int naru_broadcast_producer(naru_producer *p, naru *n) {
    int64_t former = naru_take(n, 4352);
    if (former < 0) return -1;
    /* all afresh: the last one may have died in a claim, or between the tail and latest */
    *p = (naru_producer){n, naru_acquire(NARU_AT(n, 4104)), naru_acquire(NARU_AT(n, 4096)), 0};
    p->sequence = naru_broadcast_sent(n, p->tail);
    if (p->sequence < 0) {
        naru_give(n, 4352);
        return naru_damaged();
    }
    if (former != 0) naru_count(NARU_AT(n, 4128));
    naru_broadcast_wake(n, p->tail); /* the last one may have died before its wake */
    return 0;
}
/* Sends a message; never waits. EMSGSIZE: longer than an eighth of the ring less 16. */
static inline int naru_broadcast_send(naru_producer *p, const void *message, int32_t length) {
    naru *n = p->n;
    if (length < 0 || length > n->lane_bytes / 8 - 16) { errno = EMSGSIZE; return -1; }
    int64_t frame = ((int64_t)length + 23) & -8, left = n->lane_bytes - (p->tail & (n->lane_bytes - 1));
    int64_t start = frame > left ? p->tail + left : p->tail, after = start + frame; /* maybe behind padding */
    int64_t *word = naru_broadcast_word(n, start);
    if (after > p->intent) naru_store(NARU_AT(n, 4096), p->intent = after); /* never lowered */
    __atomic_thread_fence(__ATOMIC_RELEASE); /* pairs with the readers' fence before they look at the intent */
    if (start != p->tail) naru_store(naru_broadcast_word(n, p->tail), (int64_t)(~(uint64_t)0 << 32) | (left - 8));
    naru_store(word, (int64_t)length);
    naru_store(word + 1, p->sequence);
    memcpy(word + 2, message, (size_t)length);
    naru_release(NARU_AT(n, 4104), after);
    naru_release(NARU_AT(n, 4112), start);
    p->tail = after; p->sequence++;
    naru_broadcast_wake(n, after);
    return 0;
}
typedef struct { naru *n; int64_t row, position, expected, received, missed; } naru_listener;
static inline void naru_broadcast_note(naru_listener *l) {
    naru_store(NARU_AT(l->n, l->row + 8), l->position);
    naru_store(NARU_AT(l->n, l->row + 16), l->received);
    naru_store(NARU_AT(l->n, l->row + 24), l->missed);
}
/* Takes a row, and begins with what is sent from now on. EBUSY: all rows have living readers. */
static inline int naru_broadcast_listener(naru_listener *l, naru *n) {
    for (int64_t row = 4608; row < 4608 + 128 * (int64_t)n->lanes; row += 128)
        if (naru_take(n, row) >= 0) {
            *l = (naru_listener){n, row, 0, 0, 0, 0};
            do l->position = naru_acquire(NARU_AT(n, 4104));
            while ((l->expected = naru_broadcast_sent(n, l->position)) < 0 && errno == EAGAIN);
            if (l->expected < 0) {
                naru_give(n, row);
                return naru_damaged();
            }
            naru_broadcast_note(l);
            return 0;
        }
    return -1;
}
/* Receives a message into a buffer of at least an eighth of the ring: its length. EAGAIN: there is none now. */
static inline int32_t naru_broadcast_try_receive(naru_listener *l, void *buffer) {
    naru *n = l->n;
    for (;;) {
        int64_t tail = naru_acquire(NARU_AT(n, 4104)), p = l->position, bytes = n->lane_bytes, sequence = 0, intent;
        if (!naru_sound(tail) || !naru_sound(p) || tail < p) return naru_damaged();
        if (tail == p) { errno = EAGAIN; return -1; }
        int64_t *at = naru_broadcast_word(n, p), word = naru_relaxed(at), frame = naru_broadcast_frame(n, word, p, tail);
        if (frame > 0 && word >= 0) { /* inside the ring, and not to be believed yet */
            sequence = naru_relaxed(at + 1);
            memcpy(buffer, at + 2, (size_t)word);
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* pairs with the producer's after its intent */
        intent = naru_relaxed(NARU_AT(n, 4096));
        if (!naru_sound(intent) || intent < tail) return naru_damaged();
        if (intent - p > bytes) { /* overtaken: on to the latest if that still stands, else to the end */
            int64_t latest = naru_acquire(NARU_AT(n, 4112));
            tail = naru_acquire(NARU_AT(n, 4104));
            l->position = latest > p && latest < tail && intent - latest <= bytes ? latest : tail;
            continue;
        }
        if (frame < 0 || (word >= 0 && (sequence < l->expected || sequence >= NARU_LOCK_BASE))) return naru_damaged();
        l->position = p + frame;
        if (word >= 0) {
            l->missed += sequence - l->expected;
            l->expected = sequence + 1;
            l->received++;
            naru_broadcast_note(l);
            return (int32_t)word;
        }
    }
}
/* The same, and sleeps until there is one. */
static inline int32_t naru_broadcast_receive(naru_listener *l, void *buffer) {
    for (;;) {
        int32_t length = naru_broadcast_try_receive(l, buffer);
        int64_t *armed = NARU_AT(l->n, 4224), seen;
        if (length >= 0 || errno != EAGAIN) return length;
        while ((seen = naru_relaxed(armed)) <= l->position && !naru_cas(armed, seen, l->position + 1)) {}
        naru_fence();
        naru_wait(NARU_AT(l->n, 4104), l->position, 50); /* the kernel compares the tail */
    }
}
#endif
