package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages in Markdown show what they are meant to. It stands here because this module is built after all others. */
class PagesTest {
    private static final Path ROOT = Path.of("..");

    /** A row after a blank line is text with bars in it, and no part of the table above. */
    @Test
    void everyTableHasItsHead() throws IOException {
        List<String> headless = new ArrayList<>();
        int tables = 0;
        for (Path page : pages()) {
            List<String> lines = Files.readAllLines(page);
            boolean code = false;
            for (int i = 0; i < lines.size(); i++) {
                code ^= lines.get(i).startsWith("```");
                if (code || !isRow(lines, i) || isRow(lines, i - 1)) {
                    continue;
                }
                tables++;
                if (!isRow(lines, i + 1) || !lines.get(i + 1).matches("[-:| ]+")) {
                    headless.add(page + ":" + (i + 1) + ": " + lines.get(i));
                }
            }
        }

        assertThat(tables).isGreaterThan(20);
        assertThat(headless).isEmpty();
    }

    private static boolean isRow(List<String> lines, int index) {
        return index >= 0 && index < lines.size() && lines.get(index).startsWith("|");
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .forEach(pages::add);
        }
        return pages;
    }
}
