#include "peer.h"

#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void die(const char *call) {
    fprintf(stderr, "%s: %s\n", call, strerror(errno));
    exit(1);
}

void die_of(const char *words) {
    fprintf(stderr, "%s\n", words);
    exit(1);
}

int64_t now_nanos(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

long number(const char *text) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0) {
        errno = EINVAL;
        die(text);
    }
    return value;
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int64_t percentile_of(int64_t *values, size_t count, long percent) {
    qsort(values, count, sizeof *values, by_value);
    return values[count * (size_t)percent / 100];
}

int64_t median_of(int64_t *values, size_t count) {
    return percentile_of(values, count, 50);
}

char *pages(size_t bytes) {
    size_t page = 4096;
    char *memory = aligned_alloc(page, (bytes + page - 1) / page * page);
    if (memory == NULL)
        die("aligned_alloc");
    memset(memory, 1, bytes);
    return memory;
}

struct stream make_stream(const char *kind) {
    struct stream stream = {.fifo = NULL, .listener = -1, .read_end = -1, .write_end = -1};
    if (strcmp(kind, "pipe") == 0) {
        int ends[2];
        if (pipe(ends) != 0)
            die("pipe");
        stream.read_end = ends[0];
        stream.write_end = ends[1];
    } else if (is_socket(kind)) {
        stream.listener = listening(kind);
    } else {
        stream.fifo = kind;
    }
    return stream;
}

void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die("sched_setaffinity");
}

pid_t start_second_side(int first_core, int second_core) {
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        die("prctl");
    pin(child == 0 ? second_core : first_core);
    return child;
}

static int take_end(const char *fifo, int *mine, int *others, int flags) {
    if (fifo == NULL) {
        close(*others); /* or the end of file would never come */
        *others = -1;
    } else {
        *mine = open(fifo, flags);
        if (*mine < 0)
            die("open");
    }
    return *mine;
}

int reading_end(struct stream *stream) {
    if (stream->listener >= 0)
        return accepted(stream->listener);
    return take_end(stream->fifo, &stream->read_end, &stream->write_end, O_RDONLY);
}

int writing_end(struct stream *stream) {
    if (stream->listener >= 0)
        return connected(stream->listener);
    return take_end(stream->fifo, &stream->write_end, &stream->read_end, O_WRONLY);
}

void read_all(int fd, char *buffer, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t got = read(fd, buffer + done, count - done);
        if (got == 0)
            errno = EPIPE;
        if (got <= 0)
            die("read");
        done += (size_t)got;
    }
}

void write_all(int fd, const char *buffer, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t put = write(fd, buffer + done, count - done);
        if (put < 0)
            die("write");
        done += (size_t)put;
    }
}

int finish(pid_t second_side) {
    int status;
    if (waitpid(second_side, &status, 0) < 0)
        die("waitpid");
    return status == 0 ? 0 : 1;
}
