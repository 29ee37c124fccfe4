/* naru_group.h - looks at the groups (group.md) of a store from C: members, owners, what is committed. It changes nothing, and waits
 * for nobody; joining and committing are left to the library. Errors beside those of naru_log.h: ENOENT there is no such group,
 * ESTALE it is of an earlier boot or a copy, and to be opened once by `naru` or the library, EIDRM it was removed. */
#ifndef NARU_GROUP_H
#define NARU_GROUP_H
#include "naru_log.h"

enum { NARU_GROUP_MEMBERS = 512, NARU_GROUP_TOPICS = 512, NARU_GROUP_PARTITIONS = 16384, NARU_GROUP_METADATA = 4096 };
typedef struct { naru *members; int fd; char *base; size_t size; int32_t rows, topics, partitions; } naru_group;
typedef struct {
    int64_t id, process, lease, polled; /* ms; polled by CLOCK_MONOTONIC */
    int alive; /* whether its process lives: a dead one is a member until another takes it out */
    unsigned char topics[64]; /* a bit each, by number */
    char label[301];
} naru_group_member;
typedef struct {
    int32_t topic, partition;
    int64_t target, owner, generation, committed, time; /* 0: nobody; committed -1: nothing; time in ms since 1970 */
    int32_t epoch, length;
    char metadata[NARU_GROUP_METADATA + 1];
} naru_group_partition;

#define NARU_GROUP_AT(g, at) ((int64_t *)((g)->base + (at)))

