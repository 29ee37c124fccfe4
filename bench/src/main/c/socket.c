#include "socket.h"

#include "peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char UNIX[] = "unix:";

int is_socket(const char *kind) {
    return strcmp(kind, "tcp") == 0 || strncmp(kind, UNIX, sizeof UNIX - 1) == 0;
}

static int new_socket(int domain) {
    int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    int on = 1;
    if (domain == AF_INET && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        die("setsockopt(TCP_NODELAY)");
    return fd;
}

int listening(const char *kind) {
    struct sockaddr_in internet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un file = {.sun_family = AF_UNIX};
    const struct sockaddr *name = (const struct sockaddr *)&internet;
    socklen_t length = sizeof internet;
    if (strcmp(kind, "tcp") != 0) {
        const char *path = kind + sizeof UNIX - 1;
        if (strlen(path) >= sizeof file.sun_path)
            die_of("the path is too long for a Unix socket");
        strcpy(file.sun_path, path);
        unlink(path);
        name = (const struct sockaddr *)&file;
        length = sizeof file;
    }
    int fd = new_socket(name->sa_family);
    if (bind(fd, name, length) != 0)
        die("bind");
    if (listen(fd, 1) != 0)
        die("listen");
    return fd;
}

int accepted(int listener) {
    int fd = accept(listener, NULL, NULL); /* has TCP_NODELAY of its listener */
    if (fd < 0)
        die("accept");
    close(listener);
    return fd;
}

int connected(int listener) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(listener, (struct sockaddr *)&name, &length) != 0)
        die("getsockname");
    int fd = new_socket(name.ss_family);
    if (connect(fd, (struct sockaddr *)&name, length) != 0)
        die("connect");
    close(listener);
    return fd;
}

void set_send_buffer(int connection, int bytes) {
    if (bytes > 0 && setsockopt(connection, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) != 0)
        die("setsockopt(SO_SNDBUF)");
}
