package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelContract;
import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.channels.contract.ManyWritersContract;

class FifoContractTest implements ByteChannelContract, ManyWritersContract {
    private final FifoFixture fixture = new FifoFixture();

    @Override
    public ByteChannelFixture fixture() {
        return fixture;
    }
}
