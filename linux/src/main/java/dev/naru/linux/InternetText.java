package dev.naru.linux;

import java.net.Inet6Address;
import java.net.InetAddress;

/** An address of IPv4 or IPv6 as people write it. */
final class InternetText {
    private static final int GROUPS = 8;

    private InternetText() {}

    /** IPv6 in brackets. */
    static String of(InetAddress address) {
        return address instanceof Inet6Address six ? "[" + text(six) + "]" : address.getHostAddress();
    }

    /** As RFC 5952 has it: of the longest run of zeros, if it has two or more, only {@code ::} is left. */
    private static String text(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int longest = 1;
        int at = -1;
        for (int from = 0; from < GROUPS; from++) {
            int to = from;
            while (to < GROUPS && group(bytes, to) == 0) {
                to++;
            }
            if (to - from > longest) {
                longest = to - from;
                at = from;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == at) {
                text.append("::");
                i += longest - 1;
            } else {
                text.append(i == 0 || (at >= 0 && i == at + longest) ? "" : ":")
                        .append(Integer.toHexString(group(bytes, i)));
            }
        }
        return address.getScopeId() == 0 ? text.toString() : text + "%" + address.getScopeId();
    }

    private static int group(byte[] address, int number) {
        return Byte.toUnsignedInt(address[2 * number]) << Byte.SIZE | Byte.toUnsignedInt(address[2 * number + 1]);
    }
}
