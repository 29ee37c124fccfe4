/*
 * Records appended to a log laid out as ours: what the layout costs without a JVM.
 *
 *     append FOLDER CORE BYTES WARMUP COUNT
 *
 * Prints the ns that COUNT records took; WARMUP go before and do not count.
 */
#include "log.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: append FOLDER CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    pin((int)number(argv[2]));
    size_t bytes = (size_t)number(argv[3]);
    long warmup = number(argv[4]);
    long count = number(argv[5]);
    static struct log log;
    log_make(&log, argv[1], (size_t)(warmup + count), bytes);
    char *source = pages(bytes);
    int64_t start = 0;
    for (long i = -warmup; i < count; i++) {
        if (i == 0)
            start = now_nanos();
        log_append(&log, source, bytes, (uint64_t)i);
    }
    printf("%lld\n", (long long)(now_nanos() - start));
    free(source);
    return 0;
}
