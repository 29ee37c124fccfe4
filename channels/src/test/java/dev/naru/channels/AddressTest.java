package dev.naru.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @Test
    void eachKindIsRead() {
        assertThat(Address.parse("pipe:")).isEqualTo(new Address.Pipe());
        assertThat(Address.parse("-")).isEqualTo(new Address.Standard());
        assertThat(Address.parse("fd:3")).isEqualTo(new Address.Fd(3));
        assertThat(Address.parse("fifo:run/orders")).isEqualTo(new Address.FifoPath(Path.of("run/orders")));
        assertThat(Address.parse("shm:/quote")).isEqualTo(new Address.MemoryName("/quote"));
        assertThat(Address.parse("shm:0x6A01")).isEqualTo(new Address.MemoryKey(0x6a01));
        assertThat(Address.parse("shm:0xffffffff")).isEqualTo(new Address.MemoryKey(-1));
        assertThat(Address.parse("ring:/orders")).isEqualTo(new Address.Ring("/orders"));
        assertThat(new Address.Ring("/orders").isNamed()).isTrue();
        assertThat(new Address.Ring("/run/orders").isNamed()).isFalse();
        assertThat(Address.parse("lock:run/state")).isEqualTo(new Address.Lock("run/state"));
        assertThat(new Address.Lock("run/state").isNamed()).isFalse();
        assertThat(Address.parse("rwlock:/table")).isEqualTo(new Address.ReadWriteLock("/table"));
        assertThat(new Address.ReadWriteLock("/table").isNamed()).isTrue();
        assertThat(Address.parse("event:run/ready")).isEqualTo(new Address.Event("run/ready"));
        assertThat(new Address.Event("run/ready").isNamed()).isFalse();
        assertThat(Address.parse("barrier:/step")).isEqualTo(new Address.Barrier("/step"));
        assertThat(new Address.Barrier("/step").isNamed()).isTrue();
        assertThat(Address.parse("rpc:/greeter")).isEqualTo(new Address.Rpc("/greeter"));
        assertThat(new Address.Rpc("/greeter").isNamed()).isTrue();
        assertThat(new Address.Rpc("run/greeter").isNamed()).isFalse();
        assertThat(Address.parse("topic:orders")).isEqualTo(new Address.Topic(null, "orders"));
        assertThat(Address.parse("topic:a#b#orders")).isEqualTo(new Address.Topic(Path.of("a#b"), "orders"));
        assertThat(new Address.Topic(null, "orders").orIn(Path.of("data"))).hasToString("topic:data#orders");
        assertThat(new Address.Topic(Path.of("a"), "orders").orIn(Path.of("data")))
                .hasToString("topic:a#orders");
        assertThat(Address.parse("shm:quote")).isEqualTo(new Address.MemoryFile(Path.of("quote")));
        assertThat(Address.parse("shm:/run/quote")).isEqualTo(new Address.MemoryFile(Path.of("/run/quote")));
    }

    @Test
    void aMappedFileIsPrintedSoThatItIsReadAsAFile() {
        for (String path : new String[] {"/quote", "0x6a01", "run/quote", "/run/quote"}) {
            Address file = new Address.MemoryFile(Path.of(path));
            assertThat(Address.parse(file.toString()))
                    .isInstanceOfSatisfying(
                            Address.MemoryFile.class,
                            read -> assertThat(read.path().normalize()).isEqualTo(Path.of(path)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pipe:",
                "-",
                "fd:0",
                "fd:2147483647",
                "topic:orders",
                "rpc:/greeter",
                "rpc:run/greeter",
                "topic:/var/data#orders",
                "fifo:orders",
                "fifo:/run/orders",
                "fifo:a:b",
                "fifo: ",
                "fifo:-",
                "fifo:fifo:x",
                "fifo:../x",
                "shm:/quote",
                "shm:0x1",
                "shm:0xffffffff",
                "shm:quote",
                "shm:/run/quote",
                "shm:./0x1",
                "shm:/./quote"
            })
    void whatIsReadIsPrintedAlike(String text) {
        assertThat(Address.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "/run/orders",
                ":",
                ":orders",
                "--",
                "- ",
                "pipe",
                "pipe:x",
                "PIPE:",
                "fd",
                "fd:",
                "fd:x",
                "fd:-1",
                "fd:3 ",
                "fd: 3",
                "fd:+3",
                "fd:0x3",
                "fd:3.0",
                "fd:２",
                "fd:2147483648",
                "fifo:",
                "fifo:a\0b",
                "fifo",
                "Fifo:x",
                "rpc:",
                "rpc:/",
                "shm:",
                "shm:/",
                "shm:0x",
                "shm:0x0",
                "shm:0x00",
                "shm:0x123456789",
                "shm:0xg",
                "shm:0x+1",
                "shm:a\0b",
                "unknown:x"
            })
    void whatHasNoKnownFormIsRefusedWithTheTextAndAReason(String text) {
        assertThatThrownBy(() -> Address.parse(text)).isInstanceOfSatisfying(AddressException.class, refused -> {
            assertThat(refused.text()).isEqualTo(text);
            assertThat(refused.reason()).isNotBlank();
            assertThat(refused).hasMessage(text + ": " + refused.reason());
        });
    }

    @Test
    void theReasonSaysWhatIsWrong() {
        assertThatThrownBy(() -> Address.parse("orders")).hasMessage("orders: it has no kind, such as 'fifo:'");
        assertThatThrownBy(() -> Address.parse("queue:jobs")).hasMessage("queue:jobs: there is no kind 'queue:'");
        assertThatThrownBy(() -> Address.parse("fd:x")).hasMessage("fd:x: a descriptor is a number of 0 or more");
        assertThatThrownBy(() -> Address.parse("pipe:x")).hasMessage("pipe:x: an anonymous pipe has no name");
        assertThatThrownBy(() -> Address.parse("fifo:")).hasMessage("fifo:: the path is missing");
    }

    /** Parsed once, at the edge: so what cannot be parsed cannot be made either. */
    @Test
    void noAddressIsMadeThatCouldNotBeRead() {
        assertThatThrownBy(() -> new Address.Fd(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Address.FifoPath(Path.of(""))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Address.MemoryName("quote")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Address.MemoryName("/a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Address.MemoryKey(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Address.MemoryFile(Path.of(""))).isInstanceOf(IllegalArgumentException.class);
    }
}
