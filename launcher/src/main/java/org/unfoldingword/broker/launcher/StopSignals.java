package org.unfoldingword.broker.launcher;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Being told to stop is no failure: Ctrl-C and SIGTERM end the process through its shutdown hooks with status 0, where Java's
 * own would be 130 and 143, which supervisors take for a crash.
 *
 * <p>Reflection, since {@code sun.misc.Signal} (module jdk.unsupported, kept by JEP 260) has no successor, and naming it is a
 * compiler warning that nothing can suppress. A Java without it keeps its own statuses.
 */
final class StopSignals {

    private StopSignals() {}

    static void exitCleanly() {
        InvocationHandler exit = (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return method.invoke(StopSignals.class, arguments);
            }
            System.exit(0);
            return null;
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object exits = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, exit);
            for (String name : List.of("INT", "TERM")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), exits);
            }
        } catch (ReflectiveOperationException without) {
            // Stops all the same, with another status.
        }
    }
}
