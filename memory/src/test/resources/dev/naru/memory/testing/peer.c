/* The far side of a ring or a lock, in C. Each message: its number, int64, then as many bytes more as number % 50. */
#include "naru.h"

static void fill(char *message, int64_t number, int32_t length) {
    memcpy(message, &number, 8);
    for (int32_t i = 8; i < length; i++) message[i] = (char)(number + i);
}

int main(int count, char **arguments) {
    naru n;
    static char message[1 << 20], wanted[1 << 20];
    if (count < 4) return 64;
    const char *verb = arguments[1], *path = arguments[2];
    int64_t many = atoll(arguments[3]);
    int kind = !strcmp(verb, "count") || !strcmp(verb, "hold") ? NARU_LOCK : NARU_RING;
    if (!strcmp(verb, "broadcast") || !strcmp(verb, "listen")) kind = NARU_BROADCAST;
    if (naru_open(&n, path, kind) < 0) {
        perror(path);
        return 1;
    }
    if (!strcmp(verb, "send")) {
        int lane = naru_writer(&n);
        if (lane < 0) return 2;
        for (int64_t i = 0; i < many; i++) {
            int32_t length = 8 + (int32_t)(i % 50);
            fill(message, i, length);
            if (naru_send(&n, lane, message, length) < 0) return 3;
        }
        puts("sent");
    } else if (!strcmp(verb, "receive")) {
        if (naru_reader(&n) < 0) return 2;
        for (int64_t i = 0; i < many; i++) {
            int32_t length = naru_receive(&n, message);
            fill(wanted, i, 8 + (int32_t)(i % 50));
            if (length != 8 + i % 50 || memcmp(message, wanted, (size_t)length)) return 4;
        }
        puts("received");
    } else if (!strcmp(verb, "broadcast")) { /* goes on at the number that the ring has come to */
        naru_producer p;
        if (naru_broadcast_producer(&p, &n) < 0) return 2;
        for (int64_t i = p.sequence; i < many; i++) {
            int32_t length = 8 + (int32_t)(i % 50);
            fill(message, i, length);
            if (naru_broadcast_send(&p, message, length) < 0) return 3;
        }
        naru_give(&n, 4352);
        puts("sent");
    } else if (!strcmp(verb, "listen")) { /* to the message before that number */
        naru_listener l;
        int64_t number = -1, first;
        if (naru_broadcast_listener(&l, &n) < 0) return 2;
        first = l.expected;
        puts("listens");
        fflush(stdout);
        while (number < many - 1) {
            int32_t length = naru_broadcast_receive(&l, message);
            int64_t seen;
            memcpy(&seen, message, 8);
            fill(wanted, seen, 8 + (int32_t)(seen % 50));
            if (seen <= number || length != 8 + seen % 50 || memcmp(message, wanted, (size_t)length)) return 4;
            number = seen;
        }
        naru_give(&n, l.row);
        puts(first + l.received + l.missed == many ? "received" : "miscounted");
    } else if (!strcmp(verb, "count")) { /* COUNTER: a file with an int64 that the lock guards */
        int fd = open(arguments[4], O_RDWR);
        volatile int64_t *counter = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        for (int64_t i = 0; i < many; i++) {
            naru_lock(&n);
            *counter = *counter + 1;
            naru_unlock(&n, 0);
        }
        puts("counted");
    } else { /* hold */
        puts(naru_lock(&n) ? "owner died" : "acquired");
        fflush(stdout);
        if (getchar() == EOF) _exit(1); /* nobody told it to go on */
        naru_unlock(&n, 0);
    }
    naru_close(&n);
    return 0;
}
