/*
 * The far side of a POSIX semaphore: sem NAME, and then a line for each command, which it answers by a line.
 *
 *     wait       ok, as soon as there is one
 *     try        ok, or busy
 *     post       ok
 *     value      N
 */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int answer, const char *call) {
    if (answer < 0) {
        perror(call);
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    sem_t *semaphore = sem_open(argv[1], 0);
    if (semaphore == SEM_FAILED) {
        perror("sem_open");
        return 1;
    }
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        int value;
        if (strcmp(line, "wait\n") == 0) {
            check(sem_wait(semaphore), "sem_wait");
            puts("ok");
        } else if (strcmp(line, "try\n") == 0) {
            int answer = sem_trywait(semaphore);
            if (answer < 0 && errno != EAGAIN)
                check(answer, "sem_trywait");
            puts(answer == 0 ? "ok" : "busy");
        } else if (strcmp(line, "post\n") == 0) {
            check(sem_post(semaphore), "sem_post");
            puts("ok");
        } else {
            check(sem_getvalue(semaphore, &value), "sem_getvalue");
            printf("%d\n", value);
        }
        fflush(stdout);
    }
    return 0;
}
