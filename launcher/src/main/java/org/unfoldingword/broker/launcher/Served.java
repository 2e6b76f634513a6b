package org.unfoldingword.broker.launcher;

import org.springframework.core.env.Environment;

/**
 * What a process came to serve.
 *
 * @param environment all settings, as in force
 */
record Served(Environment environment) {

    String publicUrl() {
        return url("local.server.port");
    }

    String managementUrl() {
        boolean separate = environment.getProperty("local.management.port") != null;
        return url(separate ? "local.management.port" : "local.server.port");
    }

    /** Host and port only: a Redis URL may hold a password. */
    String redis() {
        return environment
                .getProperty("broker.redis.url", "")
                .replaceFirst("^[a-z-]+://([^@/]*@)?", "")
                .replaceFirst("[?#].*$", "");
    }

    private String url(String port) {
        String host = environment.getProperty("server.address", "");
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + bracketed + ":" + environment.getProperty(port, "");
    }
}
