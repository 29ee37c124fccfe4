/*
 * A log in a mapped file, laid out as ours: each record a Kafka record batch with its CRC, under a lock, published by one store.
 */
#ifndef NARU_BENCH_LOG_H
#define NARU_BENCH_LOG_H

#include "peer.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEADER 61
#define LENGTH_AT 8
#define OVERHEAD 12 /* what the length does not count */
#define MAGIC_AT 16
#define ATTRIBUTES_AT 21
#define LAST_DELTA_AT 23
#define FIRST_TIMESTAMP_AT 27
#define COUNT_AT 57
#define CODEC_AND_CONTROL 0x27
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

/* The number comes in the first 8 bytes of the record. */
void log_append(struct log *log, const char *source, size_t bytes, uint64_t number);

/* Up to where it is published. */
size_t log_published(struct log *log);

struct batch {
    size_t size;
    uint64_t after; /* the offset behind it */
    uint32_t count;
    int64_t first_timestamp;
    const char *records, *end;
};

struct record {
    int64_t timestamp, offset;
    const char *value;
};

static inline uint32_t load32(const char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

static inline uint64_t load64(const char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap64(value);
}

static inline const char *load_varint(const char *at, const char *end, int64_t *value) {
    uint64_t bits = 0;
    for (int shift = 0; at < end && shift < 64; shift += 7) {
        unsigned char next = (unsigned char)*at++;
        bits |= (uint64_t)(next & 0x7F) << shift;
        if (next < 0x80)
            break;
    }
    *value = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
    return at;
}

/* The batch that begins there, whose first offset is expected. Anything else ends the process. */
static inline struct batch log_batch(const char *at, size_t left, uint64_t expected) {
    struct batch batch = {.size = left < HEADER ? 0 : OVERHEAD + (size_t)load32(at + LENGTH_AT)};
    if (batch.size < HEADER || batch.size > left || at[MAGIC_AT] != 2 || load64(at) != expected)
        die_of("no batch begins there");
    if ((at[ATTRIBUTES_AT + 1] & CODEC_AND_CONTROL) != 0)
        die_of("a batch of another kind");
    batch.after = expected + load32(at + LAST_DELTA_AT) + 1;
    batch.count = load32(at + COUNT_AT);
    batch.first_timestamp = (int64_t)load64(at + FIRST_TIMESTAMP_AT);
    batch.records = at + HEADER;
    batch.end = at + batch.size;
    return batch;
}

/* The record of it that begins there: where the next one does. */
static inline const char *log_record(const char *at, const struct batch *batch, struct record *record) {
    int64_t length, timestamp, offset, key, value, headers;
    at = load_varint(at, batch->end, &length);
    if (length < 0 || length > batch->end - at)
        die_of("a record does not end in its batch");
    const char *after = at + length;
    at = load_varint(at + 1, after, &timestamp);
    at = load_varint(at, after, &offset);
    at = load_varint(at, after, &key);
    at = load_varint(key > 0 ? at + key : at, after, &value);
    record->value = at;
    at = load_varint(value > 0 ? at + value : at, after, &headers);
    if (at > after || headers < 0)
        die_of("a record does not end in its batch");
    record->timestamp = batch->first_timestamp + timestamp;
    record->offset = (int64_t)batch->after - batch->count + offset;
    return after;
}

#endif
