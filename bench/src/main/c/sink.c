/*
 * The far end of a relay: takes what the first client of a Unix socket sends.
 *
 *     sink PATH CORE READ BYTES
 *
 * Prints a line when it listens. Reads at most READ bytes a time until the client has closed, which has to be after BYTES of
 * them. Then it prints two lines: CLOCK_MONOTONIC in ns when the first bytes had come, and the ns until all had.
 */
#include "peer.h"
#include "socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 0 at the end. */
static long receive(int in, char *buffer, size_t size) {
    ssize_t got = read(in, buffer, size);
    if (got < 0)
        die("read");
    return (long)got;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: sink PATH CORE READ BYTES\n");
        return 64;
    }
    size_t size = (size_t)number(argv[3]);
    long bytes = number(argv[4]);
    char *buffer = pages(size);
    char kind[256];
    snprintf(kind, sizeof kind, "unix:%s", argv[1]);
    pin((int)number(argv[2]));
    int listener = listening(kind);
    printf("listening\n");
    fflush(stdout);
    int in = accepted(listener);
    long first = receive(in, buffer, size);
    int64_t start = now_nanos();
    int64_t end = start;
    long all = first;
    for (long got = first; got > 0; got = receive(in, buffer, size)) {
        end = now_nanos();
        all += got;
    }
    all -= first; /* the loop has counted it again */
    if (all != bytes)
        die_of("the relay did not pass all bytes on");
    /* What came before the clock started is taken out of the time's share. */
    double share = all > first ? (double)all / (double)(all - first) : 1;
    printf("%lld\n%lld\n", (long long)start, (long long)((double)(end - start) * share));
    free(buffer);
    return 0;
}
