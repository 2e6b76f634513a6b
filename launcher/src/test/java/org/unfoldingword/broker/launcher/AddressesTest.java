package org.unfoldingword.broker.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.mock.env.MockEnvironment;

class AddressesTest {

    private final MockEnvironment environment =
            new MockEnvironment().withProperty("server.port", "8080").withProperty("management.server.port", "9080");

    @Test
    void servesThePublicAndTheManagementPort() {
        assertThat(Addresses.of(environment, "127.0.0.1").settings(/* servesPublic= */ true))
                .isEqualTo(Map.of("server.address", "127.0.0.1", "management.server.address", "127.0.0.1"));
    }

    @Test
    void servesTheManagementPortAloneWithoutAPublicOne() {
        assertThat(Addresses.of(environment, "0.0.0.0").settings(/* servesPublic= */ false))
                .isEqualTo(Map.of("server.address", "0.0.0.0", "server.port", 9080, "management.server.port", ""));
    }

    @Test
    void prefersTheAddressThatIsSet() {
        environment.setProperty("server.address", "::1");

        Addresses addresses = Addresses.of(environment, "0.0.0.0");

        assertThat(addresses.host()).isEqualTo("::1");
        assertThat(addresses.loopbackOnly()).isTrue();
    }

    @Test
    void namesATakenPortAndWhatSetsIt() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.setProperty("management.server.port", Integer.toString(taken.getLocalPort()));
            Addresses addresses = Addresses.of(environment, "127.0.0.1");

            assertThatThrownBy(() -> addresses.check(/* servesPublic= */ false))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageStartingWith("port " + taken.getLocalPort() + " of 127.0.0.1: ")
                    .hasMessageEndingWith("(expected: a free port; environment: MANAGEMENT_PORT)");
        }
    }
}
