package org.unfoldingword.broker.launcher;

import java.util.Base64;
import org.unfoldingword.broker.telemetry.SystemTime;

/** What {@code start} makes when it is not given: each a file in the data directory. */
enum Secret {
    API_KEY("api-key") {
        @Override
        String fresh() {
            return "brk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random(24));
        }
    },
    /** In the form of Standard Webhooks. */
    SIGNING_SECRET("signing-secret") {
        @Override
        String fresh() {
            return "whsec_" + Base64.getEncoder().encodeToString(random(32));
        }
    };

    private final String file;

    Secret(String file) {
        this.file = file;
    }

    String file() {
        return file;
    }

    abstract String fresh();

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        SystemTime.random().nextBytes(random);
        return random;
    }
}
