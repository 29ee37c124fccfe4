package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelContract;
import dev.naru.channels.contract.ByteChannelFixture;

class DuplexPipeContractTest implements ByteChannelContract {
    private final DuplexPipeFixture fixture = new DuplexPipeFixture();

    @Override
    public ByteChannelFixture fixture() {
        return fixture;
    }
}
