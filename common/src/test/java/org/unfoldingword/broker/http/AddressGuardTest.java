package org.unfoldingword.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    private static final AddressGuard GUARD = new AddressGuard(Set.of());

    /** The first and the last address of each block. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0.0.0.0           | 0.255.255.255     | this network
                    10.0.0.0          | 10.255.255.255    | private
                    100.64.0.0        | 100.127.255.255   | shared, behind carrier-grade NAT
                    127.0.0.0         | 127.255.255.255   | loopback
                    168.63.129.16     | 168.63.129.16     | platform service of a cloud
                    169.254.0.0       | 169.254.255.255   | link-local
                    172.16.0.0        | 172.31.255.255    | private
                    192.0.0.0         | 192.0.0.255       | protocol assignments
                    192.0.2.0         | 192.0.2.255       | documentation
                    192.31.196.0      | 192.31.196.255    | AS112 sink
                    192.52.193.0      | 192.52.193.255    | multicast tunnelling
                    192.88.99.0       | 192.88.99.255     | 6to4 relay
                    192.168.0.0       | 192.168.255.255   | private
                    192.175.48.0      | 192.175.48.255    | AS112 sink
                    198.18.0.0        | 198.19.255.255    | benchmarks
                    198.51.100.0      | 198.51.100.255    | documentation
                    203.0.113.0       | 203.0.113.255     | documentation
                    224.0.0.0         | 239.255.255.255   | multicast
                    240.0.0.0         | 255.255.255.255   | reserved
                    2001::            | 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff | protocol assignments, Teredo, ORCHID
                    2001:db8::        | 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff      | documentation
                    2002::            | 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff     | 6to4
                    2620:4f:8000::    | 2620:4f:8000:ffff:ffff:ffff:ffff:ffff       | AS112 sink
                    3fff::            | 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff      | documentation
                    """)
    void refusesWhatIsSetAside(String first, String last, String purpose) throws Exception {
        assertThat(GUARD.objection(address(first))).contains(purpose);
        assertThat(GUARD.objection(address(last))).contains(purpose);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "::7f00:1",
                "::8.8.8.8",
                "64:ff9b::808:808",
                "64:ff9b:1::1",
                "100::1",
                "100:0:0:1::1",
                "1fff:ffff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fdaa::3",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
            })
    void refusesAllOfIpv6ThatIsNotGlobalUnicast(String address) throws Exception {
        assertThat(GUARD.objection(address(address))).contains("not global unicast");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "0:0:0:0:0:ffff:c0a8:0101"})
    void refusesPrivateAddressesInIpv6Clothes(String address) throws Exception {
        assertThat(GUARD.objection(address(address))).isPresent();
    }

    /** The neighbours of the blocks above, and some that are known. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "168.63.129.15",
                "168.63.129.17",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "198.51.101.0",
                "203.0.112.255",
                "203.0.114.0",
                "223.255.255.255",
                "2000::1",
                "2001:200::",
                "2001:4860:4860::8888",
                "2001:db7:ffff::",
                "2001:db9::",
                "2003::",
                "2606:4700::1111",
                "2a00:1450::1",
                "3ffe:ffff::",
                "3fff:1000::"
            })
    void letsPublicUnicastPass(String address) throws Exception {
        assertThat(GUARD.objection(address(address))).isEmpty();
    }

    @Test
    void refusesANameWithASinglePrivateAddressAmongPublicOnes() {
        AddressGuard guard = new AddressGuard(Set.of(), answering("8.8.8.8", "2606:4700::1111", "10.0.0.7", "1.1.1.1"));

        assertThatExceptionOfType(AddressRefused.class)
                .isThrownBy(() -> guard.resolve("gateway.example", 443))
                .withMessage("gateway.example: 10.0.0.7, private (expected: only public unicast addresses)");
        assertThatExceptionOfType(AddressRefused.class).isThrownBy(() -> guard.resolve("gateway.example"));
    }

    @Test
    void looksUpOnceAndReturnsExactlyWhatItJudged() throws Exception {
        Queue<String> answers = new ArrayDeque<>(List.of("8.8.8.8", "127.0.0.1"));
        AddressGuard rebound =
                new AddressGuard(Set.of(), resolver(host -> new InetAddress[] {address(answers.remove())}));

        assertThat(rebound.resolve("rebind.example", 443))
                .containsExactly(new InetSocketAddress(address("8.8.8.8"), 443));
        assertThat(answers).containsExactly("127.0.0.1");
        assertThatExceptionOfType(AddressRefused.class).isThrownBy(() -> rebound.resolve("rebind.example", 443));
    }

    @Test
    void exemptsHostsByNameAndPortOnly() throws Exception {
        AddressGuard guard = new AddressGuard(
                Set.of("Gateway.internal", "localhost:3000", "::1", "[fd00::1]:8080"), answering("127.0.0.1"));

        assertThat(guard.exempts("gateway.INTERNAL", 1)).isTrue();
        assertThat(guard.exempts("localhost", 3000)).isTrue();
        assertThat(guard.exempts("[::1]", 80)).isTrue();
        assertThat(guard.exempts("::1", 80)).isTrue();
        assertThat(guard.exempts("fd00::1", 8080)).isTrue();
        assertThat(guard.exempts("localhost", 3001)).isFalse();
        assertThat(guard.exempts("fd00::1", 80)).isFalse();
        assertThat(guard.exempts("evil.gateway.internal", 1)).isFalse();
        assertThat(guard.exempts("gateway.internal.", 1)).isFalse();

        assertThat(guard.resolve("localhost", 3000)).hasSize(1);
        assertThat(guard.resolve("gateway.internal")).hasSize(1);
        assertThatExceptionOfType(AddressRefused.class).isThrownBy(() -> guard.resolve("localhost", 3001));
        assertThatExceptionOfType(AddressRefused.class).isThrownBy(() -> guard.resolve("localhost"));
    }

    @Test
    void hasNothingToConnectWhenTheNameHasNoAddress() {
        AddressGuard guard = new AddressGuard(Set.of("gateway.example"), answering());

        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> guard.resolve("gateway.example", 443))
                .isNotInstanceOf(AddressRefused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "http://gateway.example", "gateway.example/hook", "*.example", "a:b", "host:"})
    void refusesExemptionsThatAreNoHosts(String entry) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AddressGuard(Set.of(entry)))
                .withMessage("allowed host: " + entry + " (expected: host or host:port, without scheme or path)");
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    private static DnsResolver answering(String... addresses) {
        return resolver(host -> {
            InetAddress[] answer = new InetAddress[addresses.length];
            for (int i = 0; i < addresses.length; i++) {
                answer[i] = address(addresses[i]);
            }
            return answer;
        });
    }

    private interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private static DnsResolver resolver(Lookup lookup) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                return lookup.of(host);
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }
}
