package dev.naru.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.naru.linux.ErrnoException;
import dev.naru.linux.Problem;
import dev.naru.linux.testing.NoLeaks;
import dev.naru.linux.testing.Task;
import dev.naru.linux.testing.ThreadKind;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a group promises, among members of one process whose clock the test holds. */
@ExtendWith(NoLeaks.class)
class GroupTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private Store store;
    private Topic topic;

    @BeforeEach
    void create() throws Exception {
        store = Stores.withChoresAtOnce(folder, now::get);
        topic = store.create("t", TopicSpec.partitions(6));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private void later(Duration time) {
        var _ = now.updateAndGet(before -> before.plus(time));
    }

    private GroupMember join() throws Exception {
        return topic.join("g");
    }

    private GroupMember join(MemberSpec spec) throws Exception {
        return store.join("g", spec);
    }

    private static MemberSpec spec() {
        return MemberSpec.topics("t");
    }

    private static PartitionId id(int partition) {
        return new PartitionId("t", partition);
    }

    private void append(int partition, String... values) throws Exception {
        for (String value : values) {
            var _ = topic.append(NewRecord.of(null, value).toPartition(partition));
        }
    }

    private static List<String> values(List<TopicRecord> records) {
        return records.stream().map(TopicRecord::value).toList();
    }

    /** All that there is for that member now. */
    private static List<String> drained(GroupMember member) throws Exception {
        List<String> all = new ArrayList<>();
        for (var some = member.tryPoll(); !some.isEmpty(); some = member.tryPoll()) {
            all.addAll(values(some));
        }
        return all;
    }

    private static void settle(GroupMember... members) throws Exception {
        for (int round = 0; round < 2; round++) {
            for (GroupMember each : members) {
                var _ = each.tryPoll();
            }
        }
    }

    private static void assertRefused(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        refused -> assertThat(refused.problem()).isEqualTo(problem));
    }

    @Test
    void aLoneMemberHasAllPartitionsAndReadsAllThatIsThere() throws Exception {
        append(0, "a", "b");
        append(5, "c");
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(member.assignment()).hasSize(6);
            assertThat(member.group()).isEqualTo("g");
        }
    }

    @Test
    void whatIsCommittedStaysWhenItsMemberLeaves() throws Exception {
        append(0, "a", "b");
        append(1, "c");
        try (GroupMember member = join()) {
            assertThat(drained(member)).hasSize(3);
            member.commit();
            append(0, "d");
            assertThat(drained(member)).containsExactly("d");
        }
        try (GroupMember next = join()) {
            assertThat(drained(next)).as("what was not committed comes again").containsExactly("d");
            assertThat(next.committed(id(0))).contains(Committed.offset(2));
            assertThat(next.committed(id(2)))
                    .as("nothing read is committed, too")
                    .contains(Committed.offset(0));
            assertThat(next.committed(id(6))).isEmpty();
        }
    }

    @Test
    void twoMembersShareThePartitionsAndEachRecordComesToOne() throws Exception {
        try (GroupMember one = join()) {
            settle(one);
            try (GroupMember other = join()) {
                settle(other, one, other);
                assertThat(one.assignment()).hasSize(3).doesNotContainAnyElementsOf(other.assignment());
                assertThat(other.assignment()).hasSize(3);
                for (int partition = 0; partition < 6; partition++) {
                    append(partition, "v" + partition);
                }
                List<String> all = new ArrayList<>(drained(one));
                all.addAll(drained(other));
                assertThat(all).hasSize(6).doesNotHaveDuplicates();
            }
            settle(one);
            assertThat(one.assignment()).as("who leaves gives all away").hasSize(6);
        }
    }

    @Test
    void groupsDoNotDisturbEachOther() throws Exception {
        append(0, "a");
        try (GroupMember one = topic.join("one");
                GroupMember other = topic.join("other")) {
            assertThat(drained(one)).containsExactly("a");
            one.commit();
            assertThat(drained(other)).containsExactly("a");
            assertThat(other.committed(id(0))).isEmpty();
            assertThat(store.groups()).containsExactly("one", "other");
        }
    }

    @Test
    void aPartitionGoesOnlyWhenItsMemberPolls() throws Exception {
        try (GroupMember one = join()) {
            settle(one);
            try (GroupMember other = join()) {
                assertThat(other.tryPoll()).isEmpty();
                assertThat(other.assignment())
                        .as("they are still the first one's")
                        .isEmpty();
                append(0, "a");
                var _ = one.tryPoll();
                var _ = other.tryPoll();
                assertThat(other.assignment()).hasSize(3);
            }
        }
    }

    @Test
    void aListenerIsToldBeforeItHappens() throws Exception {
        List<String> told = new ArrayList<>();
        AtomicReference<GroupMember> itself = new AtomicReference<>();
        RebalanceListener listener = new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) throws java.io.IOException, InterruptedException {
                told.add("revoked " + partitions.size());
                itself.get().commit(); // they are still its own
            }

            @Override
            public void onAssigned(Set<PartitionId> partitions) throws java.io.IOException {
                told.add("assigned " + partitions.size());
                for (PartitionId each : partitions) {
                    itself.get().seek(each, Start.latest());
                }
            }
        };
        append(0, "old");
        try (GroupMember one = join(spec().withListener(listener))) {
            itself.set(one);
            assertThat(drained(one)).as("the listener has sought the end").isEmpty();
            append(0, "a");
            append(5, "b");
            assertThat(drained(one)).containsExactlyInAnyOrder("a", "b");
            try (GroupMember other = join()) {
                settle(other, one, other);
                assertThat(told).containsExactly("assigned 6", "revoked 3");
                assertThat(drained(other))
                        .as("it was committed when it was revoked")
                        .isEmpty();
            }
        }
        assertThat(told).containsExactly("assigned 6", "revoked 3", "revoked 3");
    }

    @Test
    void whatAListenerThrowsThePollThrowsAndNothingIsGivenAway() throws Exception {
        AtomicReference<String> fault = new AtomicReference<>("not now");
        RebalanceListener listener = new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) {
                String why = fault.get();
                if (why != null) {
                    throw new IllegalArgumentException(why);
                }
            }
        };
        try (GroupMember one = join(spec().withListener(listener))) {
            settle(one);
            try (GroupMember other = join()) {
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(one::tryPoll).hasMessage("not now");
                    var _ = other.tryPoll();
                    assertThat(other.assignment()).isEmpty();
                }
                fault.set(null);
                settle(one, other);
                assertThat(other.assignment()).hasSize(3);
            }
        }
    }

    @Test
    void whoIsSilentForLongerThanItsLeaseLosesItsPartitionsAndItsCommitIsRefused() throws Exception {
        Set<PartitionId> lost = new HashSet<>();
        RebalanceListener listener = new RebalanceListener() {
            @Override
            public void onLost(Set<PartitionId> partitions) {
                lost.addAll(partitions);
            }
        };
        try (GroupMember late = join(spec().withLease(Duration.ofMinutes(1)).withListener(listener));
                GroupMember other = join(spec().withLease(HOUR))) {
            settle(late, other, late);
            assertThat(late.assignment()).hasSize(3);
            append(0, "a");
            append(5, "b");
            List<String> seen = drained(late);
            assertThat(seen).hasSize(1);
            assertThat(drained(other)).hasSize(1).isNotEqualTo(seen);

            // when
            later(Duration.ofSeconds(61));
            List<String> again = drained(other);

            // then
            assertThat(again).as("what the late one read comes again").isEqualTo(seen);
            assertThat(other.assignment()).hasSize(6);
            assertRefused(late::commit, Problem.NOT_OWNER);
            assertThat(lost).isEmpty();
            var _ = late.tryPoll();
            assertThat(lost).hasSize(3);
            settle(other, late);
            assertThat(late.assignment()).as("it has joined anew").hasSize(3);
        }
    }

    @Test
    void aLateCommitIsRefusedAlsoWhenNobodyHasNoticed() throws Exception {
        append(0, "a");
        try (GroupMember late = join(spec().withLease(Duration.ofMinutes(1)))) {
            long id = late.id();
            assertThat(drained(late)).containsExactly("a");
            later(Duration.ofSeconds(61));
            assertRefused(late::commit, Problem.NOT_OWNER);
            assertThat(drained(late)).as("it comes again").containsExactly("a");
            assertThat(late.id()).isNotEqualTo(id);
            late.commit();
            assertThat(late.committed(id(0))).contains(Committed.offset(1));
        }
    }

    @Test
    void commitsByTimeCoverWhatEarlierPollsAnswered() throws Exception {
        append(0, "a", "b");
        MemberSpec one = spec().withMostPolled(1).withAutoCommit(Duration.ofNanos(1));
        try (GroupMember member = join(one)) {
            assertThat(values(member.tryPoll())).containsExactly("a");
            assertThat(member.committed(id(0))).isEmpty();
            assertThat(values(member.tryPoll())).containsExactly("b");
            assertThat(member.committed(id(0))).contains(Committed.offset(1));
        }
        try (Group group = store.group("g")) {
            assertThat(group.committed(id(0))).as("closed by who polled").contains(Committed.offset(2));
        }
    }

    @Test
    void whoIsClosedByAnotherThreadDoesNotCommitWhatMayBeAtWork() throws Exception {
        append(0, "a");
        GroupMember member = join(spec().withAutoCommit(HOUR));
        assertThat(drained(member)).containsExactly("a");
        var _ = Task.start(ThreadKind.PLATFORM, () -> {
                    member.close();
                    return null;
                })
                .result();
        try (Group group = store.group("g")) {
            assertThat(group.committed(id(0))).isEmpty();
        }
    }

    @Test
    void metadataGoesWithAnOffsetUpToALimit() throws Exception {
        append(0, "a");
        try (GroupMember member = join()) {
            var _ = drained(member);
            Committed most = Committed.offset(1).withMetadata("é".repeat(2048));
            member.commit(Map.of(id(0), most));
            assertThat(member.committed(id(0))).contains(most);
            Committed more = Committed.offset(1).withMetadata("x".repeat(4097));
            assertThatThrownBy(() -> member.commit(Map.of(id(0), more)))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("4097 B")
                    .hasMessageContaining("4096 B");
            assertThat(member.committed(id(0))).contains(most);
            member.commit(Map.of(id(0), Committed.offset(0)));
            assertThat(member.committed(id(0))).as("backwards, too, by hand").contains(Committed.offset(0));
        }
    }

    @Test
    void pausedPartitionsStayWithTheirMember() throws Exception {
        try (GroupMember member = join()) {
            settle(member);
            member.pause(List.of(id(0)));
            append(0, "a");
            append(1, "b");
            assertThat(drained(member)).containsExactly("b");
            assertThat(member.paused()).containsExactly(id(0));
            assertThat(member.assignment()).contains(id(0));
            assertThat(member.position(id(0))).isZero();
            member.resume(List.of(id(0)));
            assertThat(drained(member)).containsExactly("a");
        }
    }

    @Test
    void seekGoesAnywhereInAPartitionThatItHas() throws Exception {
        append(0, "a", "b", "c");
        try (GroupMember member = join()) {
            assertThat(drained(member)).hasSize(3);
            member.seek(id(0), Start.offset(1));
            assertThat(drained(member)).containsExactly("b", "c");
            assertRefused(() -> member.seek(id(7), Start.earliest()), Problem.NOT_OWNER);
        }
    }

    @Test
    void aTopicThatGrowsIsDividedAnew() throws Exception {
        try (GroupMember one = join();
                GroupMember other = join()) {
            settle(one, other, one);
            store.change("t", TopicSpec.partitions(9));
            later(Duration.ofSeconds(1));
            settle(one, other, one, other);
            assertThat(one.assignment().size() + other.assignment().size()).isEqualTo(9);
            assertThat(one.assignment()).doesNotContainAnyElementsOf(other.assignment());
            try (Topic grown = store.open("t")) {
                var _ = grown.append(NewRecord.of(null, "new").toPartition(8));
            }
            List<String> seen = new ArrayList<>(drained(one));
            seen.addAll(drained(other));
            assertThat(seen).containsExactly("new");
        }
    }

    @Test
    void membersOfOneGroupMayReadDifferentTopics() throws Exception {
        try (Topic _ = store.create("u", TopicSpec.partitions(2));
                GroupMember both = join(MemberSpec.topics("t", "u"));
                GroupMember one = join(MemberSpec.topics("u"))) {
            settle(both, one, both, one);
            assertThat(one.assignment()).allMatch(each -> each.topic().equals("u"));
            assertThat(both.assignment())
                    .filteredOn(each -> each.topic().equals("t"))
                    .hasSize(6);
            assertThat(one.assignment()).hasSize(2);
        }
    }

    @Test
    void aTopicThatWasMadeAnewHasNothingCommitted() throws Exception {
        append(0, "a", "b");
        try (GroupMember member = join()) {
            var _ = drained(member);
            member.commit();
        }
        store.remove("t");
        topic = store.create("t", TopicSpec.partitions(6));
        append(0, "c");
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactly("c");
        }
    }

    @Test
    void aMemberGoesOnInATopicThatIsMadeAnewUnderIt() throws Exception {
        append(0, "a");
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactly("a");
            member.commit();
            store.remove("t");
            assertRefused(member::tryPoll, Problem.TOPIC_REMOVED);
            topic = store.create("t", TopicSpec.partitions(2));
            append(0, "b");
            later(Duration.ofSeconds(1));
            assertThat(drained(member)).containsExactly("b");
            assertThat(member.assignment()).hasSize(2);
        }
    }

    @Test
    void aTopicThatWasMadeAnewBetweenTwoPollsIsTakenUpAtOnce() throws Exception {
        append(0, "a");
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactly("a");
            store.remove("t");
            topic = store.create("t", TopicSpec.partitions(6));
            append(0, "b");
            assertThat(drained(member)).containsExactly("b");
        }
    }

    @Test
    void oneTopicOfSeveralThatIsRemovedIsLostAndTakenUpWhenItIsMadeAnew() throws Exception {
        List<String> told = new ArrayList<>();
        RebalanceListener listener = new RebalanceListener() {
            @Override
            public void onAssigned(Set<PartitionId> partitions) {
                told.add("+" + partitions.size());
            }

            @Override
            public void onLost(Set<PartitionId> partitions) {
                told.add("lost " + partitions);
            }
        };
        append(0, "a");
        try (Topic other = store.create("u", TopicSpec.partitions(1));
                GroupMember member = join(MemberSpec.topics("t", "u").withListener(listener))) {
            var _ = other.append(null, "b");
            assertThat(drained(member)).containsExactlyInAnyOrder("a", "b");
            member.commit();
            store.remove("u");
            append(0, "c");
            assertThat(drained(member)).containsExactly("c");
            assertThat(told).containsExactly("+7", "lost [u-0]");
            assertThat(member.assignment()).hasSize(6);
            try (Topic anew = store.create("u", TopicSpec.partitions(2))) {
                var _ = anew.append(NewRecord.of(null, "d").toPartition(0));
            }
            later(Duration.ofSeconds(1));
            assertThat(drained(member)).containsExactly("d");
            assertThat(member.assignment()).hasSize(8);
        }
    }

    @Test
    void whatWasCommittedInATopicOfBeforeIsNotAnswered() throws Exception {
        try (Group group = store.openOrCreateGroup("g")) {
            append(0, "a");
            group.commit(Map.of(id(0), Committed.offset(1)));
            store.remove("t");
            topic = store.create("t", TopicSpec.partitions(6));
            assertThat(group.committed(id(0))).isEmpty();
        }
    }

    @Test
    void aGroupToldOfARemovedTopicKeepsNothingOfIt() throws Exception {
        append(0, "a");
        try (Topic _ = store.create("u", TopicSpec.partitions(1));
                GroupMember member = join(MemberSpec.topics("t", "u"));
                Group group = store.group("g")) {
            var _ = drained(member);
            member.commit();
            store.remove("u");
            later(Duration.ofSeconds(1));
            settle(member);
            assertThat(group.describe().partitions()).hasSize(6);
            assertThat(group.committed(new PartitionId("u", 0))).isEmpty();
        }
    }

    @Test
    void aMemberThatIsClosedWhenItsLeaseIsOverHasLostItsPartitions() throws Exception {
        List<String> told = new ArrayList<>();
        GroupMember member = join(spec().withLease(HOUR).withListener(new RebalanceListener() {
            @Override
            public void onRevoked(Set<PartitionId> partitions) {
                told.add("revoked");
            }

            @Override
            public void onLost(Set<PartitionId> partitions) {
                told.add("lost");
            }
        }));
        settle(member);
        later(HOUR.plusSeconds(1));
        member.close();
        assertThat(told).containsExactly("lost");
    }

    @Test
    void aPollEndsBeforeItsRecordsAreTooMuch() throws Exception {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 40; i++) {
            var _ = topic.append(NewRecord.of(null, large).toPartition(0));
        }
        try (Cursor cursor = topic.read(Start.earliest())) {
            List<Integer> polls = new ArrayList<>();
            for (var some = cursor.tryPoll(); !some.isEmpty(); some = cursor.tryPoll()) {
                polls.add(some.size());
            }
            assertThat(polls).containsExactly(16, 16, 8);
        }
    }

    @Test
    void largeRecordsOfOnePartitionDoNotHoldTheOthersUp() throws Exception {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 40; i++) {
            var _ = topic.append(NewRecord.of(null, large).toPartition(0));
        }
        append(1, "small");
        try (Cursor cursor = topic.read(Start.earliest())) {
            List<Integer> partitions = new ArrayList<>();
            for (TopicRecord record : cursor.tryPoll()) {
                partitions.add(record.partition());
            }
            assertThat(partitions).containsOnly(0);
            assertThat(cursor.tryPoll())
                    .first()
                    .extracting(TopicRecord::partition)
                    .isEqualTo(1);
        }
    }

    @Test
    void whereWhatIsCommittedIsNoLongerKeptAPollTellsUntilASeek() throws Exception {
        append(0, "a", "b", "c");
        append(1, "d");
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(id(0), Committed.offset(0)));
        }
        topic.deleteBefore(0, 2);
        try (GroupMember member = join(spec().withStart(Start.offset(0)))) {
            assertRefused(() -> drained(member), Problem.OUT_OF_RANGE);
            assertThat(member.assignment()).hasSize(6);
            member.seek(id(0), Start.earliest());
            assertThat(drained(member)).contains("c");
        }
    }

    @Test
    void pausingAndResumingStarvesNoPartition() throws Exception {
        for (int i = 0; i < 100; i++) {
            append(0, "first");
            append(1, "second");
        }
        try (GroupMember member = join(spec().withMostPolled(10))) {
            Set<String> seen = new HashSet<>();
            for (int round = 0; round < 4; round++) {
                seen.addAll(values(member.tryPoll()));
                member.pause(List.of(id(5)));
                member.resume(List.of(id(5)));
            }
            assertThat(seen).containsExactlyInAnyOrder("first", "second");
        }
    }

    @Test
    void whatIsNoLongerKeptIsNotShownAsCommitted() throws Exception {
        append(0, "a");
        try (GroupMember member = join(spec().withRetention(Duration.ofDays(1)))) {
            assertThat(drained(member)).containsExactly("a");
            member.commit();
        }
        try (Group group = store.group("g")) {
            assertThat(group.describe().lag()).isZero();
            later(Duration.ofDays(2));
            assertThat(group.committed(id(0))).isEmpty();
            assertThat(group.describe().lag()).isEqualTo(1);
        }
    }

    @Test
    void whatIsGoneBeforeItWasReadIsCounted() throws Exception {
        append(0, "a", "b", "c");
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(id(0), Committed.offset(0)));
        }
        topic.deleteBefore(0, 2);
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactly("c");
            assertThat(member.missed()).isEqualTo(2);
        }
    }

    @Test
    void forATopicThatIsNotThereNoGroupIsMade() throws Exception {
        assertRefused(() -> store.join("left", MemberSpec.topics("missing")), Problem.NO_TOPIC);
        assertThat(store.groups()).isEmpty();
    }

    @Test
    void theRetentionThatAMemberSaidIsNotTakenBackByOneWhoSaysNothing() throws Exception {
        append(0, "a");
        try (GroupMember member = join(spec().withRetention(Duration.ofDays(30)))) {
            var _ = drained(member);
            member.commit();
        }
        try (GroupMember member = join()) {
            assertThat(drained(member)).isEmpty();
        }
        later(Duration.ofDays(20));
        try (GroupMember member = join()) {
            assertThat(drained(member)).isEmpty();
        }
    }

    @Test
    void closingTheStoreEndsItsGroupsAndWhoIsWokenAfterwardsDoesNoHarm() throws Exception {
        GroupMember member = join();
        settle(member);
        long generation = member.generation();
        Group group = store.group("g");
        store.close();
        assertThat(member.isOpen()).isFalse();
        member.wakeUp();
        assertThat(member.generation()).isEqualTo(generation);
        assertThatThrownBy(group::describe).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> group.commit(Map.of(id(0), Committed.offset(0))))
                .isInstanceOf(ClosedChannelException.class);
        group.close();
    }

    @Test
    void whatIsCommittedIsForgottenAfterItsRetention() throws Exception {
        append(0, "a");
        MemberSpec day = spec().withRetention(Duration.ofDays(1));
        try (GroupMember member = join(day)) {
            assertThat(drained(member)).containsExactly("a");
            member.commit();
            later(Duration.ofDays(3));
        }
        later(Duration.ofHours(23));
        try (GroupMember member = join(day)) {
            assertThat(drained(member)).as("it was empty for less").isEmpty();
        }
        later(Duration.ofHours(25));
        try (GroupMember member = join(day)) {
            assertThat(drained(member)).containsExactly("a");
        }
    }

    @Test
    void whoBeginsWithTheLatestSkipsNothingFromThenOn() throws Exception {
        append(0, "old");
        try (GroupMember member = join(spec().withStart(Start.latest()))) {
            settle(member);
        }
        append(0, "new");
        try (GroupMember member = join(spec().withStart(Start.latest()))) {
            assertThat(drained(member)).containsExactly("new");
        }
    }

    @Test
    void whoHasCommittedWhatIsNoLongerKeptGoesOnAsItsStartSays() throws Exception {
        append(0, "a", "b", "c");
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(id(0), Committed.offset(1)));
        }
        topic.deleteBefore(0, 2);
        try (GroupMember member = join()) {
            assertThat(drained(member)).containsExactly("c");
        }
    }

    @Test
    void byHandIsCommittedOnlyWhatNoMemberHas() throws Exception {
        try (Group group = store.openOrCreateGroup("g")) {
            group.commit(Map.of(id(0), Committed.offset(0).withMetadata("here")));
            assertThat(group.committed(id(0)).orElseThrow().metadata()).isEqualTo("here");
            assertRefused(() -> group.commit(Map.of(id(6), Committed.offset(0))), Problem.NO_PARTITION);
            try (GroupMember member = join()) {
                settle(member);
                assertRefused(() -> group.commit(Map.of(id(0), Committed.offset(0))), Problem.GROUP_IN_USE);
                assertRefused(() -> group.forget(List.of(id(0))), Problem.GROUP_IN_USE);
                assertRefused(() -> store.removeGroup("g"), Problem.GROUP_IN_USE);
            }
            group.forget(List.of(id(0)));
            assertThat(group.committed(id(0))).isEmpty();
        }
    }

    @Test
    void aGroupIsDescribedWithItsLag() throws Exception {
        append(0, "a", "b", "c");
        append(1, "d");
        try (GroupMember member = join(spec().withLabel("billing-1"));
                Group group = store.group("g")) {
            var _ = drained(member);
            member.commit(Map.of(id(0), Committed.offset(1)));
            GroupStatus status = group.describe();
            assertThat(status.state()).isEqualTo("stable");
            assertThat(status.members())
                    .singleElement()
                    .satisfies(one -> assertThat(one.label()).isEqualTo("billing-1"))
                    .satisfies(one -> assertThat(one.id()).isEqualTo(member.id()))
                    .satisfies(one -> assertThat(one.process().pid())
                            .isEqualTo(ProcessHandle.current().pid()));
            assertThat(status.partitions()).hasSize(6);
            assertThat(status.partitions().getFirst().lag()).hasValue(2);
            assertThat(status.lag()).isEqualTo(3);
        }
        try (Group group = store.group("g")) {
            assertThat(group.describe().state()).isEqualTo("empty");
            assertThat(group.hasMembers()).isFalse();
        }
    }

    @Test
    void aRemovedGroupIsGoneForWhoHasItOpen() throws Exception {
        try (Group group = store.openOrCreateGroup("g")) {
            store.removeGroup("g");
            assertThat(store.groups()).isEmpty();
            assertRefused(() -> group.commit(Map.of(id(0), Committed.offset(0))), Problem.GROUP_REMOVED);
            assertRefused(() -> store.group("g"), Problem.NO_GROUP);
            assertRefused(() -> store.removeGroup("g"), Problem.NO_GROUP);
        }
    }

    @Test
    void aGroupMayHaveAnyName() throws Exception {
        String name = "my group/é%41";
        try (GroupMember _ = topic.join(name)) {
            assertThat(store.groups()).containsExactly(name);
        }
        assertRefused(() -> topic.join(""), Problem.BAD_GROUP_NAME);
        assertRefused(() -> topic.join("é".repeat(41)), Problem.BAD_GROUP_NAME);
        assertRefused(() -> store.join("g", MemberSpec.topics("missing")), Problem.NO_TOPIC);
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void anInterruptEndsAPollAndTheMemberStaysUsable(ThreadKind kind) throws Exception {
        try (GroupMember member = join()) {
            var poll = Task.start(kind, () -> member.poll()).awaitWaitingOrInFutex();
            poll.interrupt();
            assertThat(poll.failure()).isInstanceOf(InterruptedException.class);
            append(0, "a");
            assertThat(drained(member)).containsExactly("a");
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void aCloseEndsAPoll(ThreadKind kind) throws Exception {
        GroupMember member = join();
        var poll = Task.start(kind, () -> member.poll()).awaitWaitingOrInFutex();
        member.close();
        assertThat(poll.failure()).isInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(member::tryPoll).isInstanceOf(ClosedChannelException.class);
        member.close();
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void wakeUpEndsAPollWithNoRecords(ThreadKind kind) throws Exception {
        try (GroupMember member = join()) {
            var poll = Task.start(kind, () -> member.poll()).awaitWaitingOrInFutex();
            member.wakeUp();
            assertThat(poll.result()).isEmpty();
            member.wakeUp();
            assertThat(member.poll(HOUR))
                    .as("and the next one, when none waits")
                    .isEmpty();
        }
    }

    @Test
    void aPollIsWokenByARecordAndByPartitions() throws Exception {
        GroupMember one = join();
        try (GroupMember other = join()) {
            settle(one, other, one, other);
            append(0, "a");
            append(5, "b");
            assertThat(values(one.poll(HOUR))).hasSize(1);
            assertThat(values(other.poll(HOUR))).hasSize(1);
            one.commit();
            var poll = Task.start(ThreadKind.PLATFORM, () -> other.poll(HOUR)).awaitWaitingOrInFutex();
            one.close();
            append(0, "c"); // whosever it was, it is the other's now
            assertThat(values(poll.result())).containsExactly("c");
        }
    }

    @Test
    void anotherThreadIsRefusedWhileOnePolls() throws Exception {
        try (GroupMember member = join()) {
            var poll = Task.start(ThreadKind.PLATFORM, () -> member.poll()).awaitWaitingOrInFutex();
            assertThatThrownBy(member::commit).isInstanceOf(IllegalStateException.class);
            member.wakeUp();
            assertThat(poll.result()).isEmpty();
        }
    }

    @Test
    void aStoreThatIsClosedClosesItsMembers() throws Exception {
        GroupMember member = join();
        settle(member);
        store.close();
        assertThat(member.isOpen()).isFalse();
        try (Store again = Stores.withChoresAtOnce(folder, now::get);
                Group group = again.group("g")) {
            assertThat(group.describe().members()).isEmpty();
        }
    }
}
