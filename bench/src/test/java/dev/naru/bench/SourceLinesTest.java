package dev.naru.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The measure of {@link HouseTest} itself. */
class SourceLinesTest {
    @Test
    void blanksAndCommentsDoNotCount() {
        assertThat(SourceLines.count("""
                /** Doc
                 * of two lines. */

                class A { // a remark
                    // a remark alone
                    int a; /* begins here
                    and ends here */ int b;
                }
                """)).isEqualTo(4);
    }

    @Test
    void whatLooksLikeACommentInAStringIsCode() {
        assertThat(SourceLines.count("String a = \"/*\";\nint b;\nString c = \"*/\"; char d = '\"'; // e\n"))
                .isEqualTo(3);
    }

    @Test
    void theLinesOfATextBlockAreCode() {
        assertThat(SourceLines.count("var a = \"\"\"\n  // one\n  /* two\n  \"\"\";\nint b;\n"))
                .isEqualTo(5);
    }
}
