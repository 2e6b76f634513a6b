package org.unfoldingword.broker.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a callback may go: a URL that somebody else chose, held against these rules when it is accepted. Immutable.
 *
 * <ul>
 *   <li>{@code https}, a host, no user name or password, no fragment, at most {@value #LENGTH_MAX} characters
 *   <li>port 443, or one from 1024 on: below it are other protocols' ports
 *   <li>the host is in ASCII (an international name as {@code xn--…}) and has a dot but none at its end; it is not
 *       {@code localhost}, nor under {@code .localhost}, {@code .local}, {@code .internal} or {@code .home.arpa}
 *   <li>an IPv4 address is written as four decimal numbers without leading zeros, an IPv6 one without a zone and not as
 *       an IPv4 address in disguise; every other way to write one is refused, whatever it would lead to, since programs
 *       disagree on what that is; what is left is judged by the {@link AddressGuard}
 * </ul>
 *
 * Hosts that the guard exempts may also use {@code http}, any port, a name without a dot, and any address.
 *
 * <p>A name is not looked up here. What it resolves to is judged by the guard whenever it is connected.
 */
public final class CallbackTarget {

    static final int LENGTH_MAX = 2048;

    private static final int SHOWN_MAX = 120;
    private static final int PORT_MAX = 65_535;
    private static final int UNPRIVILEGED_PORT_MIN = 1024;

    private static final Set<String> INTERNAL_DOMAINS = Set.of("localhost", "local", "internal", "home.arpa");

    private static final Pattern PLAIN_IPV4 =
            Pattern.compile("(?:OCTET\\.){3}OCTET".replace("OCTET", "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

    private final URI uri;
    private final String origin;

    private CallbackTarget(URI uri, String origin) {
        this.uri = uri;
        this.origin = origin;
    }

    /**
     * Reads a URL and holds it against the rules.
     *
     * @throws IllegalArgumentException naming the URL, without its secrets, and what was expected; fit for the caller's
     *     eyes
     */
    public static CallbackTarget parse(String text, AddressGuard guard) {
        expect(text.length() <= LENGTH_MAX, text, "at most " + LENGTH_MAX + " characters");
        boolean whole = text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
        expect(whole, text, "whole characters");
        URI uri = uriOf(text);
        expect(uri.getRawUserInfo() == null, text, "no user name or password");
        expect(uri.getRawFragment() == null, text, "no fragment");
        String host = hostOf(uri, text);
        String scheme = lower(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : defaultPort(scheme);
        expect(port > 0 && port <= PORT_MAX, text, "a port from 1 to " + PORT_MAX);
        if (guard.exempts(host, port)) {
            expect(scheme.equals("https") || scheme.equals("http"), text, "http or https");
        } else {
            expect(scheme.equals("https"), text, "https");
            expect(port == defaultPort(scheme) || port >= UNPRIVILEGED_PORT_MIN, text, "port 443, or 1024 and above");
            fault(host, guard).ifPresent(expected -> expect(false, text, expected));
        }
        String origin = scheme + "://" + host + (port == defaultPort(scheme) ? "" : ":" + port);
        return new CallbackTarget(uri, origin);
    }

    /** The URL to post to, in ASCII. */
    public URI uri() {
        return uri;
    }

    /** Scheme, host and port, the scheme's own port left out: paths and queries may hold secrets. */
    @Override
    public String toString() {
        return origin;
    }

    private static URI uriOf(String text) {
        try {
            return new URI(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            throw unexpected(text, "a URL");
        }
    }

    private static String hostOf(URI uri, String text) {
        String host = uri.getHost();
        expect(
                host != null && uri.getScheme() != null,
                text,
                "https:// and a host: a name in ASCII, or an address in its plain form");
        return lower(host);
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("http") ? 80 : 443;
    }

    /** What would have to be otherwise for the host to be public, as far as that can be said without a look-up. */
    private static Optional<String> fault(String host, AddressGuard guard) {
        if (host.startsWith("[")) {
            return literalFault(host, guard);
        }
        if (host.endsWith(".")) {
            return Optional.of("a host name without a dot at its end");
        }
        if (endsInNumber(host)) {
            return PLAIN_IPV4.matcher(host).matches()
                    ? literalFault(host, guard)
                    : Optional.of("an IPv4 address as four decimal numbers");
        }
        if (INTERNAL_DOMAINS.stream().anyMatch(domain -> host.equals(domain) || host.endsWith("." + domain))) {
            return Optional.of("a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS");
        }
        return host.indexOf('.') < 0 ? Optional.of("a full host name") : Optional.empty();
    }

    /** No top-level domain begins with a digit, but all forms of IPv4 addresses end so. */
    private static boolean endsInNumber(String host) {
        char first = host.charAt(host.lastIndexOf('.') + 1);
        return first >= '0' && first <= '9';
    }

    private static Optional<String> literalFault(String host, AddressGuard guard) {
        if (host.indexOf('%') >= 0) {
            return Optional.of("an IPv6 address without a zone");
        }
        InetAddress address = addressOf(host);
        if (host.startsWith("[") && address instanceof Inet4Address) {
            return Optional.of("an IPv4 address as four decimal numbers");
        }
        return guard.objection(address).map(purpose -> "a public address; this one is " + purpose);
    }

    /** Reads an address; in the two forms that come here that needs no look-up. */
    private static InetAddress addressOf(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address: " + literal + " (expected: one that java.net.URI let pass)", e);
        }
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static void expect(boolean kept, String text, String expected) {
        if (!kept) {
            throw unexpected(text, expected);
        }
    }

    /** Shows of the URL what is no secret: neither password nor query, and no control characters. */
    private static IllegalArgumentException unexpected(String text, String expected) {
        String shown =
                text.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//…@").replaceAll("[^\\P{C}]", "?");
        String cut = shown.length() <= SHOWN_MAX ? shown : shown.substring(0, SHOWN_MAX) + "…";
        return new IllegalArgumentException("callback_url: " + cut + " (expected: " + expected + ")");
    }
}
