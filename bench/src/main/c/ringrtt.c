/*
 * Round trips through two rings in shared memory:
 *
 *     ringrtt spin|park CORE CORE CAPACITY WARMUP COUNT
 *
 * A message is 32 bytes: four words that all hold the number of the trip. The other side reads them all and sends the
 * number back in a message of that kind. Who waits spins, or sleeps in a futex at once. Prints the median of COUNT round trips in
 * ns; WARMUP go before and do not count.
 */
#include "peer.h"
#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 4

static bool parks;

static void send_number(struct producer *to, uint64_t number) {
    uint64_t *words;
    while ((words = (uint64_t *)claim(to, WORDS * sizeof *words)) == NULL)
        look_again();
    for (size_t i = 0; i < WORDS; i++)
        words[i] = number;
    if (parks)
        publish_and_wake(to);
    else
        publish(to);
}

/* The sum of the words. */
static uint64_t receive_sum(struct consumer *from) {
    size_t length; /* all are of one length here */
    const uint64_t *words;
    while ((words = (const uint64_t *)next_message(from, &length)) == NULL) {
        if (parks)
            sleep_until_message(from);
        else
            look_again();
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < WORDS; i++)
        sum += words[i];
    give_back(from);
    return sum;
}

static void answer(struct ring *in, struct ring *out, long count) {
    struct consumer from = consumer_of(in);
    struct producer to = producer_of(out);
    for (long i = 0; i < count; i++)
        send_number(&to, receive_sum(&from) / WORDS);
}

static int64_t ask(struct ring *out, struct ring *in, long warmup, long count) {
    struct producer to = producer_of(out);
    struct consumer from = consumer_of(in);
    int64_t *taken = (int64_t *)pages((size_t)count * sizeof *taken);
    uint64_t wrong = 0;
    for (long i = 0; i < warmup + count; i++) {
        int64_t start = now_nanos();
        send_number(&to, (uint64_t)i);
        wrong |= receive_sum(&from) ^ (uint64_t)i * WORDS;
        if (i >= warmup)
            taken[i - warmup] = now_nanos() - start;
    }
    int64_t median = median_of(taken, (size_t)count);
    free(taken);
    if (wrong != 0)
        die_of("an answer is not what was asked");
    return median;
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: ringrtt spin|park CORE CORE CAPACITY WARMUP COUNT\n");
        return 64;
    }
    parks = strcmp(argv[1], "park") == 0;
    size_t capacity = (size_t)number(argv[4]);
    long warmup = number(argv[5]);
    long count = number(argv[6]);
    struct ring *there = make_ring(capacity);
    struct ring *back = make_ring(capacity);
    pid_t child = start_second_side((int)number(argv[2]), (int)number(argv[3]));
    if (child == 0) {
        answer(there, back, warmup + count);
        return 0;
    }
    printf("%lld\n", (long long)ask(there, back, warmup, count));
    return finish(child);
}
