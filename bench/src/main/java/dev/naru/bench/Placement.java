package dev.naru.bench;

import dev.naru.linux.Cores;

/** Where the two processes of a side run. Sleeping and waking costs several times more across cores. */
enum Placement {
    /** Each process has a core of its own. */
    ONE_CORE_EACH("one core each"),
    /** Both share one core. */
    SAME_CORE("both on one core"),
    /** All processes of a side have both, as the machine gives them: one side needs a broker beside the program, and the other does not. */
    BOTH_CORES("both cores"),
    /** There is one process only. */
    ALONE("alone on one core");

    private final String text;

    Placement(String text) {
        this.text = text;
    }

    /** Where the second process goes. */
    int second(Cores.Pair cores) {
        return this == SAME_CORE ? cores.first() : cores.second();
    }

    /** As results show it. */
    String text() {
        return text;
    }
}
