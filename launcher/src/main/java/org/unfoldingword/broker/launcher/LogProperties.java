package org.unfoldingword.broker.launcher;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How log lines are written.
 *
 * @param format text for people, or a JSON object a line for machines, in the dialect of their collector
 */
@ConfigurationProperties("broker.log")
record LogProperties(@DefaultValue("text") Format format) {

    enum Format {
        TEXT,
        /** Elastic Common Schema. */
        ECS,
        LOGSTASH,
        /** Graylog. */
        GELF
    }
}
