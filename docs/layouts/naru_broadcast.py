"""The broadcast ring (ring.md, "Broadcast") from Python 3."""
from naru import BROADCAST, RELEASE, Damaged, File, sound


class Broadcast(File):
    def __init__(self, path):
        super().__init__(path, BROADCAST)
        self.missed = self.received = 0

    def measure(self):
        self.rows, self.bytes, self.data = self.measure_ring(128, True)

    def word(self, position):
        return self.data + (position & (self.bytes - 1))

    def frame(self, word, at, tail):
        """Whether it is a message, its length and the bytes of its frame, before that tail; 0 bytes when there can be none
        such, or it was overwritten meanwhile."""
        mark, length = word >> 32, word & 0xFFFFFFFF
        frame = (length + 23) & -8 if mark == 0 else length + 8
        after = (at & (self.bytes - 1)) + frame
        ends = after <= self.bytes if mark == 0 else mark == 0xFFFFFFFF and after == self.bytes
        fits = ends and length <= self.bytes // 8 - 16 and at + frame <= tail
        return (mark == 0, length, frame) if fits else (False, 0, 0)

    def _sent(self, tail):
        """How many messages were sent up to that tail; None when it is the tail no more. Damaged: no frames lead there."""
        latest, sent = self.load(4112), 0
        at = latest
        whole = sound(tail) and tail % 8 == 0 and latest % 8 == 0 and (latest == 0 if tail == 0 else latest < tail)
        while whole and at < tail:  # the latest message, and one whose producer died before it noted that
            start = self.word(at)
            message, _, frame = self.frame(self.load(start), at, tail)
            if frame and message:
                sent = self.load(start + 8) + 1
            whole = frame != 0 and sound(sent) and at - latest < self.bytes
            at += frame
        self.fence()  # pairs with the producer's after its intent
        if whole and tail <= self.load(4096) <= latest + self.bytes:
            return sent
        if self.load(4104) != tail:
            return None
        raise Damaged(f"{self.path}: no frames from {latest} to {tail}")

    def _wake(self, tail):
        self.fence()
        if self.load(4224) > self.load(4120):
            self.wake(4104, 0x7FFFFFFF)
            self.store(4120, tail)  # after the wake

    def producer(self):
        if (former := self.take(4352)) is None:
            raise RuntimeError("it has a producer already")
        # all afresh: the last one may have died in a claim, or between the tail and latest
        self.tail, self.intent = self.load(4104), self.load(4096)
        try:
            self.sequence = self._sent(self.tail)
            if self.sequence is None:
                raise Damaged(f"{self.path}: another sends too")
        except Damaged:
            self.give(4352)
            raise
        if former != 0:
            self.count(4128)
        self._wake(self.tail)  # the last one may have died before its wake
        return self

    def send(self, message):
        """Never waits."""
        if len(message) > self.bytes // 8 - 16:
            raise ValueError("longer than an eighth of the ring less 16")
        frame, left = (len(message) + 23) & -8, self.bytes - (self.tail & (self.bytes - 1))
        start = self.tail + left if frame > left else self.tail  # behind padding
        after = start + frame
        if after > self.intent:  # never lowered
            self.intent = after
            self.store(4096, after)
        self.fence()  # pairs with the readers' before they look at the intent
        if start != self.tail:
            self.store(self.word(self.tail), 0xFFFFFFFF << 32 | left - 8)
        word = self.word(start)
        self.store(word, len(message))
        self.store(word + 8, self.sequence)
        self.map[word + 16 : word + 16 + len(message)] = message
        self.store(4104, after, RELEASE)
        self.store(4112, start, RELEASE)
        self.tail = after
        self.sequence += 1
        self._wake(after)

    def listener(self):
        """Takes a row, and begins with what is sent from now on."""
        for row in range(4608, 4608 + 128 * self.rows, 128):
            if self.take(row) is not None:
                self.row, self.expected = row, None
                try:
                    while self.expected is None:
                        self.position = self.load(4104)
                        self.expected = self._sent(self.position)
                except Damaged:
                    self.give(row)
                    raise
                self._note()
                return self
        raise RuntimeError("all rows have living readers")

    def _note(self):
        for at, value in (8, self.position), (16, self.received), (24, self.missed):
            self.store(self.row + at, value)

    def try_receive(self):
        """The next message; None when there is none now."""
        while True:
            tail, position = self.load(4104), self.position
            if not (sound(tail) and tail % 8 == 0 and position % 8 == 0 and position <= tail):
                raise Damaged(f"{self.path}: tail {tail}, position {position}")
            if tail == position:
                return None
            start, sequence, copy = self.word(position), 0, b""
            message, length, frame = self.frame(self.load(start), position, tail)
            if message:  # inside the ring, and not to be believed yet
                sequence = self.load(start + 8)
                copy = self.map[start + 16 : start + 16 + length]
            self.fence()  # pairs with the producer's after its intent
            intent = self.load(4096)
            if not sound(intent) or intent % 8 != 0 or intent < tail:
                raise Damaged(f"{self.path}: intent {intent}, tail {tail}")
            if intent - position > self.bytes:  # overtaken: on to the latest if that still stands, else to the end
                latest, tail = self.load(4112), self.load(4104)
                stands = position < latest < tail and intent - latest <= self.bytes
                self.position = latest if stands else tail
                continue
            if frame == 0 or (message and not (sound(sequence) and sequence >= self.expected)):
                raise Damaged(f"{self.path}: no frame begins at position {position}")
            self.position += frame
            if message:
                self.missed += sequence - self.expected
                self.expected = sequence + 1
                self.received += 1
                self._note()
                return copy

    def receive(self):
        """The next message; sleeps until there is one."""
        while True:
            if (message := self.try_receive()) is not None:
                return message
            while (armed := self.load(4224)) <= self.position and not self.cas(4224, armed, self.position + 1):
                pass
            self.fence()
            self.wait(4104, self.position & 0xFFFFFFFF, 50)  # the kernel compares the tail
