package org.unfoldingword.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackTargetTest {

    private static final AddressGuard GUARD =
            new AddressGuard(Set.of("localhost:3000", "127.0.0.1", "[::1]", "gateway", "10.1.2.3:81"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    https://gateway.example/progress-callback   | https://gateway.example
                    HTTPS://Gateway.Example:443/x?token=T       | https://gateway.example
                    https://gateway.example:8443                | https://gateway.example:8443
                    https://gateway.example:                    | https://gateway.example
                    https://xn--bcher-kva.example/              | https://xn--bcher-kva.example
                    https://8.8.8.8/hook                        | https://8.8.8.8
                    https://[2606:4700::1111]:65535/            | https://[2606:4700::1111]:65535
                    http://localhost:3000/hook                  | http://localhost:3000
                    https://localhost:3000/hook                 | https://localhost:3000
                    http://gateway/hook                         | http://gateway
                    http://GATEWAY:80/hook                      | http://gateway
                    http://127.0.0.1:54321/                     | http://127.0.0.1:54321
                    http://[::1]:9/                             | http://[::1]:9
                    http://10.1.2.3:81/                         | http://10.1.2.3:81
                    """)
    void takesPublicAndExemptTargets(String url, String origin) {
        assertThat(CallbackTarget.parse(url, GUARD)).hasToString(origin);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    http://gateway.example/hook           | https
                    http://localhost:3001/                | https
                    http://10.1.2.3:82/                   | https
                    ftp://gateway.example/                | https
                    ftp://localhost:3000/                 | http or https
                    ws://127.0.0.1/                       | http or https
                    https://gateway.example:22/           | port 443, or 1024 and above
                    https://gateway.example:80/           | port 443, or 1024 and above
                    https://gateway.example:0/            | a port from 1 to 65535
                    https://gateway.example:65536/        | a port from 1 to 65535
                    http://127.0.0.1:0/                   | a port from 1 to 65535
                    https://gateway.example./             | a host name without a dot at its end
                    https://redis/                        | a full host name
                    https://localhost/                    | a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS
                    https://app.LOCALHOST/                | a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS
                    https://printer.local/                | a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS
                    https://metadata.google.internal/     | a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS
                    https://nas.home.arpa/                | a public host, or one in BROKER_CALLBACK_ALLOWED_HOSTS
                    https://127.0.0.2/                    | a public address; this one is loopback
                    https://169.254.169.254/latest        | a public address; this one is link-local
                    https://0.0.0.0/                      | a public address; this one is this network
                    https://[::]/                         | a public address; this one is not global unicast
                    https://[::2]/                        | a public address; this one is not global unicast
                    https://[64:ff9b::7f00:1]/            | a public address; this one is not global unicast
                    https://[64:ff9b:1::7f00:1]/          | a public address; this one is not global unicast
                    https://[2002:7f00:1::]/              | a public address; this one is 6to4
                    https://[2001:0:7f00:1::1]/           | a public address; this one is protocol assignments, Teredo, ORCHID
                    https://[::127.0.0.1]/                | a public address; this one is not global unicast
                    https://[::ffff:127.0.0.1]/           | an IPv4 address as four decimal numbers
                    https://[::ffff:7f00:1]/              | an IPv4 address as four decimal numbers
                    https://[::ffff:8.8.8.8]/             | an IPv4 address as four decimal numbers
                    https://[fe80::1%25eth0]/             | an IPv6 address without a zone
                    https://[fe80::1%eth0]/               | an IPv6 address without a zone
                    https://[2606:4700::1111%251]/        | an IPv6 address without a zone
                    https://2130706433/                   | an IPv4 address as four decimal numbers
                    https://0x7f000001/                   | an IPv4 address as four decimal numbers
                    https://017700000001/                 | an IPv4 address as four decimal numbers
                    https://0177.0.0.1/                   | an IPv4 address as four decimal numbers
                    https://010.8.8.8/                    | an IPv4 address as four decimal numbers
                    https://127.0.0.01/                   | an IPv4 address as four decimal numbers
                    """)
    void refusesInWords(String url, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse(url, GUARD))
                .withMessage("callback_url: " + url + " (expected: " + expected + ")");
    }

    /** What the URL parser does not take for a host at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.1/",
                "https://0x7f.0.0.1/",
                "https://127.0.0.0x1/",
                "https://127.0.0.1.2/",
                "https://256.1.1.1/",
                "https://１２７.０.０.１/",
                "https://①②⑦.0.0.1/",
                "https://127。0。0。1/",
                "https://bücher.example/",
                "https://%31%32%37.0.0.1/",
                "https://a_b.example/",
                "https://gateway..example/",
                "https:///hook",
                "https:hook",
                "mailto:ann@gateway.example",
                "//gateway.example/",
                "/hook",
                ""
            })
    void refusesWhatHasNoPlainHost(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse(url, GUARD))
                .withMessageContaining(
                        " (expected: https:// and a host: a name in ASCII, or an address in its plain form)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gateway.example/a b",
                "https://gateway.example\\@127.0.0.1/",
                "https://gateway.example\n.evil.example/",
                "https://[::1",
                "https://[2606:4700::1111::1]/",
                "https://",
                "ht tp://gateway.example"
            })
    void refusesWhatIsNoUrl(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse(url, GUARD))
                .withMessageContaining("(expected: a URL)")
                .withMessageNotContaining("\n");
    }

    @Test
    void showsNeitherPasswordsNorQueries() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse("https://ann:secret@gateway.example/hook?token=T", GUARD))
                .withMessage("callback_url: https://…@gateway.example/hook (expected: no user name or password)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse("https://gateway.example/hook?token=T#part", GUARD))
                .withMessage("callback_url: https://gateway.example/hook (expected: no fragment)");
        assertThat(CallbackTarget.parse("https://gateway.example/T0K3N?token=T", GUARD))
                .hasToString("https://gateway.example");
    }

    @Test
    void holdsExemptHostsToTheOtherRules() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse("http://ann@127.0.0.1/", GUARD))
                .withMessageContaining("no user name");
        assertThatIllegalArgumentException().isThrownBy(() -> CallbackTarget.parse("http://2130706433/", GUARD));
    }

    @Test
    void takesUrlsUpToTheLongest() {
        String longest = "https://gateway.example/" + "x".repeat(CallbackTarget.LENGTH_MAX - 24);

        assertThatCode(() -> CallbackTarget.parse(longest, GUARD)).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallbackTarget.parse(longest + "x", GUARD))
                .withMessageEndingWith("x… (expected: at most 2048 characters)");
    }

    @Test
    void keepsThePathAsItIsButForAscii() {
        assertThat(CallbackTarget.parse("https://gateway.example/a%2Fb/é?x=%20&y=[1]", GUARD)
                        .uri())
                .hasToString("https://gateway.example/a%2Fb/%C3%A9?x=%20&y=[1]");
    }
}
