/*
 * Wait and post of a semaphore that processes share by its name, which nobody else wants:
 *
 *     semaphore CORE WARMUP COUNT
 *
 * Prints the ns that COUNT pairs took; WARMUP go before and do not count.
 */
#include "peer.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static void turn(sem_t *semaphore, long count) {
    for (long i = 0; i < count; i++) {
        if (sem_wait(semaphore) < 0)
            die("sem_wait");
        if (sem_post(semaphore) < 0)
            die("sem_post");
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: semaphore CORE WARMUP COUNT\n");
        return 64;
    }
    pin((int)number(argv[1]));
    char name[64];
    snprintf(name, sizeof name, "/naru-bench-c-%d", (int)getpid());
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    if (semaphore == SEM_FAILED)
        die("sem_open");
    if (sem_unlink(name) < 0)
        die("sem_unlink");
    turn(semaphore, number(argv[2]));
    int64_t start = now_nanos();
    turn(semaphore, number(argv[3]));
    printf("%lld\n", (long long)(now_nanos() - start));
    return 0;
}
