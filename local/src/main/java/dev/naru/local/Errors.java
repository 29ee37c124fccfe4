package dev.naru.local;

import dev.naru.linux.ErrnoException;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;

/** What Kafka's clients throw, for what a store does. The cause says the limit and the remedy. */
final class Errors {
    private Errors() {}

    /** The exception for it. */
    static KafkaException of(IOException failed) {
        return switch (failed) {
            case ErrnoException refused -> of(refused);
            case InterruptedIOException _ -> interrupted(failed);
            default -> new KafkaException(failed.toString(), failed);
        };
    }

    private static KafkaException of(ErrnoException refused) {
        String message = refused.getMessage();
        return switch (refused.problem()) {
            case BATCH_TOO_LARGE -> new RecordTooLargeException(message, refused);
            case NO_TOPIC, TOPIC_REMOVED, NO_PARTITION -> new UnknownTopicOrPartitionException(message, refused);
            case NO_KEY -> new InvalidRecordException(message, refused);
            case BAD_TOPIC_NAME -> caused(new InvalidTopicException(message), refused);
            case DENIED, READ_ONLY -> caused(new TopicAuthorizationException(message), refused);
            case FILE_SYSTEM_FULL, NO_SPACE, NOT_FLUSHED, IO_FAILED -> new KafkaStorageException(message, refused);
            case DAMAGED_LOG -> new CorruptRecordException(message, refused);
            case NO_CODEC -> new UnsupportedCompressionTypeException(message, refused);
            case NO_APPENDING -> new NotLeaderOrFollowerException(message, refused);
            case BAD_GROUP_NAME -> new InvalidGroupIdException(message, refused);
            case GROUP_FULL -> caused(new GroupMaxSizeReachedException(message), refused);
            case NO_GROUP, GROUP_REMOVED -> caused(new GroupIdNotFoundException(message), refused);
            case METADATA_TOO_LARGE -> new OffsetMetadataTooLarge(message, refused);
            default -> new KafkaException(message, refused);
        };
    }

    private static KafkaException caused(KafkaException error, Throwable cause) {
        var _ = error.initCause(cause);
        return error;
    }

    /** For an interrupt: the thread's status is set again, as Kafka's clients do. */
    static InterruptException interrupted(Exception by) {
        InterruptedException cause = new InterruptedException();
        var _ = cause.initCause(by);
        return new InterruptException(cause); // sets the status
    }

    /** For an interrupt of this thread. */
    static InterruptException interrupted(InterruptedException by) {
        return new InterruptException(by);
    }
}
