package dev.naru.stress;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A protocol without one of its protections. Its ACCEPTABLE_INTERESTING outcome must be seen, or the test is blind. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface Mutant {
    /** Where it can be seen at all. */
    enum Seen {
        /** On every machine of two cores and more. */
        EVERYWHERE,
        /** Only where stores pass stores, or loads pass loads, as on aarch64; x86 does neither. */
        WEAK_MEMORY,
        /** Only where the kernel has membarrier(2): without it, everybody makes their own fences. */
        WITH_MEMBARRIER
    }

    /** What it lacks, as the model calls it: {@code docs/protocol/check.sh}. */
    String value();

    /** Where it can be seen. */
    Seen seen() default Seen.EVERYWHERE;
}
