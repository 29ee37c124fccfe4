/* naru_log_read.h - reads a log (log.md, "Read"): all batches whose codec is plain; marks of transactions are passed over, and the
 * records of transactions come whether they were committed or not. Indexes are not asked. Further errors: ENOTSUP a batch is
 * compressed (its codec stands in attributes, and the next call goes on behind it), ERANGE the offset is below the log start or
 * above the end, EAGAIN nothing is there yet. */
#ifndef NARU_LOG_READ_H
#define NARU_LOG_READ_H
#include "naru_log.h"

typedef struct {
    naru_log *log; naru_end end; naru_segment file; int64_t next, position, limit; /* offset, and where to look for it */
    int64_t generation; /* in which the segment was found */
    int64_t base, first, highest; int32_t last, left; int attributes; const char *at, *until; /* the batch that is read */
} naru_cursor;
typedef struct {
    int64_t offset, time; const char *key, *value; int64_t key_length, value_length; /* -1: none */
    const char *headers; /* as they lie: their number, and each name and value after its length */
} naru_record;

static inline uint64_t naru_big(const char *at, int bytes) {
    uint64_t value = 0;
    while (bytes-- > 0) value = value << 8 | (unsigned char)*at++;
    return value;
}
/* A reader's look (log.md, "Read", 1). */
static inline int naru_end_load(naru_log *l, naru_end *e) {
    do {
        e->seq = naru_acquire(NARU_LOG_AT(l, 256));
        memcpy(&e->segment, l->block + 264 + (e->seq & 1) * 64, 48);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (naru_relaxed(NARU_LOG_AT(l, 256)) != e->seq);
    return naru_end_check(l, e);
}

/* Begins at that offset. Each cursor is closed, before its log. */
static inline void naru_cursor_open(naru_cursor *c, naru_log *l, int64_t offset) {
    memset(c, 0, sizeof *c);
    c->log = l; c->file.fd = -1; c->next = offset;
}
static inline void naru_cursor_close(naru_cursor *c) { naru_segment_close(&c->file); }

/* Up to where its segment may be read now. */
static inline int naru_cursor_limit(naru_cursor *c) {
    struct stat status;
    if (fstat(c->file.fd, &status) < 0) return -1;
    if (c->file.base > c->end.segment || status.st_size > INT32_MAX) return naru_damaged();
    c->limit = c->file.base < c->end.segment ? status.st_size : c->end.position;
    if (c->limit > status.st_size) return naru_damaged();
    if (c->limit > c->file.mapped) { /* the segment is larger than the settings said */
        void *map = mremap(c->file.map, (size_t)c->file.mapped, (size_t)c->limit, MREMAP_MAYMOVE);
        if (map == MAP_FAILED) return -1;
        c->at = c->until = NULL; c->file.map = map; c->file.mapped = c->limit;
    }
    return 0;
}
/* The segment to go on in; to begin in, when none is open. -1: there is none. */
static inline int64_t naru_cursor_list(naru_cursor *c) {
    int64_t found = -1, lowest = -1;
    DIR *folder = opendir(c->log->folder);
    if (!folder) return -1;
    for (struct dirent *file; (file = readdir(folder));) {
        if (strlen(file->d_name) != 24 || strspn(file->d_name, "0123456789") != 20 || strcmp(file->d_name + 20, ".log")) continue;
        uint64_t base = strtoull(file->d_name, NULL, 10);
        if (base > (uint64_t)c->end.segment) continue; /* a leftover */
        int64_t b = (int64_t)base;
        if (c->file.fd >= 0 ? b > c->file.base && (found < 0 || b < found) : b <= c->next && b > found) found = b;
        if (lowest < 0 || b < lowest) lowest = b;
    }
    closedir(folder);
    return c->file.fd < 0 && found < 0 ? lowest : found;
}
/* Whether its file was taken away. After a listing: of files that were merged the lowest goes first, so none behind it was missed. */
static inline int naru_cursor_gone(naru_cursor *c) {
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%020lld.log", c->log->folder, (long long)c->file.base);
    return access(path, F_OK) < 0 && errno == ENOENT;
}
/* Finds more to read. In another generation what comes next may lie in another file: a compaction has merged some. */
static inline int naru_cursor_more(naru_cursor *c) {
    while (c->position >= c->limit) {
        naru_end look;
        if (naru_end_load(c->log, &c->end) < 0) return -1;
        if (c->generation != c->end.generation) naru_segment_close(&c->file);
        c->generation = c->end.generation;
        if (c->file.fd >= 0) {
            if (naru_cursor_limit(c) < 0) return -1;
            if (c->position < c->limit) break;
            if (c->next >= c->end.next) return naru_log_fails(EAGAIN);
        }
        int64_t base = naru_cursor_list(c); /* before the log start, and the look at the generation */
        if (naru_end_load(c->log, &look) < 0) return -1;
        if (look.generation != c->generation) continue;
        if (c->file.fd >= 0 && naru_cursor_gone(c)) { naru_segment_close(&c->file); continue; }
        if ((uint64_t)c->next < (uint64_t)naru_acquire(NARU_LOG_AT(c->log, 512)) || c->next > c->end.next) return naru_log_fails(ERANGE);
        if (base < 0) return c->next >= c->end.next ? naru_log_fails(EAGAIN) : naru_damaged();
        naru_segment next = {.fd = -1};
        if (naru_segment_open(c->log, &next, base, c->log->segment_bytes, O_RDONLY) < 0) {
            if (errno == ENOENT) continue; /* let go of meanwhile */
            return -1;
        }
        naru_segment_close(&c->file);
        c->file = next; c->position = c->limit = 0;
    }
    return 0;
}
/* The next batch that has something at the next offset or above. EBADMSG: it is not sound. */
static inline int naru_cursor_batch(naru_cursor *c) {
    for (;;) {
        if (naru_cursor_more(c) < 0) return -1;
        const char *batch = c->file.map + c->position;
        int64_t there = c->limit - c->position, size;
        if (there < 61) return naru_damaged();
        size = 12 + (int64_t)(int32_t)naru_big(batch + 8, 4);
        c->base = (int64_t)naru_big(batch, 8);
        c->last = (int32_t)naru_big(batch + 23, 4);
        if (size < 61 || size > there || batch[16] != 2 || c->base < c->file.base || c->base >= NARU_LOCK_BASE || c->last < 0)
            return naru_damaged();
        c->position += size;
        if (c->base + c->last < c->next) continue;
        if (naru_crc32c(batch + 21, size - 21) != naru_big(batch + 17, 4)) { c->position -= size; return naru_damaged(); }
        c->attributes = (int)naru_big(batch + 21, 2);
        c->first = (int64_t)naru_big(batch + 27, 8);
        c->highest = (int64_t)naru_big(batch + 35, 8);
        c->left = (int32_t)naru_big(batch + 57, 4);
        c->at = batch + 61; c->until = batch + size;
        return 0;
    }
}
/* A varint that ends in the batch; *sound is 0 when it does not. */
static inline int64_t naru_cursor_varint(naru_cursor *c, int *sound) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (c->at >= c->until) break;
        unsigned char byte = (unsigned char)*c->at++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return (int64_t)(value >> 1 ^ -(value & 1));
    }
    *sound = 0;
    return 0;
}
static inline const char *naru_cursor_bytes(naru_cursor *c, int64_t *length, int *sound) {
    const char *from = c->at;
    *length = naru_cursor_varint(c, sound);
    from = c->at;
    if (*length < -1 || *length > c->until - c->at) { *sound = 0; return NULL; }
    c->at += *length > 0 ? *length : 0;
    return *length < 0 ? NULL : from;
}
/* The next record; it lies where it was appended, until the next call. */
static inline int naru_cursor_next(naru_cursor *c, naru_record *r) {
    for (;;) {
        while (c->left > 0) {
            int sound = 1;
            int64_t size = naru_cursor_varint(c, &sound);
            if (!sound || size < 1 || size > c->until - c->at) return naru_damaged();
            const char *after = c->at++ + size; /* behind its attributes */
            r->time = (int64_t)((uint64_t)c->first + (uint64_t)naru_cursor_varint(c, &sound));
            int64_t delta = naru_cursor_varint(c, &sound);
            r->key = naru_cursor_bytes(c, &r->key_length, &sound);
            r->value = naru_cursor_bytes(c, &r->value_length, &sound);
            r->headers = c->at;
            for (int64_t left = naru_cursor_varint(c, &sound); sound && left > 0; left--) {
                int64_t length;
                naru_cursor_bytes(c, &length, &sound);
                naru_cursor_bytes(c, &length, &sound);
            }
            if (!sound || delta < 0 || delta > c->last || c->at > after) return naru_damaged();
            c->at = after;
            c->left--;
            if (c->attributes & 8) r->time = c->highest;
            r->offset = c->base + delta;
            if (r->offset < c->next) continue;
            c->next = r->offset + 1;
            return 0;
        }
        if (c->until && c->base + c->last >= c->next) c->next = c->base + c->last + 1;
        c->until = NULL;
        if (naru_cursor_batch(c) < 0) return -1;
        if (c->attributes & 32) c->left = 0; /* a mark */
        else if (c->attributes & 7) { c->left = 0; return naru_log_fails(ENOTSUP); }
    }
}
/* Sleeps until more was published, at most 100 ms: whoever was to wake may be dead. After EAGAIN. */
static inline void naru_cursor_wait(naru_cursor *c) {
    int64_t *armed = NARU_LOG_AT(c->log, 384), seen;
    do seen = naru_relaxed(armed); while (seen < c->end.seq + 1 && !naru_cas(armed, seen, c->end.seq + 1)); /* never lowered */
    naru_fence();
    naru_wait(NARU_LOG_AT(c->log, 256), c->end.seq, 100);
}
#endif
