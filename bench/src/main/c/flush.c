/*
 * Records written to a file, each on the disk before the next:
 *
 *     flush FILE CORE BYTES WARMUP COUNT
 *
 * The blocks of the file are there from the start (fallocate), as ours are. Prints the median of COUNT times of pwrite and
 * fdatasync, in ns; WARMUP go before and do not count.
 */
#include "peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: flush FILE CORE BYTES WARMUP COUNT\n");
        return 64;
    }
    pin((int)number(argv[2]));
    size_t bytes = (size_t)number(argv[3]);
    long warmup = number(argv[4]);
    long count = number(argv[5]);
    int fd = open(argv[1], O_CREAT | O_TRUNC | O_RDWR, 0600);
    if (fd < 0 || fallocate(fd, 0, 0, (off_t)bytes * (warmup + count)) != 0 || fsync(fd) != 0)
        die(argv[1]);
    char *record = pages(bytes);
    int64_t *taken = (int64_t *)pages((size_t)count * sizeof *taken);
    for (long i = 0; i < warmup + count; i++) {
        int64_t start = now_nanos();
        if (pwrite(fd, record, bytes, (off_t)bytes * i) != (ssize_t)bytes || fdatasync(fd) != 0)
            die("fdatasync");
        if (i >= warmup)
            taken[i - warmup] = now_nanos() - start;
    }
    printf("%lld\n", (long long)median_of(taken, (size_t)count));
    free(record);
    free(taken);
    return unlink(argv[1]) == 0 ? 0 : 1;
}
