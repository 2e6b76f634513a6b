package org.unfoldingword.broker.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Lets a client connect to public unicast addresses only, so that a URL which somebody else chose cannot reach into the
 * broker's own network. Immutable.
 *
 * <p>It is the resolver of the client that it guards: a name is looked up once, <em>all</em> its addresses are judged,
 * and exactly those are returned to be connected. A name that answers differently the second time (DNS rebinding) gains
 * nothing, and a name with one public and one private address is refused as a whole.
 *
 * <p>IPv4: everything but the blocks below, which are those of IANA's special-purpose registry and one of a cloud's
 * own. IPv6: only 2000::/3, from which global unicast is given out, less the special blocks in it. So loopback,
 * link-local, unique local, multicast, SRv6, discard, NAT64 and IPv4-mapped or -compatible addresses need no line of
 * their own.
 *
 * <p>Exempt hosts may have any address. They are compared by name, before any look-up.
 */
public final class AddressGuard implements DnsResolver {

    private static final AddressBlock IPV6_GLOBAL_UNICAST = AddressBlock.of("2000::/3", "global unicast");

    private static final List<AddressBlock> REFUSED = List.of(
            AddressBlock.of("0.0.0.0/8", "this network"),
            AddressBlock.of("10.0.0.0/8", "private"),
            AddressBlock.of("100.64.0.0/10", "shared, behind carrier-grade NAT"),
            AddressBlock.of("127.0.0.0/8", "loopback"),
            AddressBlock.of("168.63.129.16/32", "platform service of a cloud"),
            AddressBlock.of("169.254.0.0/16", "link-local"),
            AddressBlock.of("172.16.0.0/12", "private"),
            AddressBlock.of("192.0.0.0/24", "protocol assignments"),
            AddressBlock.of("192.0.2.0/24", "documentation"),
            AddressBlock.of("192.31.196.0/24", "AS112 sink"),
            AddressBlock.of("192.52.193.0/24", "multicast tunnelling"),
            AddressBlock.of("192.88.99.0/24", "6to4 relay"),
            AddressBlock.of("192.168.0.0/16", "private"),
            AddressBlock.of("192.175.48.0/24", "AS112 sink"),
            AddressBlock.of("198.18.0.0/15", "benchmarks"),
            AddressBlock.of("198.51.100.0/24", "documentation"),
            AddressBlock.of("203.0.113.0/24", "documentation"),
            AddressBlock.of("224.0.0.0/4", "multicast"),
            AddressBlock.of("240.0.0.0/4", "reserved"),
            AddressBlock.of("2001::/23", "protocol assignments, Teredo, ORCHID"),
            AddressBlock.of("2001:db8::/32", "documentation"),
            AddressBlock.of("2002::/16", "6to4"),
            AddressBlock.of("2620:4f:8000::/48", "AS112 sink"),
            AddressBlock.of("3fff::/20", "documentation"));

    private static final Pattern HOST_AND_MAYBE_PORT =
            Pattern.compile("(?<host>\\[[0-9a-f:.]+]|[a-z0-9._-]+)(?::(?<port>[0-9]{1,5}))?");

    private final Set<String> exempt;
    private final DnsResolver lookup;

    /**
     * Guards with the machine's own name service.
     *
     * @param exemptHosts exact names or literal addresses, in any case, each with or without {@code :port}
     */
    public AddressGuard(Collection<String> exemptHosts) {
        this(exemptHosts, SystemDefaultDnsResolver.INSTANCE);
    }

    /**
     * Guards with another name service.
     *
     * @throws IllegalArgumentException if an exempt host is neither {@code host} nor {@code host:port}
     */
    public AddressGuard(Collection<String> exemptHosts, DnsResolver lookup) {
        this.exempt = exemptHosts.stream().map(AddressGuard::exemption).collect(Collectors.toUnmodifiableSet());
        this.lookup = lookup;
    }

    /** True if that host may have any address on that port, and be spoken to without TLS. */
    boolean exempts(String host, int port) {
        String name = bracketed(host.toLowerCase(Locale.ROOT));
        return exempt.contains(name) || exempt.contains(name + ":" + port);
    }

    /** What speaks against connecting that address: what it is set aside for. Empty for a public unicast address. */
    Optional<String> objection(InetAddress address) {
        for (AddressBlock block : REFUSED) {
            if (block.contains(address)) {
                return Optional.of(block.purpose());
            }
        }
        boolean global = address instanceof Inet4Address || IPV6_GLOBAL_UNICAST.contains(address);
        return global ? Optional.empty() : Optional.of("not global unicast");
    }

    /**
     * The addresses of a host, all of them judged.
     *
     * @throws AddressRefused if one of them may not be connected, and the host is not exempt on that port
     */
    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return Arrays.stream(judged(host, exempts(host, port)))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** As {@link #resolve(String, int)}, for hosts that are exempt on every port. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return judged(host, exempt.contains(bracketed(host.toLowerCase(Locale.ROOT))));
    }

    /** The name as it is: nobody here needs another, and a look-up would be one more that is not guarded. */
    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    private static String exemption(String entry) {
        String host = bracketed(entry.strip().toLowerCase(Locale.ROOT));
        if (!HOST_AND_MAYBE_PORT.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "allowed host: " + entry + " (expected: host or host:port, without scheme or path)");
        }
        return host;
    }

    /** A bare IPv6 address gets the brackets that it has in a URL. */
    private static String bracketed(String host) {
        boolean bareIpv6 = !host.startsWith("[") && host.indexOf(':') != host.lastIndexOf(':');
        return bareIpv6 ? "[" + host + "]" : host;
    }

    private InetAddress[] judged(String host, boolean exempted) throws UnknownHostException {
        InetAddress[] addresses = lookup.resolve(host);
        if (addresses == null || addresses.length == 0) {
            throw new UnknownHostException(host);
        }
        if (!exempted) {
            for (InetAddress address : addresses) {
                Optional<String> objection = objection(address);
                if (objection.isPresent()) {
                    throw new AddressRefused(host, address, objection.get());
                }
            }
        }
        return addresses;
    }
}
