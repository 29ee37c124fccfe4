#include "ring.h"

#include "peer.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring *make_ring(size_t capacity) {
    size_t bytes = sizeof(struct ring) + capacity;
    struct ring *ring = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (ring == MAP_FAILED)
        die("mmap");
    ring->capacity = capacity;
    return ring;
}

/* A futex is 32 bits: of the tail, the half that changes. */
static uint32_t *futex_of(struct ring *ring) {
    uint32_t *halves = (uint32_t *)&ring->tail;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return halves;
#else
    return halves + 1;
#endif
}

void publish_and_wake(struct producer *producer) {
    struct ring *ring = producer->ring;
    publish(producer);
    atomic_thread_fence(memory_order_seq_cst); /* pairs with the one of sleep_until_message */
    if (atomic_load_explicit(&ring->asleep, memory_order_relaxed) != 0) {
        atomic_store_explicit(&ring->asleep, 0, memory_order_relaxed);
        if (syscall(SYS_futex, futex_of(ring), FUTEX_WAKE, 1, NULL, NULL, 0) < 0)
            die("futex(FUTEX_WAKE)");
    }
}

void sleep_until_message(struct consumer *consumer) {
    struct ring *ring = consumer->ring;
    while (true) {
        atomic_store_explicit(&ring->asleep, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst); /* pairs with the one of publish_and_wake */
        consumer->tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        if (consumer->tail != consumer->head)
            return;
        /* The kernel compares the tail once more, and does not sleep when it has moved. */
        if (syscall(SYS_futex, futex_of(ring), FUTEX_WAIT, (uint32_t)consumer->head, NULL, NULL, 0) < 0 &&
            errno != EAGAIN && errno != EINTR)
            die("futex(FUTEX_WAIT)");
    }
}
