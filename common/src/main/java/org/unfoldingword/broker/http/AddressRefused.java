package org.unfoldingword.broker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A host was not connected because of an address that its name resolves to. Nothing was sent to any of its addresses.
 *
 * <p>It is an {@link UnknownHostException} because nothing else may come out of a resolver.
 */
public final class AddressRefused extends UnknownHostException {

    AddressRefused(String host, InetAddress address, String purpose) {
        super(host + ": " + address.getHostAddress() + ", " + purpose + " (expected: only public unicast addresses)");
    }
}
