package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise to users names tests that exist. It stands here because this module is built after all others. */
class PromisesTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)#(\\w+)`");

    @Test
    void everyRowOfPromisesNamesATest() throws IOException {
        List<String> rows = Files.readAllLines(ROOT.resolve("docs/promises.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Promise"))
                .toList();

        assertThat(rows)
                .hasSizeGreaterThan(20)
                .allSatisfy(row -> assertThat(NAMED.matcher(row).find()).as(row).isTrue());
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        List<Path> tests = tests();
        String promises = Files.readString(ROOT.resolve("docs/promises.md"));

        for (MatchResult named : NAMED.matcher(promises).results().toList()) {
            StringBuilder classes = new StringBuilder(); // two rooms may have a test class of one name
            for (Path test : tests) {
                if (test.endsWith(named.group(1) + ".java")) {
                    classes.append(Files.readString(test));
                }
            }
            assertThat(classes.toString()).as(named.group()).contains("void " + named.group(2) + "(");
        }
    }

    private static List<Path> tests() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT, 12)) {
            return all.filter(path -> path.toString().contains("/src/test/"))
                    .filter(path -> path.toString().endsWith(".java"))
                    .toList();
        }
    }
}
