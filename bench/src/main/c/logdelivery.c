/*
 * Records through a log laid out as ours at a pace, each with the time at which it was appended:
 *
 *     logdelivery FOLDER CORE CORE BYTES PERCENTILE GAP WARMUP COUNT
 *
 * The first core appends one every GAP ns. The second one spins and reads them. Prints that percentile of the times from before the
 * append until the record was read, of COUNT, in ns; WARMUP go before and do not count.
 */
#include "log.h"
#include "peer.h"
#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *shared(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    return memory;
}

static void append_at_pace(struct log *log, size_t bytes, int64_t gap, long count) {
    char *source = pages(bytes);
    int64_t next = now_nanos();
    for (long i = 0; i < count; i++) {
        next += gap;
        while (now_nanos() < next)
            look_again();
        log_append(log, source, bytes, (uint64_t)now_nanos());
    }
    free(source);
}

static void receive(struct log *log, long warmup, long count, int64_t *taken) {
    const char *memory = mmap(NULL, log->most, PROT_READ, MAP_SHARED, log->fd, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    size_t at = 0;
    uint64_t expected = 0;
    for (long got = 0; got < warmup + count;) {
        size_t published = log_published(log);
        if (published == at)
            look_again();
        while (at < published) {
            struct batch batch = log_batch(memory + at, published - at, expected);
            struct record record;
            (void)log_record(batch.records, &batch, &record);
            int64_t sent;
            memcpy(&sent, record.value, sizeof sent);
            if (got >= warmup)
                taken[got - warmup] = now_nanos() - sent;
            got++;
            expected = batch.after;
            at += batch.size;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 9) {
        fprintf(stderr, "usage: logdelivery FOLDER CORE CORE BYTES PERCENTILE GAP WARMUP COUNT\n");
        return 64;
    }
    size_t bytes = (size_t)number(argv[4]);
    long percentile = number(argv[5]);
    long warmup = number(argv[7]);
    long count = number(argv[8]);
    struct log *log = shared(sizeof *log);
    log_make(log, argv[1], (size_t)(warmup + count), bytes);
    int64_t *taken = shared((size_t)count * sizeof *taken);
    pid_t child = start_second_side((int)number(argv[2]), (int)number(argv[3]));
    if (child == 0) {
        receive(log, warmup, count, taken);
        return 0;
    }
    append_at_pace(log, bytes, number(argv[6]), warmup + count);
    int status = finish(child);
    printf("%lld\n", (long long)percentile_of(taken, (size_t)count, percentile));
    return status;
}
