/* Message queues of the kernel, of both kinds, made for one race and removed with its first side. */
#ifndef NARU_QUEUE_H
#define NARU_QUEUE_H

#include <stddef.h>

/* A private System V queue, or a POSIX queue whose name is gone as soon as it is open. */
struct queue {
    int system_v;
    int id;
};

/* KIND is "sysv" or "mq". */
struct queue make_queue(const char *kind, size_t bytes);

/* Waits for room, or for a message, in the call itself. MESSAGE has room for a long and BYTES behind it. */
void queue_send(const struct queue *queue, char *message, size_t bytes);
void queue_receive(const struct queue *queue, char *message, size_t bytes);

void remove_queue(const struct queue *queue);

#endif
