"""The ring of one reader and N lanes (ring.md, "Ring") from Python 3."""
from naru import RELEASE, RING, Damaged, File, sound


def _frame(length):
    return (length + 15) & -8


class Ring(File):
    def __init__(self, path):
        super().__init__(path, RING)
        self.next = 0

    def measure(self):
        self.lanes, self.lane_bytes, self.data = self.measure_ring(512, False)

    def sleeps(self, at):
        """It sleeps, and takes back what the one before may have said: that it does not."""
        if self.load(at) != 0:
            self.store(at, 2)
            self.barrier_everywhere()
            self.store(at, 0)

    def word(self, lane, position):
        """Where the word of the frame at that position is: 0 where nothing was sent yet, else mark << 32 | length."""
        return self.data + lane * self.lane_bytes + (position & (self.lane_bytes - 1))

    def look(self, lane, at):
        """Mark, length and bytes of the frame there; 0 bytes where nothing was sent yet. Damaged: there can be none such."""
        if sound(at) and at % 8 == 0:
            word = self.load(self.word(lane, at))
            if word == 0:
                return 0, 0, 0
            mark, length = word >> 32, word & 0xFFFFFFFF
            frame = _frame(length)
            after = (at & (self.lane_bytes - 1)) + frame
            ends = after <= self.lane_bytes if mark == 1 else mark == 0xFFFFFFFF and after == self.lane_bytes
            tail = self.load(4608 + 512 * lane)  # within a lap, or a lane without a 0 would have no end
            near = sound(tail) and tail % 8 == 0 and at + frame - self.lane_bytes <= tail <= at + self.lane_bytes
            if ends and near and length <= self.lane_bytes // 8 - 8:
                return mark, length, frame
        raise Damaged(f"{self.path}: no frame begins at position {at} of lane {lane}")

    def writer(self):
        """Takes a lane, and sends in it from now on."""
        for lane in range(self.lanes):
            role = 4608 + 512 * lane + 392
            if (former := self.take(role)) is not None:
                try:
                    self.find_end(lane)
                except Damaged:
                    self.give(role)
                    raise
                self.store_tail()
                if former != 0:
                    self.count(self.words + 32)
                self.sleeps(self.words + 400)
                self.wake_reader()  # the last one may have died before its wake
                return self
        raise RuntimeError("every lane has a producer")

    def find_end(self, lane):
        self.lane, self.words, self.full_at = lane, 4608 + 512 * lane, None
        self.end = self.load(self.words)
        self.sent = self.load(self.words + 16)
        while True:
            mark, _, frame = self.look(lane, self.end)
            if frame == 0:
                break
            self.end += frame
            self.sent += mark == 1
        self.load_head()

    def load_head(self):
        self.head = self.load(self.words + 128)
        if not (self.head % 8 == 0 and self.head <= self.end <= self.head + self.lane_bytes):
            raise Damaged(f"{self.path}: head {self.head}, end {self.end} of lane {self.lane}")

    def try_send(self, message):
        """Sends bytes; false when there is no room now."""
        if len(message) > self.lane_bytes // 8 - 8:
            raise ValueError("the message is too long")
        start, frame, word = self.end, _frame(len(message)), 1 << 32 | len(message)
        left = self.lane_bytes - (start & (self.lane_bytes - 1))
        at = start if frame <= left else start + left  # behind padding
        self.load_head()
        if at + frame + 8 - self.head > self.lane_bytes:
            if self.full_at != start:
                self.count(self.words + 24)  # once for each message
            self.full_at = start
            return False
        payload = self.word(self.lane, at) + 8
        self.map[payload : payload + len(message)] = message
        if at != start:
            self.store(self.word(self.lane, at), word)  # it counts when the padding does
            word = 0xFFFFFFFF << 32 | left - 8
        self.store(self.word(self.lane, at + frame), 0)  # nothing was sent from there on
        self.store(self.word(self.lane, start), word, RELEASE)  # this sends it
        self.end, self.sent = at + frame, self.sent + 1
        if (start ^ self.end) & -min(4096, self.lane_bytes // 8):
            self.store_tail()
        self.wake_reader()
        return True

    def send(self, message):
        """Sends bytes, and sleeps until there is room."""
        while not self.try_send(message):
            self.store(self.words + 384, self.head + 1)
            self.fence()
            self.wait(self.words + 128, self.head & 0xFFFFFFFF, 50)  # the kernel compares the head

    def store_tail(self):
        self.store(self.words + 16, self.sent)
        self.store(self.words, self.end, RELEASE)
        self.fence()  # before what is written over next: for those who look from outside

    def wake_reader(self):
        self.fence()
        if self.load(self.words + 256) > self.load(self.words + 8):
            self.add(4096)
            self.wake(4096, 0x7FFFFFFF)
            self.store(self.words + 8, self.end)  # after the wake

    def reader(self):
        if self.take(4224) is None:
            raise RuntimeError("it has a reader already")
        self.sleeps(4232)
        for lane in range(self.lanes):
            self.wake_writer(4608 + 512 * lane)  # likewise
        return self

    def wake_writer(self, words):
        self.fence()
        if self.load(words + 384) > self.load(words + 136):
            self.wake(words + 128, 0x7FFFFFFF)
            self.store(words + 136, self.load(words + 128))  # after the wake

    def try_receive(self):
        """The next message; None when there is none now."""
        for _ in range(self.lanes):
            lane = self.next
            words = 4608 + 512 * lane
            self.next = (lane + 1) % self.lanes  # round and round: no lane waits until another is empty
            at = self.load(words + 128)
            while True:
                mark, length, frame = self.look(lane, at)
                if frame == 0:
                    break
                if mark == 1:  # not padding
                    start = self.word(lane, at) + 8
                    message = self.map[start : start + length]
                    self.count(words + 144)
                at += frame
                self.store(words + 128, at, RELEASE)
                self.wake_writer(words)
                if mark == 1:
                    return message
        return None

    def receive(self):
        """The next message; sleeps until there is one."""
        while True:
            if (message := self.try_receive()) is not None:
                return message
            bell = self.load(4096)  # before the last look at the words
            for words in range(4608, 4608 + 512 * self.lanes, 512):
                self.store(words + 256, self.load(words + 128) + 1)
            self.fence()  # then all words once more
            if (message := self.try_receive()) is not None:
                return message
            self.wait(4096, bell & 0xFFFFFFFF, 50)
