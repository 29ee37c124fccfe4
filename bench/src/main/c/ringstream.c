/*
 * One way through one ring in shared memory, both sides spinning:
 *
 *     ringstream CORE CORE CAPACITY BYTES BATCH WARMUP COUNT
 *
 * The producer, at the first core, sends messages of BYTES; its end is published every BATCH messages. A message of 32 bytes
 * is four words that all hold its number; the consumer adds them up in place. A longer one is copied in from a buffer, with
 * its number put before, and copied out to a buffer. The clock starts when WARMUP messages have been received. Prints the ns
 * until the COUNT after them were.
 */
#include "peer.h"
#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 4
#define SMALL (WORDS * sizeof(uint64_t))

static char *claim_spinning(struct producer *to, size_t bytes) {
    char *room;
    while ((room = claim(to, bytes)) == NULL) {
        publish(to);
        look_again();
    }
    return room;
}

static void send_small(struct ring *ring, long batch, long count) {
    struct producer to = producer_of(ring);
    long staged = 0;
    for (long i = 0; i < count; i++) {
        uint64_t *words = (uint64_t *)claim_spinning(&to, SMALL);
        for (size_t w = 0; w < WORDS; w++)
            words[w] = (uint64_t)i;
        if (++staged == batch) {
            publish(&to);
            staged = 0;
        }
    }
    publish(&to);
}

static void send_large(struct ring *ring, size_t bytes, long count) {
    struct producer to = producer_of(ring);
    char *source = pages(bytes);
    for (long i = 0; i < count; i++) {
        char *room = claim_spinning(&to, bytes);
        memcpy(room, source, bytes);
        *(uint64_t *)room = (uint64_t)i;
        publish(&to);
    }
    free(source);
}

static const char *next_spinning(struct consumer *from, size_t *length) {
    const char *message;
    while ((message = next_message(from, length)) == NULL)
        look_again();
    return message;
}

/* The sum of all words. Gives room back when all that it knew of is taken, or an eighth of the ring. */
static uint64_t receive_small(struct consumer *from, long count) {
    uint64_t sum = 0;
    uint64_t given_back = from->head;
    uint64_t much = from->ring->capacity / 8;
    for (long i = 0; i < count; i++) {
        size_t length; /* all are of one length here */
        const uint64_t *words = (const uint64_t *)next_spinning(from, &length);
        for (size_t w = 0; w < WORDS; w++)
            sum += words[w];
        if (is_drained(from) || from->head - given_back >= much) {
            give_back(from);
            given_back = from->head;
        }
    }
    give_back(from);
    return sum;
}

/* The sum of the first words. */
static uint64_t receive_large(struct consumer *from, char *target, long count) {
    uint64_t sum = 0;
    for (long i = 0; i < count; i++) {
        size_t length;
        const char *message = next_spinning(from, &length);
        memcpy(target, message, length);
        sum += *(uint64_t *)target;
        give_back(from);
    }
    return sum;
}

static uint64_t receive(struct consumer *from, size_t bytes, char *target, long count) {
    return bytes == SMALL ? receive_small(from, count) / WORDS : receive_large(from, target, count);
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: ringstream CORE CORE CAPACITY BYTES BATCH WARMUP COUNT\n");
        return 64;
    }
    int second_core = (int)number(argv[2]);
    size_t capacity = (size_t)number(argv[3]);
    size_t bytes = (size_t)number(argv[4]);
    long batch = number(argv[5]);
    long warmup = number(argv[6]);
    long count = number(argv[7]);
    struct ring *ring = make_ring(capacity);
    pid_t child = start_second_side((int)number(argv[1]), second_core);
    if (child != 0) {
        if (bytes == SMALL)
            send_small(ring, batch, warmup + count);
        else
            send_large(ring, bytes, warmup + count);
        return finish(child);
    }
    struct consumer from = consumer_of(ring);
    char *target = pages(bytes);
    uint64_t sum = receive(&from, bytes, target, warmup);
    int64_t start = now_nanos();
    sum += receive(&from, bytes, target, count);
    int64_t nanos = now_nanos() - start;
    uint64_t all = (uint64_t)(warmup + count);
    if (sum != all * (all - 1) / 2)
        die_of("what was received is not what was sent");
    printf("%lld\n", (long long)nanos);
    free(target);
    return 0;
}
