package org.unfoldingword.broker.callback;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a message's journal was told: the note in its record that survives a deliverer.
 *
 * @param entry id of the journal's last entry of which all was tried; blank before the first
 * @param spoken characters, blanks not counted, that were delivered of the text of the attempt that the entry belongs to. They are
 *     its first ones: each attempt says everything anew.
 */
record Told(String entry, int spoken) {

    static final Told NOTHING = new Told("", 0);

    private static final Pattern NOTE = Pattern.compile("(\\d{1,18}-\\d{1,18}) (\\d{1,9})");

    static Told parse(String note) {
        Matcher known = NOTE.matcher(note);
        return known.matches() ? new Told(known.group(1), Integer.parseInt(known.group(2))) : NOTHING;
    }

    String note() {
        return entry + " " + spoken;
    }

    /** Up to a later entry, with which so many characters more were delivered. */
    Told upTo(String later, int more) {
        return new Told(later, spokenOf(attemptOf(later)) + more);
    }

    /**
     * What was delivered of the text of one attempt.
     *
     * @param attempt its fencing token, under which its entries and its answer were written
     */
    int spokenOf(String attempt) {
        return attemptOf(entry).equals(attempt) ? spoken : 0;
    }

    /** Whether all of that entry was tried. Ids are two numbers, the first of which grows. */
    boolean includes(String id) {
        if (entry.isEmpty()) {
            return false;
        }
        String[] mine = entry.split("-", 2);
        String[] other = id.split("-", 2);
        int first = Long.compare(Long.parseLong(other[0]), Long.parseLong(mine[0]));
        return first < 0 || first == 0 && Long.parseLong(other[1]) <= Long.parseLong(mine[1]);
    }

    /** The attempt that an entry belongs to, by its fencing token. */
    static String attemptOf(String id) {
        return id.substring(0, Math.max(0, id.indexOf('-')));
    }
}
