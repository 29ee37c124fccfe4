/* MEMBARRIER_CMD_GLOBAL_EXPEDITED loses barriers (0017-who-does-not-sleep-says-so.md): how many of how many.
 * cc -O2 -pthread 0017-lost-barriers.c && ./a.out       x86 with two cores. With PRIVATE for GLOBAL: 0. */
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CELLS = 4096, ROUNDS = 60 };
static struct { _Alignas(256) atomic_int here; _Alignas(256) atomic_int x; _Alignas(256) atomic_int y; } cells[CELLS];
static int saw_x[CELLS], saw_y[CELLS];
static pthread_barrier_t line;

static void *nothing(void *_) { return _; }
static void pin(int core) { cpu_set_t set; CPU_ZERO(&set); CPU_SET(core, &set); sched_setaffinity(0, sizeof set, &set); }
static void meet(int i) {
    atomic_fetch_add(&cells[i].here, 1);
    for (int look = 0; look < 100 && atomic_load(&cells[i].here) < 2; look++) __builtin_ia32_pause();
}

static void *often(void *_) {            /* stores x, looks at y, without a fence */
    pin(0);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread;                /* a thread of this process ends on this core */
        pthread_create(&thread, 0, nothing, 0);
        pthread_join(thread, 0);
        pthread_barrier_wait(&line);
        for (int i = 0; i < CELLS; i++) {
            meet(i);
            atomic_store_explicit(&cells[i].x, 1, memory_order_relaxed);
            atomic_signal_fence(memory_order_seq_cst);
            saw_y[i] = atomic_load_explicit(&cells[i].y, memory_order_relaxed);
        }
        pthread_barrier_wait(&line);
    }
    return _;
}
int main(void) {                         /* stores y, makes both fences, looks at x */
    int lost = 0;
    pthread_t other;
    syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0);
    pthread_barrier_init(&line, 0, 2);
    pthread_create(&other, 0, often, 0);
    pin(1);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CELLS; i++) cells[i].here = cells[i].x = cells[i].y = 0;
        pthread_barrier_wait(&line);
        for (int i = 0; i < CELLS; i++) {
            meet(i);
            atomic_store_explicit(&cells[i].y, 1, memory_order_relaxed);
            syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0);
            saw_x[i] = atomic_load_explicit(&cells[i].x, memory_order_relaxed);
        }
        pthread_barrier_wait(&line);
        for (int i = 0; i < CELLS; i++) lost += !saw_x[i] && !saw_y[i];
    }
    printf("%d of %d\n", lost, CELLS * ROUNDS);
}