/* The next file of a group in the folder groups of a store, its name as it was given: 0 when there is none any more. */
static inline int naru_group_next(DIR *groups, char name[NAME_MAX + 1]) {
    for (struct dirent *file; (file = readdir(groups));) {
        size_t length = strlen(file->d_name);
        if (length < 6 || strcmp(file->d_name + length - 5, ".naru")) continue;
        char *to = name;
        for (const char *at = file->d_name; at < file->d_name + length - 5; at++) {
            char digits[3] = {at[0] == '%' ? at[1] : 0, at[0] == '%' && at[1] ? at[2] : 0, 0};
            int coded = strspn(digits, "0123456789ABCDEFabcdef") == 2;
            *to++ = coded ? (char)strtol(digits, NULL, 16) : *at;
            at += coded ? 2 : 0;
        }
        *to = 0;
        return 1;
    }
    return 0;
}
/* How much there is now; rows are added at the end alone. EBADMSG: more than there can be, or than is in the file. */
static inline int naru_group_look(naru_group *g) {
    struct stat status;
    int64_t partitions = naru_acquire(NARU_GROUP_AT(g, 312)); /* pairs with the release of who added a row */
    g->partitions = (int32_t)partitions;
    g->topics = naru_acquire((int32_t *)(g->base + 308));
    g->rows = naru_acquire((int32_t *)(g->base + 304));
    if (naru_acquire(NARU_GROUP_AT(g, 64)) & 1) return naru_log_fails(EIDRM);
    if (g->rows < 0 || g->rows > NARU_GROUP_MEMBERS || g->topics < 0 || g->topics > NARU_GROUP_TOPICS || partitions < 0
        || partitions > NARU_GROUP_PARTITIONS) return naru_damaged();
    if (fstat(g->fd, &status) < 0) return -1; /* after the counts */
    int64_t needed = g->partitions ? 528384 + g->partitions * (int64_t)8704 : g->topics ? 266240 + g->topics * 512 : 4096 + g->rows * 512;
    return status.st_size < needed ? naru_damaged() : 0;
}
static inline void naru_group_close(naru_group *g) {
    if (g->base) munmap(g->base, g->size);
    if (g->fd >= 0) close(g->fd);
    g->base = NULL; g->fd = -1;
}
static inline int naru_group_refuse(naru_group *g, int why) { naru_group_close(g); return naru_log_fails(why); }
/* Opens the group of that name of that store. More is mapped than the file has; what no count speaks of is not touched. */
static inline int naru_group_open(naru_group *g, naru *store, const char *folder, const char *name) {
    char path[PATH_MAX + 8];
    struct stat status;
    int length = snprintf(path, PATH_MAX, "%s/groups/", folder);
    memset(g, 0, sizeof *g);
    g->members = store; g->fd = -1;
    for (; *name; name++) {
        int plain = strchr("._-", *name) || (*name >= '0' && *name <= '9') || ((*name | 32) >= 'a' && (*name | 32) <= 'z');
        if (length < PATH_MAX) length += snprintf(path + length, (size_t)(PATH_MAX - length), plain ? "%c" : "%%%02X", (unsigned char)*name);
    }
    if (length >= PATH_MAX) return naru_log_fails(ENAMETOOLONG);
    strcpy(path + length, ".naru");
    if ((g->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0) return -1;
    if (fstat(g->fd, &status) < 0) return naru_group_refuse(g, errno);
    if (status.st_size < 4096) return naru_group_refuse(g, EINVAL);
    g->size = 528384 + (size_t)NARU_GROUP_PARTITIONS * 8704;
    void *map = mmap(NULL, g->size, PROT_READ, MAP_SHARED, g->fd, 0);
    if (map == MAP_FAILED) return naru_group_refuse(g, errno);
    g->base = map;
    int32_t version = *(int32_t *)(g->base + 8);
    if (memcmp(g->base, "NaruGrup", 8) || version < 1) return naru_group_refuse(g, EINVAL);
    if (version > 1) return naru_group_refuse(g, ENOTSUP);
    if (naru_acquire(NARU_GROUP_AT(g, 40)) != naru_boot() || *NARU_GROUP_AT(g, 32) != (int64_t)status.st_ino
        || memcmp(g->base + 16, store->base + 136, 16)) return naru_group_refuse(g, ESTALE);
    return naru_group_look(g) < 0 ? naru_group_refuse(g, errno) : 0;
}

/* Text that begins with its length, into room for as much and a zero. */
static inline void naru_group_text(const char *at, int32_t most, char *to) {
    int32_t length = naru_relaxed((int32_t *)at);
    length = length < 0 ? 0 : length > most ? most : length;
    memcpy(to, at + 4, (size_t)length);
    to[length] = 0;
}
/* The name of a topic by its number. */
static inline void naru_group_topic(naru_group *g, int32_t number, char name[241]) {
    naru_group_text(g->base + 266240 + number * (int64_t)512 + 4, 240, name);
}
/* The member of a row: 0 when there is none. */
static inline int naru_group_at(naru_group *g, int32_t row, naru_group_member *m) {
    const char *at = g->base + 4096 + row * (int64_t)512;
    m->id = naru_acquire((int64_t *)at);
    if (m->id == 0) return 0;
    m->process = naru_relaxed((int64_t *)(at + 8));
    m->lease = naru_relaxed((int64_t *)(at + 16));
    m->polled = naru_relaxed((int64_t *)(at + 24));
    memcpy(m->topics, at + 64, sizeof m->topics);
    naru_group_text(at + 192, 300, m->label);
    m->alive = naru_alive(g->members, m->process);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return naru_relaxed((int64_t *)at) == m->id; /* no id comes twice */
}
/* What stands in the row of a partition: 0 when it is of no use. */
static inline int naru_group_row(naru_group *g, int32_t row, naru_group_partition *p) {
    const char *at = g->base + 528384 + row * (int64_t)8704;
    int64_t seq;
    p->topic = naru_relaxed((int32_t *)at);
    p->partition = naru_relaxed((int32_t *)(at + 4));
    p->target = naru_relaxed((int64_t *)(at + 8));
    if (p->topic < 0 || p->topic >= g->topics) return 0;
    do {
        seq = naru_acquire((int64_t *)(at + 64));
        const char *copy = at + 72 + (seq & 1) * 64;
        memcpy(&p->owner, copy, 32); /* owner, generation, committed, time */
        memcpy(&p->epoch, copy + 32, 8); /* and the length */
        if (p->length < 0 || p->length > NARU_GROUP_METADATA) p->length = 0;
        memcpy(p->metadata, at + 512 + (seq & 1) * 4096, (size_t)p->length);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (naru_relaxed((int64_t *)(at + 64)) != seq);
    p->metadata[p->length] = 0;
    return 1;
}
#endif
