package org.unfoldingword.broker.launcher;

import org.unfoldingword.broker.callback.CallbackConfiguration;
import org.unfoldingword.broker.dispatch.DispatchConfiguration;
import org.unfoldingword.broker.ingest.IngestConfiguration;

/** A part that a process may play; each module's one public door. */
enum Role {
    INGEST_API("ingest-api", IngestConfiguration.class, "Takes messages over HTTP and tells what became of them."),
    DISPATCHER("dispatcher", DispatchConfiguration.class, "Carries messages to the worker."),
    CALLBACK_DELIVERER("callback-deliverer", CallbackConfiguration.class, "Carries results to the clients' URLs.");

    private final String word;
    private final Class<?> configuration;
    private final String job;

    Role(String word, Class<?> configuration, String job) {
        this.word = word;
        this.configuration = configuration;
        this.job = job;
    }

    String word() {
        return word;
    }

    Class<?> configuration() {
        return configuration;
    }

    String job() {
        return job;
    }
}
