/* The far side of a ring or a lock, in C. Each message: its number, int64, then as many bytes more as number % 50. */
#include "naru_broadcast.h"
#include "naru_ring.h"

static void fill(char *message, int64_t number, int32_t length) {
    memcpy(message, &number, 8);
    for (int32_t i = 8; i < length; i++) message[i] = (char)(number + i);
}

/* How it ended; 0 is well. */
static const char *outcome(int64_t answer) {
    return answer >= 0 ? "well"
           : errno == EBADMSG ? "damaged"
           : errno == EAGAIN ? "nothing"
           : errno == EBUSY ? "taken"
                            : "refused";
}

/* What comes until there is nothing, or no more: how many, their bytes, and the sum of those. */
static void drain(naru *n, naru_listener *l) {
    static unsigned char message[1 << 20];
    int64_t received = 0, bytes = 0, sum = 0, length;
    while ((length = l ? naru_broadcast_try_receive(l, message) : naru_try_receive(n, message)) >= 0) {
        if (++received > 1000000) { printf(" for ever"); return; }
        bytes += length;
        for (int64_t i = 0; i < length; i++) sum += message[i];
    }
    printf(" %ld of %ld (%ld) %s", (long)received, (long)bytes, (long)sum, outcome(-1));
}

/* RING, after LINE was read: opens it and takes its roles; after another line it receives and sends. Says each outcome. */
static void look_ring(const char *path, char *line, size_t size) {
    static const char message[300] = {1};
    naru n;
    int64_t opened = naru_open(&n, path, NARU_RING), reader = -1, lane = -1, sent = -1;
    printf("%s", outcome(opened));
    if (opened == 0) {
        printf(" %s", outcome(reader = naru_reader(&n)));
        printf(" %s", outcome(lane = naru_writer(&n)));
    }
    puts("");
    fflush(stdout);
    if (!fgets(line, (int)size, stdin)) return;
    if (reader >= 0) drain(&n, NULL);
    for (int i = 0; lane >= 0 && i < 40 && (sent = naru_try_send(&n, (int)lane, message, 300)) >= 0; i++) {}
    if (lane >= 0) printf(" %s", outcome(sent));
    if (reader >= 0) drain(&n, NULL);
    if (opened == 0) naru_close(&n);
}

static void look_broadcast(const char *path, char *line, size_t size) {
    static const char message[300] = {1};
    naru n;
    naru_listener l;
    naru_producer p;
    int64_t opened = naru_open(&n, path, NARU_BROADCAST), listener = -1, producer = -1, sent = -1;
    printf("%s", outcome(opened));
    if (opened == 0) printf(" %s", outcome(listener = naru_broadcast_listener(&l, &n)));
    puts("");
    fflush(stdout);
    if (!fgets(line, (int)size, stdin)) return;
    if (listener >= 0) drain(NULL, &l);
    if (opened == 0) printf(" %s", outcome(producer = naru_broadcast_producer(&p, &n)));
    for (int i = 0; producer >= 0 && i < 5 && (sent = naru_broadcast_send(&p, message, 300)) >= 0; i++) {}
    if (producer >= 0) printf(" %s", outcome(sent));
    if (listener >= 0) drain(NULL, &l);
    if (opened == 0) naru_close(&n);
}

static void look_lock(const char *path, char *line, size_t size) {
    naru n;
    int64_t opened = naru_open(&n, path, NARU_LOCK);
    puts(outcome(opened));
    fflush(stdout);
    if (!fgets(line, (int)size, stdin) || opened < 0) return;
    int locked = naru_lock(&n);
    printf(locked < 0 ? " taken" : locked ? " owner died" : " acquired");
    if (locked >= 0) naru_unlock(&n, 0);
    naru_close(&n);
}

/* For each pair of lines, KIND and any: see above. What lies behind the file is not to be touched. */
static int look(const char *path) {
    char line[16];
    if (mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return 5;
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "ring\n")) look_ring(path, line, sizeof line);
        else if (!strcmp(line, "broadcast\n")) look_broadcast(path, line, sizeof line);
        else look_lock(path, line, sizeof line);
        puts(".");
        fflush(stdout);
    }
    return 0;
}

int main(int count, char **arguments) {
    naru n;
    static char message[1 << 20], wanted[1 << 20];
    if (count < 4) return 64;
    const char *verb = arguments[1], *path = arguments[2];
    int64_t many = atoll(arguments[3]);
    if (!strcmp(verb, "look")) return look(path);
    int kind = !strcmp(verb, "count") || !strcmp(verb, "hold") || !strcmp(verb, "leave") ? NARU_LOCK : NARU_RING;
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
    } else if (!strcmp(verb, "leave")) { /* closes it with the lock, and lives on */
        puts(naru_lock(&n) ? "owner died" : "acquired");
        naru_close(&n);
        fflush(stdout);
        return getchar() == EOF;
    } else { /* hold */
        puts(naru_lock(&n) ? "owner died" : "acquired");
        fflush(stdout);
        if (getchar() == EOF) _exit(1); /* nobody told it to go on */
        naru_unlock(&n, 0);
    }
    naru_close(&n);
    return 0;
}
