/* naru_log_append.h - appends plain batches to a log (log.md, "Append"). A topic that is to be flushed while it is appended to is
 * left to the library: ENOTSUP. Further errors: EIO the disk failed at a flush, EMSGSIZE the batch is too large, EINVAL a record has
 * no key, and the topic is compacted; those of fallocate(2), as when the disk is full: the log is as it was, and the next append tries again. */
#ifndef NARU_LOG_APPEND_H
#define NARU_LOG_APPEND_H
#include "naru_log.h"

static inline void naru_set_big(char *at, int bytes, uint64_t value) {
    for (; bytes-- > 0; value >>= 8) at[bytes] = (char)value;
}
static inline int64_t naru_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
/* The owner's, under the lock. */
static inline int naru_end_own(naru_log *l) {
    naru_end *e = &l->end;
    e->seq = naru_relaxed(NARU_LOG_AT(l, 256));
    memcpy(&e->segment, l->block + 264 + (e->seq & 1) * 64, 48);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* what is stored from here on is seen after the last flip */
    if (naru_end_check(l, e) < 0) return -1;
    return naru_relaxed(NARU_LOG_AT(l, 64)) ? naru_log_fails(EIO) : 0;
}
static inline void naru_end_flip(naru_log *l) {
    naru_end *e = &l->end;
    e->ends[0] = e->ends[1] = e->next;
    memcpy(l->block + 264 + (++e->seq & 1) * 64, &e->segment, 48);
    naru_release(NARU_LOG_AT(l, 256), e->seq);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* before the other copy is filled */
}
static inline int naru_log_reserve(naru_log *l, int64_t from, int64_t to) {
    while (fallocate(l->file.fd, 0, from, to - from) < 0) if (errno != EINTR) return -1;
    l->end.reserved = (int32_t)to;
    return 0;
}
/* log.md, "Room" */
static inline int naru_log_room(naru_log *l, int64_t bytes) {
    naru_end *e = &l->end;
    struct stat status;
    int64_t *since = NARU_LOG_AT(l, 528), now = naru_now(), needed = e->position + bytes, to, reserved = e->reserved & INT32_MAX;
    int timed = l->segment_ms != INT64_MAX;
    int old = timed && e->position > 0 && *since && (int64_t)((uint64_t)now - (uint64_t)*since) >= l->segment_ms;
    if (timed && (e->position == 0 || *since == 0)) *since = now;
    if ((l->file.fd < 0 || l->file.base != e->segment || l->file.mapped < reserved) && naru_segment_open(l, &l->file, e->segment,
            l->segment_bytes > reserved ? l->segment_bytes : reserved, O_RDWR | O_CREAT) < 0) return -1;
    if (fstat(l->file.fd, &status) < 0) return -1;
    if (status.st_size < reserved) return naru_damaged();
    if (e->reserved < 0 || (e->position > 0 && (needed > l->segment_bytes || old))) { /* roll */
        if (e->next == e->segment) return naru_damaged();
        e->reserved = e->position | INT32_MIN;
        naru_end_flip(l);
        if (ftruncate(l->file.fd, e->position) < 0) return -1;
        if (naru_segment_open(l, &l->file, e->next, l->segment_bytes, O_RDWR | O_CREAT) < 0) return -1;
        if (ftruncate(l->file.fd, 0) < 0 || naru_log_reserve(l, 0, bytes > 65536 ? bytes : 65536) < 0) return -1;
        e->segment = e->next; e->position = 0;
        *since = timed ? now : 0;
        naru_end_flip(l);
    } else if (needed > reserved) { /* extend */
        to = reserved + (reserved < 65536 ? 65536 : reserved > 16 << 20 ? 16 << 20 : reserved);
        if (to > l->segment_bytes) to = l->segment_bytes;
        if (naru_log_reserve(l, reserved, to > needed ? to : needed) < 0) return -1;
        naru_end_flip(l);
    }
    return 0;
}

/* Takes the lock, and room for a batch of that many bytes: 61, and for each record at most 36 and what its key and value have. */
static inline int naru_log_claim(naru_log *l, int64_t bytes) {
    int64_t *word = NARU_LOG_AT(l, 128);
    if (l->flushes) return naru_log_fails(ENOTSUP);
    if (bytes < 61 || bytes > l->most) return naru_log_fails(EMSGSIZE);
    if (naru_lock_word(l->members, word) < 0) return -1; /* a dead owner has left nothing to repair */
    if (naru_end_own(l) < 0 || naru_log_room(l, bytes) < 0) {
        int why = errno;
        naru_unlock_word(word, 0);
        return naru_log_fails(why);
    }
    l->at = l->end.position + 61;
    l->limit = l->end.position + bytes;
    l->count = 0;
    return 0;
}
/* Gives the lock back; nothing was appended. */
static inline void naru_log_abandon(naru_log *l) { naru_unlock_word(NARU_LOG_AT(l, 128), 0); }

