package dev.naru.channels.outside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.channels.AnonymousPipe;
import dev.naru.channels.PipeReader;
import dev.naru.channels.PipeWriter;
import dev.naru.linux.testing.NoLeaks;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another package can do with either end what both have. */
@ExtendWith(NoLeaks.class)
class EndsFromOutsideTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eitherEndIsClosed(boolean theReader) throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            PipeReader reader = pipe.reader();
            PipeWriter writer = pipe.writer();

            // when
            (theReader ? reader : writer).close();

            // then
            assertThat(reader.isOpen()).isEqualTo(!theReader);
            assertThat(writer.isOpen()).isEqualTo(theReader);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {PipeReader.class, PipeWriter.class})
    void reflectionReachesItsMethods(Class<?> type) throws Exception {
        try (AnonymousPipe pipe = AnonymousPipe.create()) {
            Object end = type.isInstance(pipe.reader()) ? pipe.reader() : pipe.writer();

            // when
            assertThat(type.getMethod("isOpen").invoke(end)).isEqualTo(true);
            var _ = type.getMethod("close").invoke(end);

            // then
            assertThat(type.getMethod("isOpen").invoke(end)).isEqualTo(false);
        }
    }
}
