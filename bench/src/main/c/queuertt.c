/*
 * Round trips through two message queues of the kernel, in calls that block:
 *
 *     queuertt KIND CORE CORE BYTES WARMUP COUNT
 *
 * KIND is "sysv" or "mq". A round trip is timed from before its send until the answer is received. Prints the median of COUNT of
 * them in ns; WARMUP go before and do not count.
 */
#include "peer.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(struct queue in, struct queue out, char *message, size_t bytes, long count) {
    for (long i = 0; i < count; i++) {
        queue_receive(&in, message, bytes);
        queue_send(&out, message, bytes);
    }
}

static int64_t ask(struct queue out, struct queue in, char *message, size_t bytes, long warmup, long count) {
    int64_t *taken = (int64_t *)pages((size_t)count * sizeof *taken);
    for (long i = -warmup; i < count; i++) {
        int64_t start = now_nanos();
        queue_send(&out, message, bytes);
        queue_receive(&in, message, bytes);
        if (i >= 0)
            taken[i] = now_nanos() - start;
    }
    int64_t median = median_of(taken, (size_t)count);
    free(taken);
    return median;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: queuertt KIND CORE CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    size_t bytes = (size_t)number(argv[4]);
    long warmup = number(argv[5]);
    long count = number(argv[6]);
    char *message = pages(sizeof(long) + bytes);
    struct queue there = make_queue(argv[1], bytes);
    struct queue back = make_queue(argv[1], bytes);
    pid_t child = start_second_side((int)number(argv[2]), (int)number(argv[3]));
    if (child == 0) {
        answer(there, back, message, bytes, warmup + count);
        return 0;
    }
    printf("%lld\n", (long long)ask(there, back, message, bytes, warmup, count));
    int status = finish(child);
    remove_queue(&there);
    remove_queue(&back);
    free(message);
    return status;
}
