/*
 * A log in a mapped file, laid out as ours: each record a Kafka record batch with its CRC, under a lock, published by one store.
 */
#ifndef NARU_BENCH_LOG_H
#define NARU_BENCH_LOG_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER 61
#define RECORD_WORDS 24 /* what a record takes beside its value, at most */

struct log {
    _Alignas(128) _Atomic uint64_t lock;
    _Alignas(128) _Atomic uint64_t seq;
    uint64_t copies[2][6];
    _Alignas(128) _Atomic uint64_t armed;
    int fd;
    char *memory;
    size_t most; /* bytes that can be reached */
    size_t position;
    size_t reserved;
    size_t touched;
    uint64_t next;
};

/* Makes one of a file without a name in that folder, with room for so many records; with large pages, if there are. */
void log_make(struct log *log, const char *folder, size_t records, size_t bytes);

void log_append(struct log *log, const char *source, size_t bytes, uint64_t number);

#endif
