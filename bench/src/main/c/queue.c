#include "queue.h"

#include "peer.h"

#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/msg.h>
#include <unistd.h>

enum { MOST_MESSAGES = 10 }; /* as the kernel makes a queue when nobody says how large: fs.mqueue.msg_default */

struct queue make_queue(const char *kind, size_t bytes) {
    struct queue made = {.system_v = strcmp(kind, "sysv") == 0, .id = -1};
    if (made.system_v) {
        made.id = msgget(IPC_PRIVATE, 0600);
        if (made.id < 0)
            die("msgget");
        return made;
    }
    char name[64];
    static int number;
    snprintf(name, sizeof name, "/naru-bench-c-%d-%d", (int)getpid(), number++);
    struct mq_attr attributes = {.mq_maxmsg = MOST_MESSAGES, .mq_msgsize = (long)bytes};
    made.id = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (made.id < 0)
        die("mq_open");
    if (mq_unlink(name) < 0)
        die("mq_unlink");
    return made;
}

void queue_send(const struct queue *queue, char *message, size_t bytes) {
    if (queue->system_v) {
        *(long *)(void *)message = 1;
        if (msgsnd(queue->id, message, bytes, 0) < 0)
            die("msgsnd");
    } else if (mq_send(queue->id, message + sizeof(long), bytes, 0) < 0) {
        die("mq_send");
    }
}

void queue_receive(const struct queue *queue, char *message, size_t bytes) {
    ssize_t got = queue->system_v ? msgrcv(queue->id, message, bytes, 0, 0)
                                  : mq_receive(queue->id, message + sizeof(long), bytes, NULL);
    if (got < 0)
        die(queue->system_v ? "msgrcv" : "mq_receive");
    if ((size_t)got != bytes)
        die_of("a message of another size came");
}

void remove_queue(const struct queue *queue) {
    if (queue->system_v && msgctl(queue->id, IPC_RMID, NULL) < 0)
        die("msgctl");
}
