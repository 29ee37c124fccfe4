/* naru_log.h - topics (log.md) of Naru from C: opens a store and a partition; naru_log_append.h appends to it, naru_log_read.h
 * reads it. Making topics, recovery and keeping (flushes, indexes, retention) are left to the library. A naru of the kind
 * NARU_STORE, and what was opened by it, is used by one thread. Errors beside those of naru.h: EIDRM the topic was removed, EPERM
 * another publisher appends, ENOTSUP a newer format, or what only the library can. */
#ifndef NARU_LOG_H
#define NARU_LOG_H
#include "naru.h"
#include <dirent.h>
#include <limits.h>

typedef struct { int64_t base, mapped; int fd; char *map; } naru_segment;
typedef struct { int64_t seq, segment, next; int32_t position, reserved; int64_t generation, ends[2]; } naru_end;
typedef struct {
    naru *members; char *block, folder[PATH_MAX];
    int64_t segment_bytes, most, segment_ms; int flushes, log_time, compacted; /* settings */
    naru_end end; naru_segment file; /* of who appends, under the lock */
    int64_t at, limit, first, highest; int32_t count; /* the batch that is laid out */
} naru_log;

#define NARU_LOG_AT(l, at) ((int64_t *)((l)->block + (at)))
static inline uint32_t naru_crc32c(const char *at, int64_t bytes) {
    static uint32_t table[256];
    uint32_t crc = ~0u;
    if (!__atomic_load_n(&table[255], __ATOMIC_ACQUIRE)) /* the last one that is filled */
        for (uint32_t i = 0, c = 0; i < 256; c = ++i) {
            for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
            __atomic_store_n(&table[i], c, __ATOMIC_RELEASE);
        }
    while (bytes-- > 0) crc = crc >> 8 ^ table[(crc ^ (unsigned char)*at++) & 255];
    return ~crc;
}
static inline int naru_log_fails(int why) { errno = why; return -1; }
static inline void naru_segment_close(naru_segment *s) {
    if (s->map) munmap(s->map, (size_t)s->mapped);
    if (s->fd >= 0) close(s->fd);
    s->map = NULL; s->fd = -1; s->mapped = 0;
}
/* More is mapped than the file has; what lies behind its end is not touched. */
static inline int naru_segment_open(naru_log *l, naru_segment *s, int64_t base, int64_t reach, int flags) {
    char path[PATH_MAX + 32];
    struct stat status;
    void *map;
    naru_segment_close(s);
    snprintf(path, sizeof path, "%s/%020lld.log", l->folder, (long long)base);
    if ((s->fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)) < 0) return -1;
    if (fstat(s->fd, &status) == 0) {
        if (reach < status.st_size) reach = status.st_size;
        if (reach > INT32_MAX) reach = INT32_MAX;
        map = mmap(NULL, (size_t)reach, flags & O_RDWR ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, s->fd, 0);
        if (map != MAP_FAILED) {
            s->map = map; s->mapped = reach; s->base = base;
            return 0;
        }
    }
    int why = errno;
    naru_segment_close(s);
    return naru_log_fails(why);
}
static inline int naru_log_settings(naru_log *l, const char *path) {
    char line[512], *value;
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    int64_t lag = INT64_MAX;
    l->segment_bytes = 1 << 30; l->most = INT32_MAX; l->segment_ms = INT64_MAX;
    while (fgets(line, sizeof line, file)) {
        if (*line == '#' || !(value = strchr(line, '='))) continue;
        *value++ = 0;
        int64_t number = strtoll(value, NULL, 10);
        if (!strcmp(line, "segment.bytes")) l->segment_bytes = number;
        if (!strcmp(line, "max.message.bytes")) l->most = number;
        if (!strcmp(line, "segment.ms")) l->segment_ms = number;
        if (!strcmp(line, "max.compaction.lag.ms")) lag = number;
        if (!strcmp(line, "cleanup.policy")) l->compacted = strstr(value, "compact") != NULL;
        if (!strncmp(line, "flush.m", 7)) l->flushes |= number != INT64_MAX;
        if (!strcmp(line, "message.timestamp.type")) l->log_time = !strncmp(value, "LogAppendTime", 13);
    }
    fclose(file);
    if (l->segment_bytes < 65536 || l->segment_bytes > INT32_MAX) return naru_damaged();
    if (l->most > l->segment_bytes) l->most = l->segment_bytes;
    if (l->compacted && l->segment_ms > lag) l->segment_ms = lag; /* what is to be compacted is to be sealed */
    return 0;
}
/* Joins the store in that folder, as naru_open does. ENOTSUP: it is of a newer format. */
static inline int naru_log_join(naru *store, const char *folder) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/store.naru", folder) >= PATH_MAX) return naru_log_fails(ENAMETOOLONG);
    if (naru_open(store, path, NARU_STORE) < 0) return -1;
    return naru_relaxed((int32_t *)(store->base + 128)) > 1 ? naru_refuse(store, ENOTSUP) : 0;
}
/* Opens a partition of a topic of that store. ENOENT: there is none; others as naru_open, and ENOTSUP. */
static inline int naru_log_open(naru_log *l, naru *store, const char *folder, const char *topic, int partition) {
    char path[PATH_MAX + 32];
    struct stat status;
    void *map = MAP_FAILED;
    int fd, why = 0;
    memset(l, 0, sizeof *l);
    l->members = store; l->file.fd = -1;
    if (snprintf(path, PATH_MAX, "%s/settings/%s.properties", folder, topic) >= PATH_MAX) return naru_log_fails(ENAMETOOLONG);
    if (naru_log_settings(l, path) < 0) return -1;
    if (snprintf(l->folder, PATH_MAX, "%s/topics/%s-%d", folder, topic, partition) >= PATH_MAX) return naru_log_fails(ENAMETOOLONG);
    snprintf(path, sizeof path, "%s/partition.naru", l->folder);
    if ((fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)) < 0) return -1;
    if (fstat(fd, &status) < 0) why = errno;
    else if (status.st_size < 4096) why = EINVAL;
    else if ((map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED) why = errno;
    close(fd);
    if (why) return naru_log_fails(why);
    l->block = map;
    int32_t version = *(int32_t *)(l->block + 8);
    if (memcmp(l->block, "NaruPart", 8) || version < 1) why = EINVAL;
    else if (version > 1) why = ENOTSUP;
    else if (naru_acquire(NARU_LOG_AT(l, 40)) != naru_boot() || *NARU_LOG_AT(l, 32) != (int64_t)status.st_ino) why = ESTALE;
    else if (memcmp(l->block + 16, store->base + 136, 16)) why = ESTALE;
    if (why) { munmap(map, 4096); l->block = NULL; return naru_log_fails(why); }
    return 0;
}
static inline void naru_log_close(naru_log *l) {
    naru_segment_close(&l->file);
    if (l->block) munmap(l->block, 4096);
    l->block = NULL;
}
/* Whether a copy of the published end is one that there can be, of a topic that is there. */
static inline int naru_end_check(naru_log *l, naru_end *e) {
    if (naru_relaxed(NARU_LOG_AT(l, 64)) & 1) return naru_log_fails(EIDRM);
    if (*NARU_LOG_AT(l, 48) != 0) return naru_log_fails(EPERM);
    if (e->seq < 0 || e->seq >= NARU_LOCK_BASE || e->segment < 0 || e->next < e->segment || e->next >= NARU_LOCK_BASE
        || e->position < 0 || (e->reserved & INT32_MAX) < e->position) return naru_damaged();
    return 0;
}
#endif
