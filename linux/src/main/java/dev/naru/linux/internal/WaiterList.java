package dev.naru.linux.internal;

import org.jspecify.annotations.Nullable;

/** Who sleeps in the name of one object. Its monitor guards all of this; nothing here allocates. */
public final class WaiterList {
    private @Nullable Waiter first;

    /** One more, who stands in no list yet. */
    public void add(Waiter waiter) {
        waiter.next = first;
        first = waiter;
    }

    /** Takes one out, if it is in. */
    @SuppressWarnings("ReferenceEquality") // this one waiter, not one like it
    public void remove(Waiter waiter) {
        if (first == waiter) {
            first = waiter.next;
        } else {
            for (Waiter before = first; before != null; before = before.next) {
                if (before.next == waiter) {
                    before.next = waiter.next;
                    break;
                }
            }
        }
        waiter.next = null;
    }

    /** Makes all of them look again. */
    public void wakeAll() {
        for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
            waiter.wake();
        }
    }
}
