package org.unfoldingword.broker.lane;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unfoldingword.broker.message.Conversation;

/** {@code pause.lua}, {@code resume.lua} and {@code pauses.lua}: stops the messages lane in part or as a whole. */
final class PauseLane {

    private static final Script PAUSE = Script.load("pause");
    private static final Script RESUME = Script.load("resume");
    private static final Script READ = Script.load("pauses");

    private final Lanes lanes;

    PauseLane(Lanes lanes) {
        this.lanes = lanes;
    }

    /** True if any of it was not paused before. */
    boolean pause(Scope scope, String who, String why) {
        Arguments arguments = new Arguments()
                .add(Lane.MESSAGES.word())
                .add(scope.word())
                .add(Conversation.escape(who))
                .add(why);
        return run(PAUSE, scope, arguments);
    }

    /** True if any of it was paused before. */
    boolean resume(Scope scope) {
        return run(RESUME, scope, new Arguments().add(Lane.MESSAGES.word()).add(scope.word()));
    }

    /** What is paused, of each the mark that one partition has. */
    Collection<Pause> read() {
        Map<String, Pause> pauses = new LinkedHashMap<>();
        for (List<Integer> slot : lanes.slots(lanes.allPartitions())) {
            Answer answer = lanes.redis()
                    .run(READ, lanes.keyspace().blocks(Lane.MESSAGES, slot), new Arguments().add(Lane.MESSAGES.word()));
            for (int i = 0; i < answer.size(); i++) {
                Answer marks = answer.list(i);
                for (int j = 0; j < marks.size(); j += 2) {
                    pauses.putIfAbsent(marks.text(j), Pause.of(marks.text(j), marks.text(j + 1)));
                }
            }
        }
        return pauses.values();
    }

    private boolean run(Script script, Scope scope, Arguments arguments) {
        List<Integer> touched =
                switch (scope) {
                    case Scope.One one -> List.of(lanes.keyspace().partition(one.conversation()));
                    case Scope.Org org -> lanes.allPartitions();
                    case Scope.All all -> lanes.allPartitions();
                };
        boolean changed = false;
        for (List<Integer> slot : lanes.slots(touched)) {
            Answer answer = lanes.redis().run(script, lanes.keyspace().blocks(Lane.MESSAGES, slot), arguments);
            for (int i = 0; i < answer.size(); i++) {
                changed |= answer.number(i) == 1;
            }
        }
        return changed;
    }
}
