/*
 * Records appended to a mapped file, each as a Kafka record batch with its CRC, under a lock, published by one store, as ours are:
 * what the layout costs without a JVM.
 *
 *     append FOLDER CORE BYTES WARMUP COUNT
 *
 * Prints the ns that COUNT records took; WARMUP go before and do not count.
 */
#include "peer.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER 61
#define RECORD_WORDS 10
#define FIRST_EXTENT (64UL << 10)
#define LARGEST_EXTENT (16UL << 20)

struct log {
    _Alignas(128) _Atomic uint64_t lock;
    _Alignas(128) _Atomic uint64_t seq;
    uint64_t copies[2][6];
    _Alignas(128) _Atomic uint64_t armed;
    int fd;
    char *memory;
    size_t position;
    size_t reserved;
    uint64_t next;
};

#if defined(__x86_64__)
#include <nmmintrin.h>
__attribute__((target("sse4.2"))) static uint32_t crc32c(const char *at, size_t count) {
    uint64_t crc = UINT32_MAX;
    for (; count >= sizeof(uint64_t); at += sizeof(uint64_t), count -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    for (; count > 0; at++, count--)
        crc = _mm_crc32_u8((uint32_t)crc, (uint8_t)*at);
    return ~(uint32_t)crc;
}
#else
static uint32_t crc32c(const char *at, size_t count) {
    uint32_t crc = UINT32_MAX;
    for (; count > 0; at++, count--) {
        crc ^= (uint8_t)*at;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
    }
    return ~crc;
}
#endif

static void store32(char *at, uint32_t value) {
    value = __builtin_bswap32(value);
    memcpy(at, &value, sizeof value);
}

static void store64(char *at, uint64_t value) {
    value = __builtin_bswap64(value);
    memcpy(at, &value, sizeof value);
}

static void extend(struct log *log) {
    size_t more = log->reserved < FIRST_EXTENT ? FIRST_EXTENT : log->reserved;
    more = more > LARGEST_EXTENT ? LARGEST_EXTENT : more;
    if (fallocate(log->fd, 0, (off_t)log->reserved, (off_t)more) != 0)
        die("fallocate");
    log->reserved += more;
}

static void append(struct log *log, const char *source, size_t bytes, uint64_t number) {
    uint64_t free_word = 0;
    if (!atomic_compare_exchange_strong(&log->lock, &free_word, 4))
        die_of("nobody else has this lock");
    size_t size = HEADER + RECORD_WORDS + bytes;
    if (log->position + size > log->reserved)
        extend(log);
    char *batch = log->memory + log->position;
    memset(batch + HEADER, 2, RECORD_WORDS); /* lengths, as bytes that are the same each time */
    memcpy(batch + HEADER + RECORD_WORDS, source, bytes);
    memcpy(batch + HEADER + RECORD_WORDS, &number, sizeof number);
    store64(batch, log->next);
    store32(batch + 8, (uint32_t)size - 12);
    store32(batch + 12, 0);
    batch[16] = 2;
    memset(batch + 21, 0, 6);
    store64(batch + 27, 1);
    store64(batch + 35, 1);
    memset(batch + 43, 0xFF, 14);
    store32(batch + 57, 1);
    store32(batch + 17, crc32c(batch + 21, size - 21));
    log->position += size;
    log->next++;
    uint64_t seq = atomic_load_explicit(&log->seq, memory_order_relaxed) + 1;
    uint64_t *copy = log->copies[seq & 1];
    copy[1] = log->next;
    copy[2] = log->position | (log->reserved << 32);
    copy[4] = log->next;
    copy[5] = log->next;
    atomic_store_explicit(&log->seq, seq, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&log->armed, memory_order_relaxed) != 0)
        die_of("nobody reads");
    atomic_exchange(&log->lock, 0);
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: append FOLDER CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    pin((int)number(argv[2]));
    size_t bytes = (size_t)number(argv[3]);
    long warmup = number(argv[4]);
    long count = number(argv[5]);
    int fd = open(argv[1], O_TMPFILE | O_RDWR, 0600);
    size_t most = (size_t)(warmup + count) * (HEADER + RECORD_WORDS + bytes) + LARGEST_EXTENT;
    char *memory = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || memory == MAP_FAILED)
        die(argv[1]);
    static struct log log;
    log.fd = fd;
    log.memory = memory;
    char *source = pages(bytes);
    int64_t start = 0;
    for (long i = -warmup; i < count; i++) {
        if (i == 0)
            start = now_nanos();
        append(&log, source, bytes, (uint64_t)i);
    }
    printf("%lld\n", (long long)(now_nanos() - start));
    free(source);
    return 0;
}
