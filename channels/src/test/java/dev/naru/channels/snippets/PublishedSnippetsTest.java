package dev.naru.channels.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The code in README and docs is, to the letter, the code that {@link SnippetsTest} runs. */
class PublishedSnippetsTest {
    private static final Path ROOT = Path.of("..");
    /** Each room has its own; a file name is in one of them only. */
    private static final List<Path> SNIPPETS = List.of(
            Path.of("src/test/java/dev/naru/channels/snippets"),
            Path.of("../memory/src/test/java/dev/naru/memory/snippets"),
            Path.of("../queues/src/test/java/dev/naru/queues/snippets"),
            Path.of("../topics/src/test/java/dev/naru/topics/snippets"),
            Path.of("../local/src/test/java/dev/naru/local/snippets"),
            Path.of("../rpc/src/test/java/dev/naru/rpc/snippets"));

    private static final Pattern PUBLISHED =
            Pattern.compile("<!-- snippet: (\\w+\\.java)#(\\w+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAMED_IN_JAVADOC =
            Pattern.compile("@snippet file=\"(\\w+\\.java)\" region=\"(\\w+)\"");

    @Test
    void blocksOfReadmeAndDocsAreTheTestedRegions() throws IOException {
        int found = 0;
        for (Path page : pages()) {
            Matcher block = PUBLISHED.matcher(Files.readString(page));
            while (block.find()) {
                found++;
                assertThat(block.group(3).stripTrailing())
                        .as("%s: %s#%s", page, block.group(1), block.group(2))
                        .isEqualTo(region(block.group(1), block.group(2)));
            }
        }
        assertThat(found).as("snippets in README and docs").isGreaterThanOrEqualTo(2);
    }

    @Test
    void everyMarkedBlockInDocsHasCode() throws IOException {
        for (Path page : pages()) {
            String text = Files.readString(page);
            long marks = text.lines()
                    .filter(line -> line.startsWith("<!-- snippet:"))
                    .count();
            assertThat(PUBLISHED.matcher(text).results().count())
                    .as(page.toString())
                    .isEqualTo(marks);
        }
    }

    @Test
    void regionsThatTheJavadocNamesExist() throws IOException {
        List<Path> sources;
        try (Stream<Path> all = Files.walk(Path.of("src/main/java"))) {
            sources = all.filter(path -> path.toString().endsWith(".java")).toList();
        }
        int found = 0;
        for (Path source : sources) {
            Matcher named = NAMED_IN_JAVADOC.matcher(Files.readString(source));
            while (named.find()) {
                found++;
                assertThat(region(named.group(1), named.group(2)))
                        .as(source.toString())
                        .isNotBlank();
            }
        }
        assertThat(found).isPositive();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    /** The lines between {@code @start} and {@code @end}, without their common indentation. */
    private static String region(String file, String name) throws IOException {
        Path source = SNIPPETS.stream()
                .map(folder -> folder.resolve(file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no snippets " + file));
        List<String> lines = Files.readAllLines(source);
        List<String> region = lines.stream()
                .dropWhile(line -> !line.strip().equals("// @start region=\"" + name + "\""))
                .skip(1)
                .takeWhile(line -> !line.strip().equals("// @end"))
                .toList();
        assertThat(region).as("region %s of %s", name, file).isNotEmpty();
        return region.stream().collect(Collectors.joining("\n")).stripIndent().stripTrailing();
    }
}
