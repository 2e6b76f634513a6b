package org.unfoldingword.broker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of addresses of one family, and what it is set aside for.
 *
 * @param base its first address
 * @param bits how many leading bits all its addresses share
 * @param purpose for messages: "private", "loopback"
 */
record AddressBlock(InetAddress base, int bits, String purpose) {

    /** Reads CIDR notation, {@code 10.0.0.0/8}. */
    static AddressBlock of(String cidr, String purpose) {
        int slash = cidr.indexOf('/');
        try {
            InetAddress base = InetAddress.getByName(cidr.substring(0, slash));
            return new AddressBlock(base, Integer.parseInt(cidr.substring(slash + 1)), purpose);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("block: " + cidr + " (expected: CIDR notation)", e);
        }
    }

    boolean contains(InetAddress address) {
        byte[] mine = base.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if (((mine[bit / 8] ^ other[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
