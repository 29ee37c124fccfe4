"""Calls of an RPC server (rpc.md) from Python 3: messages are bytes, made and read by whatever the service's messages are.
One thread uses a client, and makes one call after the other.
"""
import os, socket, struct
from naru_ring import Ring

HELLO = b"NaruRpc1"
BEGIN, MESSAGE, END, CANCEL, WINDOW, LAST, HEADERS, CLOSE = range(1, 9)
NAMED, WITH_MESSAGE, COMPRESSED, WITH_END, MORE, WITH_HEAD = 1, 2, 4, 8, 16, 32
NO_TIMEOUT, NO_METHOD = (1 << 63) - 1, -1
SHRINK_AND_GROW = 2 | 4  # F_SEAL_SHRINK, F_SEAL_GROW
F_GET_SEALS = 1034


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack("<i", len(value)) + value


def metadata(pairs):
    return struct.pack("<i", len(pairs)) + b"".join(text(name) + text(value) for name, value in pairs)


class Reader:
    def __init__(self, body):
        self.body, self.at = body, 0

    def take(self, count):
        if not 0 <= count <= len(self.body) - self.at:
            raise ValueError("a frame ends early")
        self.at += count
        return self.body[self.at - count : self.at]

    def int(self):
        return struct.unpack("<i", self.take(4))[0]

    def text(self):
        return self.take(self.int())

    def metadata(self):
        return [(self.text().decode(), self.text()) for _ in range(self.int())]


class Client:
    def __init__(self, path):
        """path: of the server's socket; rpc:/NAME is /dev/shm/naru-rpc.NAME."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.socket.sendall(HELLO)
        answer, fds, _, _ = socket.recv_fds(self.socket, 16, 2)
        while len(answer) < 16 and (more := self.socket.recv(16 - len(answer))):
            answer += more
        if answer[:8] != HELLO:
            raise ConnectionError("the server does not speak " + HELLO.decode())
        code, length = struct.unpack("<ii", answer[8:])
        if code != 0:
            raise ConnectionRefusedError(f"{code}: " + self.socket.recv(length, socket.MSG_WAITALL).decode())
        import fcntl

        for fd in fds:
            if fcntl.fcntl(fd, F_GET_SEALS) & SHRINK_AND_GROW != SHRINK_AND_GROW:
                raise ConnectionError("the server's memory is not sealed")
        to_server, to_client = (Ring(f"/proc/self/fd/{fd}") for fd in fds)
        for fd in fds:
            os.close(fd)
        self.out, self.back = to_server.writer(), to_client.reader()
        self.most = min(65_536, self.out.lane_bytes // 8 - 8 - 8)
        self.calls = 0

    def frame(self, kind, flags=0, body=b"", call=None):
        self.out.send(struct.pack("<iBBh", self.calls if call is None else call, kind, flags, 0) + body)

    def begin(self, method, headers=()):
        """Begins a call of Package.Service/Method."""
        self.calls += 1
        self.window = 524_288
        head = text(method) + text("python") + text("") + text("") + metadata(headers)
        self.frame(BEGIN, NAMED, struct.pack("<qii", NO_TIMEOUT, NO_METHOD, len(head)) + head)

    def send(self, message):
        """Sends a message in pieces; waits while the server has no room."""
        pieces = [message[i : i + self.most] for i in range(0, len(message), self.most)] or [b""]
        for i, piece in enumerate(pieces):
            while self.window <= 0:
                self.next_frame()
            self.window -= len(piece) + 32
            self.frame(MESSAGE, MORE if i + 1 < len(pieces) else 0, piece)

    def end(self):
        self.frame(END)

    def next_frame(self):
        """Takes the next frame of this call. Type, flags, Reader of the body."""
        while True:
            frame = self.back.receive()
            call, kind, flags, _ = struct.unpack("<iBBh", frame[:8])
            body = Reader(frame[8:])
            if call == self.calls and kind == WINDOW:
                self.window += struct.unpack("<q", body.take(8))[0]
                return kind, flags, body
            if call == self.calls:
                return kind, flags, body

    def answers(self):
        """The messages that come, to the end of the call: then code, text, headers and trailers are this object's."""
        message, self.headers = b"", []
        while True:
            kind, flags, body = self.next_frame()
            if kind == HEADERS:
                body.text()
                self.headers = body.metadata()
            elif kind == MESSAGE:
                piece = body.body
                self.frame(WINDOW, 0, struct.pack("<q", len(piece) + 32))
                message += piece
                if not flags & MORE:
                    yield message
                    message = b""
            elif kind == CLOSE:
                body.take(8)
                if flags & WITH_HEAD:
                    body.text()
                    self.headers = body.metadata()
                self.code, self.text = body.int(), body.text().decode()
                self.trailers = body.metadata()
                if flags & WITH_MESSAGE:
                    yield body.body[body.at :]
                return

    def unary(self, method, message, headers=()):
        """Calls, and waits for the answer: (code, text, message or None)."""
        self.begin(method, headers)
        self.send(message)
        self.end()
        messages = list(self.answers())
        return self.code, self.text, messages[0] if messages else None

    def cancel(self):
        self.frame(CANCEL, 0, struct.pack("<i", 1) + text("cancelled"))

    def close(self):
        self.frame(LAST, call=0)
        self.socket.close()
        self.out.close()
        self.back.close()
