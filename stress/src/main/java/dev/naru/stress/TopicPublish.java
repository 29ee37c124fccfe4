package dev.naru.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Who sees a published end sees one of those that were, and all records below it. */
public final class TopicPublish {
    private TopicPublish() {}

    @JCStressTest
    @Outcome(
            id = {"0", "1", "2"},
            expect = ACCEPTABLE,
            desc = "so many records, whole")
    @Outcome(id = "-1", expect = FORBIDDEN, desc = "an end that never was, or a record that is not there")
    @State
    public static class Sound extends TopicSteps {
        @Actor
        public void writer() {
            meet();
            publishAll();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = load(true);
        }
    }

    @JCStressTest
    @Mutant("no second look at the number")
    @Outcome(
            id = {"0", "1", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "half of one end and half of the next but one")
    @State
    public static class NoSecondLook extends TopicSteps {
        @Actor
        public void writer() {
            meet();
            publishAll();
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = load(false);
        }
    }

    @JCStressTest
    @Mutant("the number before the copy")
    @Outcome(
            id = {"0", "1", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "an end that is not there yet")
    @State
    public static class FlipFirst extends TopicSteps {
        @Actor
        public void writer() {
            meet();
            for (int number = 1; number <= RECORDS; number++) {
                layOut(number);
                flip(number);
                fill(number);
            }
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = load(true);
        }
    }

    @JCStressTest
    @Mutant("the end before the record")
    @Outcome(
            id = {"0", "1", "2"},
            expect = ACCEPTABLE)
    @Outcome(id = "-1", expect = ACCEPTABLE_INTERESTING, desc = "a record that is not there yet")
    @State
    public static class PublishFirst extends TopicSteps {
        @Actor
        public void writer() {
            meet();
            for (int number = 1; number <= RECORDS; number++) {
                fill(number);
                flip(number);
                layOut(number);
            }
        }

        @Actor
        public void reader(I_Result result) {
            meet();
            result.r1 = load(true);
        }
    }
}
