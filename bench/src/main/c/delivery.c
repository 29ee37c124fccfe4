/*
 * Messages through a ring at a pace, each with the time at which it was sent:
 *
 *     delivery spin|park CORE CORE CAPACITY BYTES PERCENTILE GAP WARMUP COUNT
 *
 * The first core sends one every GAP ns. The second one reads them; who waits spins, or sleeps in a futex at once. Prints that
 * percentile of the times from before the sending until the message was read, of COUNT, in ns; WARMUP go before and do not count.
 */
#include "peer.h"
#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static bool parks;

static void send_at_pace(struct ring *ring, size_t bytes, int64_t gap, long count) {
    struct producer to = producer_of(ring);
    char *source = pages(bytes);
    int64_t next = now_nanos();
    for (long i = 0; i < count; i++) {
        next += gap;
        while (now_nanos() < next)
            look_again();
        int64_t now = now_nanos();
        char *message;
        while ((message = claim(&to, bytes)) == NULL)
            look_again();
        memcpy(message, source, bytes);
        memcpy(message, &now, sizeof now);
        if (parks)
            publish_and_wake(&to);
        else
            publish(&to);
    }
    free(source);
}

static void receive(struct ring *ring, long warmup, long count, int64_t *taken) {
    struct consumer from = consumer_of(ring);
    for (long i = 0; i < warmup + count; i++) {
        size_t length;
        const char *message;
        while ((message = next_message(&from, &length)) == NULL) {
            if (parks)
                sleep_until_message(&from);
            else
                look_again();
        }
        int64_t sent;
        memcpy(&sent, message, sizeof sent);
        if (i >= warmup)
            taken[i - warmup] = now_nanos() - sent;
        give_back(&from);
    }
}

int main(int argc, char **argv) {
    if (argc != 10) {
        fprintf(stderr, "usage: delivery spin|park CORE CORE CAPACITY BYTES PERCENTILE GAP WARMUP COUNT\n");
        return 64;
    }
    parks = strcmp(argv[1], "park") == 0;
    struct ring *ring = make_ring((size_t)number(argv[4]));
    size_t bytes = (size_t)number(argv[5]);
    long percentile = number(argv[6]);
    long warmup = number(argv[8]);
    long count = number(argv[9]);
    int64_t *taken = mmap(NULL, (size_t)count * sizeof *taken, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (taken == MAP_FAILED)
        die("mmap");
    pid_t child = start_second_side((int)number(argv[2]), (int)number(argv[3]));
    if (child == 0) {
        receive(ring, warmup, count, taken);
        return 0;
    }
    send_at_pace(ring, bytes, number(argv[7]), warmup + count);
    int status = finish(child);
    printf("%lld\n", (long long)percentile_of(taken, (size_t)count, percentile));
    return status;
}
