package dev.naru.channels.contract;

import dev.naru.linux.testing.NoLeaks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What all parts of the contract need. */
@ExtendWith(NoLeaks.class)
interface Contract {
    /** The channel under test: a new one for each test. */
    ByteChannelFixture fixture();

    /** Leaves nothing behind. */
    @AfterEach
    default void closeAll() throws Exception {
        fixture().close();
    }
}
