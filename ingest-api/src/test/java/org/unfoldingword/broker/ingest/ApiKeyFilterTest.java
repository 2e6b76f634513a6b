package org.unfoldingword.broker.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class ApiKeyFilterTest {

    @Test
    void letsTheKeyPassInEitherHeader() throws Exception {
        assertThat(status("X-API-Key", "k1")).isEqualTo(200);
        assertThat(status("Authorization", "Bearer k1")).isEqualTo(200);
        assertThat(status("Authorization", "bearer k1")).isEqualTo(200);
    }

    @Test
    void refusesAnyOther() throws Exception {
        assertThat(status("X-API-Key", "k2")).isEqualTo(401);
        assertThat(status("Authorization", "Basic k1")).isEqualTo(401);
        assertThat(status("X-Other", "k1")).isEqualTo(401);
    }

    private static int status(String header, String value) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/v1/queue/ann");
        request.addHeader(header, value);
        MockHttpServletResponse response = new MockHttpServletResponse();
        MockFilterChain chain = new MockFilterChain();
        new ApiKeyFilter("k1").doFilter(request, response, chain);
        assertThat(chain.getRequest() != null).isEqualTo(response.getStatus() == 200);
        if (response.getStatus() == 401) {
            assertThat(response.getContentAsString())
                    .contains("\"code\":\"unauthorized\"")
                    .doesNotContain("k1");
        }
        return response.getStatus();
    }
}
