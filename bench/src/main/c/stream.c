/*
 * One way through one stream, by write(2) and read(2) that block:
 *
 *     stream KIND CORE CORE PIECE CAPACITY READ WARMUP BYTES
 *
 * KIND is "pipe", the path of a FIFO, "tcp" or "unix:PATH". The writer, at the first core, gives the pipe that CAPACITY, or
 * the socket a send buffer of that size (0 leaves it to the kernel), and writes pieces of PIECE bytes; the reader, at the second, asks for READ bytes a time. The clock starts when WARMUP bytes have been read.
 * Prints the ns until the BYTES after them were read.
 */
#include "peer.h"
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void set_capacity(int out, int capacity, int of_socket) {
    if (of_socket)
        set_send_buffer(out, capacity);
    else if (fcntl(out, F_SETPIPE_SZ, capacity) < 0)
        die("fcntl(F_SETPIPE_SZ)");
}

static void send_pieces(int out, const char *piece, size_t size, long bytes) {
    for (long sent = 0; sent < bytes; sent += (long)size)
        write_all(out, piece, size);
}

/* Answers how many bytes were read, at least the wanted ones. */
static long receive(int in, char *buffer, size_t size, long wanted) {
    long got = 0;
    while (got < wanted) {
        ssize_t n = read(in, buffer, size);
        if (n == 0)
            errno = EPIPE;
        if (n <= 0)
            die("read");
        got += n;
    }
    return got;
}

int main(int argc, char **argv) {
    if (argc != 9) {
        fprintf(stderr, "usage: stream KIND CORE CORE PIECE CAPACITY READ WARMUP BYTES\n");
        return 64;
    }
    size_t piece = (size_t)number(argv[4]);
    int capacity = (int)number(argv[5]);
    size_t size = (size_t)number(argv[6]);
    long warmup = number(argv[7]);
    long bytes = number(argv[8]);
    struct stream stream = make_stream(argv[1]);
    int second_core = (int)number(argv[3]);
    pid_t child = start_second_side((int)number(argv[2]), second_core);
    if (child != 0) {
        char *sent = pages(piece);
        int out = writing_end(&stream);
        set_capacity(out, capacity, is_socket(argv[1]));
        send_pieces(out, sent, piece, warmup + bytes);
        free(sent);
        return finish(child);
    }
    int in = reading_end(&stream);
    char *buffer = pages(size);
    long early = receive(in, buffer, size, warmup) - warmup;
    int64_t start = now_nanos();
    long rest = receive(in, buffer, size, bytes - early);
    int64_t nanos = now_nanos() - start;
    /* What came beyond the warm-up before the clock started is taken out of the time's share. */
    printf("%lld\n", (long long)((double)nanos * (double)bytes / (double)rest));
    free(buffer);
    return 0;
}
