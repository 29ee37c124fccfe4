/* Stream sockets of the C peers. TCP is on 127.0.0.1 and sends at once (TCP_NODELAY) at both ends. */
#ifndef NARU_SOCKET_H
#define NARU_SOCKET_H

/* Whether it is "tcp" or "unix:PATH". */
int is_socket(const char *kind);

/* Listens: at a port that the kernel chooses, or at PATH, which is made anew. */
int listening(const char *kind);

/* The connection of the next client. */
int accepted(int listener);

/* A connection to what listens there. */
int connected(int listener);

/* That many bytes may wait to be sent, which the kernel doubles; 0 leaves it as it is. */
void set_send_buffer(int connection, int bytes);

#endif
