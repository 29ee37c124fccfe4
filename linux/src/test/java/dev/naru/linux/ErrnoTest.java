package dev.naru.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.testing.Foreign;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    /** Second names, which {@code errno.h} defines by the first. */
    private static final Set<String> ALIASES = Set.of("EWOULDBLOCK", "EDEADLOCK", "ENOTSUP");

    /** Name, number and words of each, from perl, which has them from the C headers of this machine. */
    private static Map<Integer, String> foreign() throws Exception {
        String said = Foreign.shell(
                "LC_ALL=C perl -e 'use Errno; for (keys %!) { $! = Errno->can($_)->(); printf \"%d %s %s\\n"
                        + "\", $!, $_, $! }'");
        Map<Integer, String> table = new TreeMap<>();
        for (String line : said.lines().toList()) {
            String[] entry = line.split(" ", 2);
            if (!ALIASES.contains(entry[1].split(" ", 2)[0])) {
                table.put(Integer.valueOf(entry[0]), entry[1]);
            }
        }
        return table;
    }

    @Test
    void everyNumberNameAndTextIsThatOfTheCLibrary() throws Exception {
        // given
        Map<Integer, String> ours = new TreeMap<>();
        Arrays.stream(Errno.values())
                .filter(errno -> errno != Errno.UNKNOWN)
                .forEach(errno -> ours.put(errno.number(), errno.name() + " " + errno.text()));

        // when, then
        assertThat(ours).isEqualTo(foreign());
    }

    @Test
    void eachIsFoundByItsNumber() {
        for (Errno errno : Errno.values()) {
            assertThat(Errno.of(errno.number())).isEqualTo(errno);
        }
    }

    @Test
    void eachIsFoundByItsNameAndSomeByASecond() {
        for (Errno errno : Errno.values()) {
            assertThat(Errno.named(errno.name())).isEqualTo(Optional.of(errno).filter(each -> each != Errno.UNKNOWN));
        }
        assertThat(ALIASES).allSatisfy(alias -> assertThat(Errno.named(alias)).isPresent());
        assertThat(Errno.named("EWOULDBLOCK")).contains(Errno.EAGAIN);
    }

    @Test
    void aNumberThatIsNotInTheTableIsUnknown() {
        for (int number : new int[] {-1, 0, 41, 58, 134, 512, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(Errno.of(number)).isEqualTo(Errno.UNKNOWN);
        }
    }

    @Test
    void itShowsItsNameAndWhatItMeans() {
        assertThat(Errno.ENXIO).hasToString("ENXIO (no such device or address)");
    }
}
