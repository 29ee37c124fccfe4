package dev.naru.stress;

import dev.naru.linux.MemoryBarrier;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/** What all runs of one test have shown. */
final class Verdict {
    private static final int FEW = 1000;

    private final TestInfo test;
    private final @Nullable Mutant mutant;
    private final Map<String, Long> outcomes = new TreeMap<>();
    private @Nullable String broken;

    Verdict(TestInfo test) {
        this.test = test;
        try {
            this.mutant = Class.forName(test.binaryName()).getAnnotation(Mutant.class);
        } catch (ClassNotFoundException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** One for each test whose name has that in it. */
    static Map<String, Verdict> all(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        return TestList.tests().stream()
                .filter(name -> wanted.matcher(name).find())
                .collect(Collectors.toMap(
                        name -> name, name -> new Verdict(TestList.getInfo(name)), (one, _) -> one, TreeMap::new));
    }

    static void add(Map<String, Verdict> verdicts, Collection<TestResult> results) {
        for (TestResult result : results) {
            Verdict verdict = verdicts.get(result.getName());
            if (verdict != null) {
                verdict.add(result);
            }
        }
    }

    private void add(TestResult result) {
        if (result.status() != Status.NORMAL) {
            broken = result.status() + " " + result.getMessages() + result.getVmOut() + result.getVmErr();
            return;
        }
        for (String outcome : result.getStateKeys()) {
            long _ = outcomes.merge(outcome, result.getCount(outcome), Long::sum);
        }
    }

    private long count(Expect expect) {
        return outcomes.entrySet().stream()
                .filter(outcome -> expectOf(outcome.getKey()) == expect)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private Expect expectOf(String outcome) {
        for (StateCase known : test.cases()) {
            if (known.matchesExactly(outcome)) {
                return known.expect();
            }
        }
        for (StateCase known : test.cases()) {
            if (known.matches(outcome)) {
                return known.expect();
            }
        }
        return test.unmatched().expect();
    }

    private long samples() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether it is a mutant that this machine can show, and has not yet. */
    boolean isUncaught() {
        return mutant != null && isSeenHere(mutant.seen()) && count(Expect.ACCEPTABLE_INTERESTING) == 0;
    }

    private static boolean isSeenHere(Mutant.Seen seen) {
        return switch (seen) {
            case EVERYWHERE -> true;
            case WEAK_MEMORY -> false;
            case WITH_MEMBARRIER -> MemoryBarrier.isInThisProcess();
        };
    }

    /** Whether it should run again: a mutant that was not caught, or on a busy machine the two hardly ran at once. */
    boolean isUnfinished() {
        return broken == null && (isUncaught() || samples() < FEW);
    }

    /** Whether it ran, saw nothing that is forbidden, and, a mutant, was caught. */
    boolean isGood() {
        return broken == null
                && samples() > 0
                && count(Expect.FORBIDDEN) == 0
                && count(Expect.UNKNOWN) == 0
                && !isUncaught();
    }

    /** A line for people. */
    @Override
    public String toString() {
        String name = test.name().substring(Verdict.class.getPackageName().length() + 1);
        return "%-6s %-30s %12d samples  %s".formatted(isGood() ? "ok" : "FAILED", name, samples(), what());
    }

    private String what() {
        if (broken != null) {
            return broken;
        }
        if (samples() == 0) {
            return "did not run";
        }
        if (!isGood() && !isUncaught()) {
            return outcomes.toString();
        }
        if (mutant == null) {
            return "nothing forbidden";
        }
        long caught = count(Expect.ACCEPTABLE_INTERESTING);
        if (caught > 0) {
            return "mutant caught %d times: %s".formatted(caught, mutant.value());
        }
        String why = isUncaught()
                ? "NOT caught"
                : mutant.seen() == Mutant.Seen.WEAK_MEMORY
                        ? "that only weak memory shows"
                        : "that only membarrier(2) shows";
        return "mutant %s: %s".formatted(why, mutant.value());
    }
}
