package dev.naru.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} is, to the letter, what the table of errors says. */
class ErrorTableTest {
    private static final Path PAGE = Path.of("../docs/errors.md");
    private static final Path NEW_PAGE = Path.of("target/errors.md");

    @Test
    void pageIsTheTable() throws IOException {
        String markdown = ErrorTable.markdown();
        Files.createDirectories(NEW_PAGE.getParent());
        Files.writeString(NEW_PAGE, markdown);

        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/errors.md is not what dev.naru.linux.Problem says. This test has written the new page:"
                        + " cp cli/target/errors.md docs/errors.md")
                .isEqualTo(markdown);
    }

    @Test
    void everyProblemHasItsRow() {
        assertThat(ErrorTable.markdown().lines().filter(line -> line.startsWith("| `")))
                .hasSize(Problem.values().length)
                .allMatch(line -> line.split("(?<!\\\\)[|]", -1).length == 6, "four cells between five bars");
    }
}
