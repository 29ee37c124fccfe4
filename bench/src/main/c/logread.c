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

static uint64_t pass(struct log *log, long count) {
    const char *memory = mmap(NULL, log->position, PROT_READ, MAP_SHARED, log->fd, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    uint64_t expected = 0;
    uint64_t sum = 0;
    for (size_t at = 0; at < log->position && count > 0;) {
        struct batch batch = log_batch(memory + at, log->position - at, expected);
        expected = batch.after;
        const char *record_at = batch.records;
        for (uint32_t left = batch.count; left > 0; left--, count--) {
            struct record record;
            record_at = log_record(record_at, &batch, &record);
            uint64_t number;
            memcpy(&number, record.value, sizeof number);
            sum += number;
        }
        at += batch.size;
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
