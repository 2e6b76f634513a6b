package org.unfoldingword.broker.lane;

import org.unfoldingword.broker.message.MessageId;

/** {@code redrive.lua} and {@code drop.lua}: what is done with a dead letter. */
final class RedriveDeadLetter {

    private static final Script REDRIVE = Script.load("redrive");
    private static final Script DROP = Script.load("drop");

    private final Lanes lanes;

    RedriveDeadLetter(Lanes lanes) {
        this.lanes = lanes;
    }

    Redrive redrive(Lane lane, MessageId id, Redrive.Position position, boolean dryRun) {
        // Made once, so that a repeated call after a lost answer is known again.
        return redrive(
                lane, id, position, dryRun, Long.toHexString(lanes.random().nextLong()));
    }

    Redrive redrive(Lane lane, MessageId id, Redrive.Position position, boolean dryRun, String operation) {
        Answer answer = lanes.redis()
                .run(
                        REDRIVE,
                        lanes.keyspace().both(lane, id.partition()),
                        new Arguments()
                                .add(lane.word())
                                .add(id)
                                .add(position.word())
                                .add(operation)
                                .add(dryRun));
        return switch (answer.text(0)) {
            case "redriven", "would" -> new Redrive.Placed((int) answer.number(1));
            case "not_dead" -> new Redrive.NotDead();
            case "overtaken" -> new Redrive.Overtaken();
            case "gone" -> new Redrive.Gone();
            case "busy" -> new Redrive.Busy();
            default -> throw new IllegalStateException("redrive.lua: " + answer.text(0));
        };
    }

    /** False if it is no dead letter. */
    boolean drop(Lane lane, MessageId id, boolean dryRun) {
        Arguments arguments = new Arguments()
                .add(lane.word())
                .add(id)
                .add(lanes.properties().retention())
                .add(dryRun);
        return !lanes.redis()
                .run(DROP, lanes.keyspace().both(lane, id.partition()), arguments)
                .text(0)
                .equals("not_dead");
    }
}
