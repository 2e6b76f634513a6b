package org.unfoldingword.broker.launcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.unfoldingword.broker.message.Json;

/** An empty JSON object to fill. */
final class JsonObjects {

    private JsonObjects() {}

    static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }
}
