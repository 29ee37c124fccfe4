#include "log.h"
#include "peer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_EXTENT (64UL << 10)
#define LARGEST_EXTENT (16UL << 20)
#define TOUCHED_STEP (64UL << 10)

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

static size_t varint_size(int64_t value) {
    size_t size = 1;
    for (uint64_t left = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63); left >= 0x80; left >>= 7)
        size++;
    return size;
}

static char *varint(char *at, int64_t value) {
    uint64_t left = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    for (; left >= 0x80; left >>= 7)
        *at++ = (char)(left | 0x80);
    *at++ = (char)left;
    return at;
}

static void extend(struct log *log) {
    size_t more = log->reserved < FIRST_EXTENT ? FIRST_EXTENT : log->reserved;
    more = more > LARGEST_EXTENT ? LARGEST_EXTENT : more;
    if (fallocate(log->fd, 0, (off_t)log->reserved, (off_t)more) != 0)
        die("fallocate");
    log->reserved += more;
}

/* Its pages, and some more, are made present at once. */
static void touch_ahead(struct log *log, size_t to) {
    size_t start = log->touched & ~4095UL;
    size_t end = (to / TOUCHED_STEP + 1) * TOUCHED_STEP;
    log->touched = end > log->reserved ? log->reserved : end;
    madvise(log->memory + start, log->touched - start, MADV_POPULATE_WRITE);
}

void log_append(struct log *log, const char *source, size_t bytes, uint64_t number) {
    uint64_t free_word = 0;
    if (!atomic_compare_exchange_strong(&log->lock, &free_word, 4))
        die_of("nobody else has this lock");
    if (log->position + HEADER + RECORD_WORDS + bytes > log->reserved)
        extend(log);
    if (log->position + HEADER + RECORD_WORDS + bytes > log->touched)
        touch_ahead(log, log->position + HEADER + RECORD_WORDS + bytes);
    char *batch = log->memory + log->position;
    char *at = varint(batch + HEADER, (int64_t)(1 + 3 + varint_size((int64_t)bytes) + bytes + 1));
    memset(at, 0, 3); /* attributes, and the first timestamp and offset of the batch */
    at = varint(varint(at + 3, -1), (int64_t)bytes);
    memcpy(at, source, bytes);
    memcpy(at, &number, sizeof number);
    at = varint(at + bytes, 0);
    size_t size = (size_t)(at - batch);
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

size_t log_published(struct log *log) {
    while (1) {
        uint64_t seq = atomic_load_explicit(&log->seq, memory_order_acquire);
        size_t position = (uint32_t)log->copies[seq & 1][2];
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&log->seq, memory_order_relaxed) == seq)
            return position;
    }
}

void log_make(struct log *log, const char *folder, size_t records, size_t bytes) {
    log->fd = open(folder, O_TMPFILE | O_RDWR, 0600);
    log->most = records * (HEADER + RECORD_WORDS + bytes) + LARGEST_EXTENT;
    log->memory = mmap(NULL, log->most, PROT_READ | PROT_WRITE, MAP_SHARED, log->fd, 0);
    if (log->fd < 0 || log->memory == MAP_FAILED)
        die(folder);
    madvise(log->memory, log->most, MADV_HUGEPAGE);
}
