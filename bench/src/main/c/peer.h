/* What the C peers share: pinning, the clock, streams between two sides, and ending with a message. */
#ifndef NARU_PEER_H
#define NARU_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The two ends of one stream. A pipe's are made before the fork, a FIFO's are opened by the side that uses them. At a socket
 * the side that reads accepts, and the one that writes connects; both ends go both ways.
 */
struct stream {
    const char *fifo; /* NULL: none */
    int listener;     /* -1: no socket */
    int read_end;
    int write_end;
};

/* Ends the process, status 1, with a line on stderr that names the call and its errno. */
void die(const char *call) __attribute__((noreturn));

/* The same, with words of our own. */
void die_of(const char *words) __attribute__((noreturn));

/* CLOCK_MONOTONIC, as System.nanoTime() reads it. */
int64_t now_nanos(void);

/* A number of the command line, 0 or more. */
long number(const char *text);

/* The median; sorts them. */
int64_t median_of(int64_t *values, size_t count);

/* That percentile; sorts them. */
int64_t percentile_of(int64_t *values, size_t count, long percent);

/* Memory in whole pages, each touched. */
char *pages(size_t bytes);

/* "pipe" makes an anonymous pipe, "tcp" and "unix:PATH" listen; anything else is the path of a FIFO that is there. */
struct stream make_stream(const char *kind);

/* Stays at that core from now on. */
void pin(int core);

/*
 * Makes the second side and pins both: the caller goes on at the first core, the child at the second. The child dies
 * with its parent. Answers the child's pid, in the child 0.
 */
pid_t start_second_side(int first_core, int second_core);

/* Leaves this side with one end of the stream. */
int reading_end(struct stream *stream);
int writing_end(struct stream *stream);

/* Until all is read or written; the end of file and errors end the process. */
void read_all(int fd, char *buffer, size_t count);
void write_all(int fd, const char *buffer, size_t count);

/* Waits for the second side; the exit status for main. */
int finish(pid_t second_side);

#endif
