package dev.naru.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Kafka's clients throw for what a store does; `docs/local.md` has the table. */
class ErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "FILE_SYSTEM_FULL, KafkaStorageException",
        "NO_SPACE, KafkaStorageException",
        "NOT_FLUSHED, KafkaStorageException",
        "BATCH_TOO_LARGE, RecordTooLargeException",
        "NO_KEY, InvalidRecordException",
        "TOPIC_REMOVED, UnknownTopicOrPartitionException",
        "NO_TOPIC, UnknownTopicOrPartitionException",
        "METADATA_TOO_LARGE, OffsetMetadataTooLarge",
        "BAD_GROUP_NAME, InvalidGroupIdException",
        "GROUP_FULL, GroupMaxSizeReachedException",
        "BAD_TOPIC_NAME, InvalidTopicException",
        "DENIED, TopicAuthorizationException",
        "DAMAGED_LOG, CorruptRecordException",
        "NO_CODEC, UnsupportedCompressionTypeException"
    })
    void aProblemIsThrownAsKafkaCallsItAndItsCauseSaysMore(Problem problem, String name) {
        ErrnoException refused = ErrnoException.of(problem, "topic:orders");

        KafkaException thrown = Errors.of(refused);

        assertThat(thrown.getClass().getSimpleName()).isEqualTo(name);
        assertThat(thrown).hasMessage(refused.getMessage()).hasCause(refused);
    }

    @Test
    void anInterruptIsOneAgainAndAllElseIsTold() {
        assertThat(Errors.of(new InterruptedIOException())).isInstanceOf(InterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        IOException other = new IOException("of the disk");
        assertThat(Errors.of(other)).hasCause(other).hasMessageContaining("of the disk");
    }
}
