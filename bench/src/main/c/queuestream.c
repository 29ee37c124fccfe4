/*
 * Messages one way through one message queue of the kernel, in calls that block:
 *
 *     queuestream KIND CORE CORE BYTES WARMUP COUNT
 *
 * KIND is "sysv" or "mq". Prints the ns from when WARMUP messages were received until COUNT more were.
 */
#include "peer.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: queuestream KIND CORE CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    size_t bytes = (size_t)number(argv[4]);
    long warmup = number(argv[5]);
    long count = number(argv[6]);
    char *message = pages(sizeof(long) + bytes);
    struct queue queue = make_queue(argv[1], bytes);
    pid_t child = start_second_side((int)number(argv[2]), (int)number(argv[3]));
    if (child != 0) {
        for (long i = 0; i < warmup + count; i++)
            queue_send(&queue, message, bytes);
        int status = finish(child);
        remove_queue(&queue);
        free(message);
        return status;
    }
    for (long i = 0; i < warmup; i++)
        queue_receive(&queue, message, bytes);
    int64_t start = now_nanos();
    for (long i = 0; i < count; i++)
        queue_receive(&queue, message, bytes);
    printf("%lld\n", (long long)(now_nanos() - start));
    return 0;
}
