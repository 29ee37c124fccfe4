/*
 * Lock and unlock of a robust mutex that processes share, which nobody else wants:
 *
 *     mutex CORE WARMUP COUNT
 *
 * Prints the ns that COUNT pairs took; WARMUP go before and do not count.
 */
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

static void check(int error, const char *call) {
    if (error != 0) {
        errno = error;
        die(call);
    }
}

static pthread_mutex_t *make_mutex(void) {
    pthread_mutex_t *mutex =
        mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        die("mmap");
    pthread_mutexattr_t attributes;
    check(pthread_mutexattr_init(&attributes), "pthread_mutexattr_init");
    check(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), "pthread_mutexattr_setpshared");
    check(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST), "pthread_mutexattr_setrobust");
    check(pthread_mutex_init(mutex, &attributes), "pthread_mutex_init");
    check(pthread_mutexattr_destroy(&attributes), "pthread_mutexattr_destroy");
    return mutex;
}

static void turn(pthread_mutex_t *mutex, long count) {
    for (long i = 0; i < count; i++) {
        check(pthread_mutex_lock(mutex), "pthread_mutex_lock");
        check(pthread_mutex_unlock(mutex), "pthread_mutex_unlock");
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: mutex CORE WARMUP COUNT\n");
        return 64;
    }
    pin((int)number(argv[1]));
    pthread_mutex_t *mutex = make_mutex();
    turn(mutex, number(argv[2]));
    int64_t start = now_nanos();
    turn(mutex, number(argv[3]));
    printf("%lld\n", (long long)(now_nanos() - start));
    return 0;
}
