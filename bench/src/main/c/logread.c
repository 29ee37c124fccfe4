/*
 * Records looked at in place, in a log laid out as ours, by one who parses it as we do: what the layout costs without a JVM.
 *
 *     logread FOLDER CORE BYTES PASSES COUNT
 *
 * Prints the ns that reading COUNT records took, from mapping the file to unmapping it; PASSES go before and do not count.
 */
#include "log.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LENGTH_AT 8
#define OVERHEAD 12
#define MAGIC_AT 16
#define ATTRIBUTES_AT 21
#define LAST_DELTA_AT 23
#define FIRST_TIMESTAMP_AT 27
#define COUNT_AT 57
#define CODEC_AND_CONTROL 0x27

struct record {
    int64_t timestamp, offset;
    const char *value;
};

static uint32_t load32(const char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

static uint64_t load64(const char *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return __builtin_bswap64(value);
}

static const char *varint(const char *at, const char *end, int64_t *value) {
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

static const char *parse(const char *at, const char *end, struct record *record) {
    int64_t length, delta, offset, key, value, headers;
    at = varint(at, end, &length);
    const char *after = at + length;
    if (length < 0 || length > end - at)
        die_of("a record does not end in its batch");
    at = varint(at + 1, after, &delta);
    at = varint(at, after, &offset);
    at = varint(at, after, &key);
    at = varint(key > 0 ? at + key : at, after, &value);
    record->value = at;
    at = varint(value > 0 ? at + value : at, after, &headers);
    record->timestamp = delta;
    record->offset = offset;
    if (at > after || headers < 0)
        die_of("a record does not end in its batch");
    return after;
}

static uint64_t pass(struct log *log, long count) {
    const char *memory = mmap(NULL, log->position, PROT_READ, MAP_SHARED, log->fd, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    uint64_t expected = 0;
    uint64_t sum = 0;
    for (size_t at = 0; at < log->position && count > 0;) {
        const char *batch = memory + at;
        size_t size = OVERHEAD + (size_t)load32(batch + LENGTH_AT);
        if (size < HEADER || size > log->position - at || batch[MAGIC_AT] != 2 || load64(batch) != expected)
            die_of("no batch begins there");
        if ((batch[ATTRIBUTES_AT + 1] & CODEC_AND_CONTROL) != 0)
            die_of("a batch of another kind");
        expected += load32(batch + LAST_DELTA_AT) + 1;
        int64_t first = (int64_t)load64(batch + FIRST_TIMESTAMP_AT);
        const char *record_at = batch + HEADER;
        for (uint32_t left = load32(batch + COUNT_AT); left > 0; left--, count--) {
            struct record record;
            record_at = parse(record_at, batch + size, &record);
            if (first + record.timestamp < 0)
                die_of("a time before 1970");
            uint64_t number;
            memcpy(&number, record.value, sizeof number);
            sum += number;
        }
        at += size;
    }
    munmap((void *)memory, log->position);
    return sum;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: logread FOLDER CORE BYTES PASSES COUNT\n");
        return 64;
    }
    pin((int)number(argv[2]));
    size_t bytes = (size_t)number(argv[3]);
    long passes = number(argv[4]);
    long count = number(argv[5]);
    static struct log log;
    log_make(&log, argv[1], (size_t)count, bytes);
    char *source = pages(bytes);
    for (long i = 0; i < count; i++)
        log_append(&log, source, bytes, (uint64_t)i);
    int64_t nanos = 0;
    for (long i = 0; i <= passes; i++) {
        int64_t start = now_nanos();
        if (pass(&log, count) != (uint64_t)count * (uint64_t)(count - 1) / 2)
            die_of("what was read is not what was appended");
        nanos = now_nanos() - start;
    }
    printf("%lld\n", (long long)nanos);
    free(source);
    return 0;
}
