/*
 * The far side of a POSIX queue: mq NAME, and then a line for each command, which it answers by a line.
 *
 *     send PRIORITY TEXT   ok
 *     receive              PRIORITY TEXT, as soon as there is one
 *     attributes           MOST LONGEST NOW
 */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(long answer, const char *call) {
    if (answer < 0) {
        perror(call);
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    mqd_t queue = mq_open(argv[1], O_RDWR);
    check(queue, "mq_open");
    char line[512];
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        struct mq_attr attributes;
        check(mq_getattr(queue, &attributes), "mq_getattr");
        if (strncmp(line, "send ", 5) == 0) {
            char *text;
            unsigned priority = (unsigned)strtoul(line + 5, &text, 10);
            check(mq_send(queue, text + 1, strlen(text + 1), priority), "mq_send");
            puts("ok");
        } else if (strcmp(line, "receive") == 0) {
            char *message = calloc(1, (size_t)attributes.mq_msgsize + 1);
            unsigned priority;
            check(mq_receive(queue, message, (size_t)attributes.mq_msgsize, &priority), "mq_receive");
            printf("%u %s\n", priority, message);
            free(message);
        } else {
            printf("%ld %ld %ld\n", attributes.mq_maxmsg, attributes.mq_msgsize, attributes.mq_curmsgs);
        }
        fflush(stdout);
    }
    return 0;
}
