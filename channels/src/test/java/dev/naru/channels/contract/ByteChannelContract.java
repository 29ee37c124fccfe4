package dev.naru.channels.contract;

/**
 * What every byte channel keeps. A kind of channel joins with a class of these lines, and with its fixture:
 *
 * <pre>{@code
 * class FifoContractTest implements ByteChannelContract {
 *     private final FifoFixture fixture = new FifoFixture();
 *
 *     @Override
 *     public ByteChannelFixture fixture() {
 *         return fixture;
 *     }
 * }
 * }</pre>
 *
 * <p>The far side is a foreign process ({@link dev.naru.linux.testing.Peer}) wherever one matters.
 */
public interface ByteChannelContract
        extends OrderContract,
                EndContract,
                TimedReadContract,
                TimedWriteContract,
                InterruptContract,
                CloseContract,
                SlowReaderContract,
                VirtualThreadContract,
                BufferContract,
                VectorContract,
                ReaderGoneContract,
                StreamContract {}