static inline char *naru_varint(char *to, int64_t value) {
    uint64_t left = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
    for (; left > 127; left >>= 7) *to++ = (char)(left | 128);
    *to++ = (char)left;
    return to;
}
/* Lays the next record out; a length of -1 is none. EMSGSIZE: it has no room. EINVAL: it is to have a key. */
static inline int naru_log_add(naru_log *l, int64_t time, const void *key, int32_t keys, const void *value, int32_t values) {
    char head[32], middle[8], size[8], *from = l->file.map + l->at, *to = head;
    if (keys < 0 && l->compacted) return naru_log_fails(EINVAL);
    if (l->count == 0) l->first = l->highest = time;
    *to++ = 0;
    to = naru_varint(to, (int64_t)((uint64_t)time - (uint64_t)l->first));
    to = naru_varint(naru_varint(to, l->count), keys);
    int64_t heads = to - head, middles = naru_varint(middle, values) - middle;
    int64_t body = heads + (keys > 0 ? keys : 0) + middles + (values > 0 ? values : 0) + 1, sizes = naru_varint(size, body) - size;
    if (body > INT32_MAX || l->at + sizes + body > l->limit) return naru_log_fails(EMSGSIZE);
    memcpy(from, size, (size_t)sizes);
    memcpy(from += sizes, head, (size_t)heads);
    from += heads;
    if (keys > 0) { memcpy(from, key, (size_t)keys); from += keys; }
    memcpy(from, middle, (size_t)middles);
    from += middles;
    if (values > 0) { memcpy(from, value, (size_t)values); from += values; }
    *from = 0; /* headers */
    l->at += sizes + body;
    l->count++;
    if (l->highest < time) l->highest = time;
    return 0;
}
/* Publishes what was laid out, and gives the lock back: the offset of its first record. EINVAL: nothing was. */
static inline int64_t naru_log_publish(naru_log *l) {
    naru_end *e = &l->end;
    char *batch = l->file.map + e->position;
    int64_t offset = e->next, size = l->at - e->position;
    if (l->count == 0) { naru_log_abandon(l); return naru_log_fails(EINVAL); }
    naru_set_big(batch, 8, (uint64_t)offset);
    naru_set_big(batch + 8, 4, (uint64_t)(size - 12));
    naru_set_big(batch + 12, 4, (uint64_t)naru_relaxed((int32_t *)(l->block + 520)));
    batch[16] = 2; /* magic */
    naru_set_big(batch + 21, 2, l->log_time ? 8 : 0);
    naru_set_big(batch + 23, 4, (uint64_t)l->count - 1);
    naru_set_big(batch + 27, 8, (uint64_t)l->first);
    naru_set_big(batch + 35, 8, (uint64_t)(l->log_time ? naru_now() : l->highest));
    memset(batch + 43, -1, 14); /* no producer */
    naru_set_big(batch + 57, 4, (uint64_t)l->count);
    naru_set_big(batch + 17, 4, naru_crc32c(batch + 21, size - 21));
    e->next += l->count;
    e->position += (int32_t)size;
    naru_end_flip(l);
    naru_fence(); /* pairs with that of who sleeps: there it is arming, then the look */
    if (naru_relaxed(NARU_LOG_AT(l, 384)) > naru_relaxed(NARU_LOG_AT(l, 392))) {
        naru_wake(NARU_LOG_AT(l, 256), INT32_MAX);
        naru_store(NARU_LOG_AT(l, 392), e->seq); /* after the wake */
    }
    naru_unlock_word(NARU_LOG_AT(l, 128), 0);
    return offset;
}
/* Appends one record: its offset. */
static inline int64_t naru_log_append(naru_log *l, const void *key, int32_t keys, const void *value, int32_t values) {
    if (naru_log_claim(l, 61 + 36 + (int64_t)(keys > 0 ? keys : 0) + (values > 0 ? values : 0)) < 0) return -1;
    if (naru_log_add(l, naru_now(), key, keys, value, values) == 0) return naru_log_publish(l);
    int why = errno;
    naru_log_abandon(l);
    return naru_log_fails(why);
}
/* Ends the appending: the segment is cut to its end, unless somebody else has the lock. naru_log_close comes after it. */
static inline void naru_log_end(naru_log *l) {
    int64_t *word = NARU_LOG_AT(l, 128), seen = naru_relaxed(word);
    if (l->file.fd < 0 || (uint64_t)seen >> 2 || !naru_cas(word, seen, (int64_t)((uint64_t)l->members->id << 2) | (seen & 1))) return;
    if (naru_end_own(l) == 0 && l->file.base == l->end.segment && l->end.reserved > l->end.position) {
        l->end.reserved = l->end.position;
        naru_end_flip(l);
        if (ftruncate(l->file.fd, l->end.position) < 0) {} /* then it stays longer */
    }
    naru_unlock_word(word, 0);
}
#endif
