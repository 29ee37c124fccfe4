/*
 * Round trips through two streams, or one socket, by write(2) and read(2) that block:
 *
 *     rtt THERE BACK CORE CORE BYTES WARMUP COUNT
 *
 * THERE and BACK are "pipe" or paths of FIFOs. Or THERE is "tcp" or "unix:PATH", and BACK is "same". A round trip is timed from before its write until all of the answer is
 * read. Prints the median of COUNT of them in ns; WARMUP go before and do not count.
 */
#include "peer.h"
#include "socket.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(int in, int out, char *message, size_t bytes, long count) {
    for (long i = 0; i < count; i++) {
        read_all(in, message, bytes);
        write_all(out, message, bytes);
    }
}

static int64_t ask(int out, int in, char *message, size_t bytes, long warmup, long count) {
    int64_t *taken = (int64_t *)pages((size_t)count * sizeof *taken);
    for (long i = -warmup; i < count; i++) {
        int64_t start = now_nanos();
        write_all(out, message, bytes);
        read_all(in, message, bytes);
        if (i >= 0)
            taken[i] = now_nanos() - start;
    }
    int64_t median = median_of(taken, (size_t)count);
    free(taken);
    return median;
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: rtt THERE BACK CORE CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    size_t bytes = (size_t)number(argv[5]);
    long warmup = number(argv[6]);
    long count = number(argv[7]);
    char *message = pages(bytes);
    struct stream there = make_stream(argv[1]);
    int both_ways = is_socket(argv[1]);
    struct stream back = both_ways ? there : make_stream(argv[2]);
    pid_t child = start_second_side((int)number(argv[3]), (int)number(argv[4]));
    if (child == 0) {
        int in = reading_end(&there);
        answer(in, both_ways ? in : writing_end(&back), message, bytes, warmup + count);
        return 0;
    }
    int out = writing_end(&there);
    int in = both_ways ? out : reading_end(&back);
    printf("%lld\n", (long long)ask(out, in, message, bytes, warmup, count));
    free(message);
    return finish(child);
}
