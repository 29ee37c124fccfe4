package dev.naru.channels;

import dev.naru.channels.contract.ByteChannelContract;
import dev.naru.channels.contract.ByteChannelFixture;
import dev.naru.channels.contract.ManyWritersContract;

class AnonymousPipeContractTest implements ByteChannelContract, ManyWritersContract {
    private final AnonymousPipeFixture fixture = new AnonymousPipeFixture();

    @Override
    public ByteChannelFixture fixture() {
        return fixture;
    }
}
