/*
 * A ring in shared memory, between one producer and one consumer: messages of any length, each in a frame of its own.
 *
 * A frame is a word with the length of the payload, then the payload, in multiples of 8 bytes. One that does not fit
 * before the end of the data begins anew at its start; a word of PADDING says so. Tail and head are positions in bytes
 * that only grow. Each side keeps what it knows of the other's word, and looks again only when that does not suffice.
 *
 * The hot calls stand here, to be inlined.
 */
#ifndef NARU_RING_H
#define NARU_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two lines of 64 bytes: the prefetcher of x86 fetches lines in pairs. */
#define APART 128

#define FRAME_WORD 8
#define PADDING UINT64_MAX

struct ring {
    _Alignas(APART) _Atomic uint64_t tail;    /* the producer's; its low half is what the consumer sleeps on */
    _Alignas(APART) _Atomic uint64_t head;    /* the consumer's */
    _Alignas(APART) _Atomic uint32_t asleep;  /* whether the consumer is about to sleep, or does */
    _Alignas(APART) uint64_t capacity;
    _Alignas(4096) char data[];
};

struct producer {
    struct ring *ring;
    uint64_t end; /* after the last frame; the tail, or beyond it */
    uint64_t head; /* what is known of it */
};

struct consumer {
    struct ring *ring;
    uint64_t head;
    uint64_t tail; /* what is known of it */
};

/* In memory that a fork shares. The capacity is a power of two. */
struct ring *make_ring(size_t capacity);

static inline struct producer producer_of(struct ring *ring) {
    return (struct producer){.ring = ring};
}

static inline struct consumer consumer_of(struct ring *ring) {
    return (struct consumer){.ring = ring};
}

/* What a side does between two looks. */
static inline void look_again(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

static inline uint64_t frame_bytes(size_t length) {
    return (length + FRAME_WORD + 7) & ~(uint64_t)7;
}

/* Where to put a message of that length; NULL while there is no room. */
static inline char *claim(struct producer *producer, size_t length) {
    struct ring *ring = producer->ring;
    uint64_t index = producer->end & (ring->capacity - 1);
    uint64_t to_wrap = ring->capacity - index;
    uint64_t frame = frame_bytes(length);
    uint64_t padding = frame <= to_wrap ? 0 : to_wrap;
    uint64_t after = producer->end + padding + frame;
    if (after - producer->head > ring->capacity) {
        /* pairs with the release of give_back */
        producer->head = atomic_load_explicit(&ring->head, memory_order_acquire);
        if (after - producer->head > ring->capacity)
            return NULL;
    }
    if (padding != 0) {
        *(uint64_t *)(ring->data + index) = PADDING;
        index = 0;
    }
    *(uint64_t *)(ring->data + index) = length;
    producer->end = after;
    return ring->data + index + FRAME_WORD;
}

/* Sends all that was claimed. */
static inline void publish(struct producer *producer) {
    /* pairs with the acquire of next_message */
    atomic_store_explicit(&producer->ring->tail, producer->end, memory_order_release);
}

/* The same, to a consumer that may sleep. */
void publish_and_wake(struct producer *producer);

/* The next message, in place; NULL when there is none. It stays until give_back. */
static inline const char *next_message(struct consumer *consumer, size_t *length) {
    struct ring *ring = consumer->ring;
    while (true) {
        if (consumer->head == consumer->tail) {
            /* pairs with the release of publish */
            consumer->tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
            if (consumer->head == consumer->tail)
                return NULL;
        }
        uint64_t index = consumer->head & (ring->capacity - 1);
        uint64_t word = *(uint64_t *)(ring->data + index);
        if (word != PADDING) {
            consumer->head += frame_bytes(word);
            *length = word;
            return ring->data + index + FRAME_WORD;
        }
        consumer->head += ring->capacity - index;
    }
}

/* Whether the last message that the consumer knows of is taken. */
static inline bool is_drained(const struct consumer *consumer) {
    return consumer->head == consumer->tail;
}

/* Gives the room of all messages taken back to the producer. */
static inline void give_back(struct consumer *consumer) {
    /* pairs with the acquire of claim */
    atomic_store_explicit(&consumer->ring->head, consumer->head, memory_order_release);
}

/* Sleeps in a futex until there is a message. */
void sleep_until_message(struct consumer *consumer);

#endif
