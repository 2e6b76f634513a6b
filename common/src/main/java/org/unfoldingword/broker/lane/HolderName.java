package org.unfoldingword.broker.lane;

/** This process's name among those that hold leases: machine, process id and some chance, so a restart is another holder. */
public record HolderName(String process) {

    /** The consumer in XPENDING. */
    public String of(String role) {
        return role + "-" + process;
    }
}
